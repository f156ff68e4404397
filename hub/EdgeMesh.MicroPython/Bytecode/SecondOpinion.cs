using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.MicroPython.Policy;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Bytecode;

/// <summary>
/// Compares what the policy saw of a program with what another compiler made of the same text: a name that the bytecode uses and the policy never looked at
/// means that one of the two misread it, and nobody knows which.
/// </summary>
public static class SecondOpinion
{
    // What the compiler itself adds: of f-strings, assert, classes and async for; none of it leads anywhere. Of async with, only beside its __aexit__.
    private static readonly string[] OwnAttributes = ["format", "__aiter__", "__anext__", "__aenter__", "__aexit__"];
    private static readonly string[] OwnNames = ["AssertionError", "StopAsyncIteration", "__name__"];

    /// <summary>The findings, of the rule <c>bytecode</c>; empty where both agree.</summary>
    /// <param name="text">The program, which the policy accepted.</param>
    /// <param name="mpy">The .mpy file of it.</param>
    /// <param name="data">The policy's data.</param>
    public static IReadOnlyList<Finding> Compare(string text, ReadOnlySpan<byte> mpy, PolicyData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (MpyReader.Read(mpy, out string? error) is not { } compiled)
        {
            return [Refuse($"The bytecode cannot be read: {error}")];
        }

        if (compiled.HasNativeCode)
        {
            return [Refuse("The bytecode has machine code in it.")];
        }

        if (MicroPythonParser.Parse(text).Tree is not { } tree)
        {
            return [Refuse("It compiles, and yet it has no tree.")];
        }

        Facts facts = Facts.Of(tree, data);
        bool leaves = compiled.Attributes.Contains("__aexit__");
        return
        [
            .. Unseen("imports", compiled.Imports, facts.Imports.Select(i => i.Module)),
            .. Unseen("imports the name", compiled.ImportedNames, facts.Imports.Select(i => i.Name).OfType<string>()),
            .. Unseen("uses the name", compiled.Names, facts.Names.Select(n => n.Name.Id).Concat(facts.Decorators.Select(d => d.Decorator.Path[0])).Concat(OwnNames).Concat(leaves ? ["BaseException"] : [])),
            .. Unseen("uses the attribute", compiled.Attributes, Attributes(facts).Concat(leaves ? ["__class__"] : [])),
        ];
    }

    /// <summary>The finding where the other compiler takes no such program.</summary>
    /// <param name="error">What it said.</param>
    public static Finding NotCompiled(string error) => Refuse($"The second compiler, of MicroPython 1.19, does not take it: {error}");

    private static IEnumerable<string> Attributes(Facts facts) =>
        facts.Primaries.SelectMany(p => p.Primary.Trailers.OfType<AttributeTrailer>()).Select(t => t.Name)
            .Concat(facts.Decorators.SelectMany(d => d.Decorator.Path.Skip(1)))
            .Concat(facts.Imports.SelectMany(i => i.Module.Split('.').Skip(1))) // import a.b as c asks a for b.
            .Concat(OwnAttributes);

    private static IEnumerable<Finding> Unseen(string does, IEnumerable<string> used, IEnumerable<string> seen) =>
        used.Except(seen).Order(StringComparer.Ordinal).Select(name => Refuse($"The bytecode {does} {name}, which the policy did not see."));

    /// <summary>A disagreement as a finding.</summary>
    public static Finding Refuse(string message)
    {
        Rule rule = Rules.Find("bytecode")!;
        return new Finding(rule, default, new SourcePosition(1, 1), message, rule.Instead);
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.Architecture.Tests;

/// <summary>Contracts and protocol take bytes and times, and give bytes and effects: no socket, disk, clock, thread or dice of their own.</summary>
public sealed class PurityTests
{
    private static readonly string[] BannedNamespaces = ["System.Threading", "System.Net", "System.IO", "System.Timers", "System.Diagnostics", "System.Security.Cryptography"];
    private static readonly string[] BannedTypes = ["System.DateTime", "System.DateTimeOffset", "System.TimeProvider", "System.Environment", "System.Random", "System.Guid", "System.Console"];

    [Fact]
    public void Contracts_and_protocol_are_pure()
    {
        // DotNet/ is the platform's side of it, where the platform is .NET.
        string[] sources = [.. Repository.Sources("shared").Where(path => !path.StartsWith("shared/EdgeMesh.Protocol/DotNet/", StringComparison.Ordinal))];
        string[] found = [.. Impurities(sources.Select(path => (path, Repository.Read(path))))];
        Assert.True(found.Length == 0, "Give it as an argument, or ask for it by an effect:\n" + string.Join('\n', found));
    }

    [Theory]
    [InlineData("class C { long M() => System.DateTime.UtcNow.Ticks; }")]
    [InlineData("class C { System.DateTimeOffset d; }")]
    [InlineData("using System; class C { int M() => Environment.TickCount; }")]
    [InlineData("using System.Threading; class C { Timer t = new(_ => { }); }")]
    [InlineData("class C { async System.Threading.Tasks.Task M() { await System.Threading.Tasks.Task.Yield(); } }")]
    [InlineData("class C { void M() => System.Threading.Thread.Sleep(1); }")]
    [InlineData("class C { object o = new System.IO.MemoryStream(); }")]
    [InlineData("class C { bool M() => System.IO.File.Exists(\"x\"); }")]
    [InlineData("using Dice = System.Random; class C { int M() => new Dice().Next(); }")]
    [InlineData("class C { byte[] M() => System.Security.Cryptography.RandomNumberGenerator.GetBytes(3); }")]
    public void What_is_impure_is_found(string source) => Assert.NotEmpty(Impurities([("snippet.cs", source)]));

    private static IEnumerable<string> Impurities(IEnumerable<(string Path, string Text)> sources)
    {
        CSharpCompilation compilation = NanoFrameworkSubset.Compile(sources);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes().Where(n => n is SimpleNameSyntax or BaseObjectCreationExpressionSyntax))
            {
                ISymbol? symbol = model.GetSymbolInfo(node).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                string? home = type?.ContainingNamespace.ToDisplayString();
                if (type is not null && (BannedTypes.Contains(home + "." + type.Name) || BannedNamespaces.Any(n => home == n || home!.StartsWith(n + ".", StringComparison.Ordinal))))
                {
                    yield return $"{tree.FilePath}:{tree.GetLineSpan(node.Span).StartLinePosition.Line + 1}: {symbol!.ToDisplayString()}";
                }
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.Architecture.Tests;

/// <summary>One catalogue of operations, which all frontends call: HTTP by their names; who else lacks which is said here.</summary>
public sealed class FrontendTests
{
    // Of the command line: nobody asked for it yet; what is asked for over MQTT is seen there, under codegen/.
    private static readonly string[] CliLacks = ["job-list"];

    // An upload is a stream, which no operation of the catalogue takes.
    private const string Upload = "firmware-add";

    [Fact]
    public void The_command_line_has_every_operation_but_those_named_here()
    {
        string[] operations = [.. Operations()];
        Assert.True(operations.Length > 40, $"Only {operations.Length} operations were found.");
        string[] said = [.. Repository.Sources("hub/EdgeMesh.Cli").SelectMany(path => Literals(Repository.Read(path))).Distinct()];
        Assert.Equal(CliLacks, operations.Except(said).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_frontend_asks_only_for_operations_that_there_are()
    {
        string[] operations = [.. Operations(), Upload];
        string[] asked = [.. new[] { "hub/EdgeMesh.Cli", "hub/EdgeMesh.Hub/Http", "hub/EdgeMesh.Hub/Codegen/Jobs" }.SelectMany(Repository.Sources)
            .SelectMany(path => AskedFor(Repository.Read(path)).Where(name => !operations.Contains(name)).Select(name => $"{path}: {name}"))];
        Assert.True(asked.Length == 0, "There is no such operation:\n" + string.Join('\n', asked));
    }

    [Fact]
    public void What_is_asked_for_is_found() =>
        Assert.Equal(["ota-start", "ota-end"], AskedFor("class C { void M() { hub.RunAsync(\"ota-start\", x); call.AnswerAsync<T>(\"ota-end\", y); other.Say(\"z-z\"); } }"));

    private static IEnumerable<string> Operations() => Repository.Sources("hub/EdgeMesh.Hub").Select(path => CSharpSyntaxTree.ParseText(Repository.Read(path)).GetRoot())
        .SelectMany(root => root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(i => i.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Operation" }, Name: GenericNameSyntax { Identifier.ValueText: "Create" } })
            .Select(i => Text(i.ArgumentList.Arguments[0].Expression, root)));

    // A literal, or a constant of the same file and a literal.
    private static string Text(ExpressionSyntax name, SyntaxNode root) => name switch
    {
        LiteralExpressionSyntax l => l.Token.ValueText,
        BinaryExpressionSyntax b => Text(b.Left, root) + Text(b.Right, root),
        IdentifierNameSyntax i => Text(root.DescendantNodes().OfType<VariableDeclaratorSyntax>().Single(v => v.Identifier.ValueText == i.Identifier.ValueText).Initializer!.Value, root),
        _ => throw new InvalidOperationException($"The operation's name is not known here: {name}"),
    };

    private static IEnumerable<string> AskedFor(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(i => (i.Expression as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText is "RunAsync" or "AnswerAsync" || i.Expression is GenericNameSyntax { Identifier.ValueText: "AskAsync" })
        .Select(i => i.ArgumentList.Arguments.FirstOrDefault()?.Expression).OfType<LiteralExpressionSyntax>().Where(l => l.Token.IsKind(SyntaxKind.StringLiteralToken)).Select(l => l.Token.ValueText);

    private static IEnumerable<string> Literals(string source) =>
        CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().Where(t => t.IsKind(SyntaxKind.StringLiteralToken)).Select(t => t.ValueText);
}

using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EdgeMesh.Architecture.Tests;

public sealed class TopicLiteralTests
{
    private const string TopicFile = "shared/EdgeMesh.Contracts/Topic.cs";
    private static readonly string[] Marks = ["edgemesh/v1", "/up/", "/down/"];

    [Fact]
    public void Topics_are_formatted_in_one_place()
    {
        string[] found = new[] { "shared", "hub", "device" }.SelectMany(Repository.Sources).Where(path => path != TopicFile)
            .SelectMany(path => LiteralsIn(Repository.Read(path)).Select(text => path + ": " + text)).ToArray();
        Assert.True(found.Length == 0, "Use Topic instead of:\n" + string.Join('\n', found));
    }

    [Theory]
    [InlineData("class C { string s = \"edgemesh/v1/home\"; }")]
    [InlineData("class C { string s = \"devices/\" + 1 + \"/up/hello\"; }")]
    [InlineData("class C { string s = $\"devices/{1}/down/command\"; }")]
    [InlineData("class C { string s = \"\"\"/up/\"\"\"; }")]
    public void A_literal_of_a_topic_is_found(string source) => Assert.Single(LiteralsIn(source));

    [Fact]
    public void Comments_are_no_literals() => Assert.Empty(LiteralsIn("/// <summary>devices/x/up/hello</summary>\nclass C { /* /down/ */ }"));

    private static IEnumerable<string> LiteralsIn(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens()
        .Where(t => t.IsKind(SyntaxKind.StringLiteralToken) || t.IsKind(SyntaxKind.InterpolatedStringTextToken)
            || t.IsKind(SyntaxKind.SingleLineRawStringLiteralToken) || t.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
            || t.IsKind(SyntaxKind.Utf8StringLiteralToken))
        .Select(t => t.ValueText).Where(text => Marks.Any(mark => text.Contains(mark, StringComparison.Ordinal)));
}

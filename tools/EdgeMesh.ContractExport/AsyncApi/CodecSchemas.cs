using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>The schemas of all messages that <c>Codec</c> reads, taken from its source: what the hub takes is what the document says.</summary>
/// <remarks>A way of reading a member that is not known here stops the export, lest a constraint be left out unnoticed.</remarks>
internal sealed class CodecSchemas
{
    private readonly CSharpCompilation _compilation;
    private readonly TypeDeclarationSyntax[] _parts;

    internal CodecSchemas(Sources sources)
    {
        _compilation = sources.Compilation;
        _parts = [.. sources.TypeOf("EdgeMesh.Protocol.Codec").DeclaringSyntaxReferences.Select(part => (TypeDeclarationSyntax)part.GetSyntax())];
    }

    /// <summary>Name of the message's type to its schema.</summary>
    internal SortedDictionary<string, JsonObject> Read()
    {
        SortedDictionary<string, JsonObject> schemas = new(StringComparer.Ordinal);
        foreach (MethodDeclarationSyntax method in _parts.SelectMany(part => part.Members).OfType<MethodDeclarationSyntax>()
            .Where(m => m.Identifier.Text.StartsWith("Read", StringComparison.Ordinal) && m.Modifiers.Any(SyntaxKind.PublicKeyword)))
        {
            INamedTypeSymbol message = (INamedTypeSymbol)ModelOf(method).GetTypeInfo(method.ReturnType).Type!;
            schemas[message.Name] = SchemaOf(method, message);
        }

        return schemas;
    }

    private SemanticModel ModelOf(SyntaxNode node) => _compilation.GetSemanticModel(node.SyntaxTree);

    private JsonObject SchemaOf(MethodDeclarationSyntax method, INamedTypeSymbol message)
    {
        List<(string, JsonObject)> members = [];
        foreach (AssignmentExpressionSyntax assignment in method.DescendantNodes().OfType<InitializerExpressionSyntax>().First().Expressions.Cast<AssignmentExpressionSyntax>())
        {
            (string name, JsonObject schema) = Member(assignment.Right);
            members.Add((name, schema.Describe(Sources.Summary(message.GetMembers(assignment.Left.ToString()).Single()))));
        }

        // A member that is looked at and not kept.
        foreach (InvocationExpressionSyntax call in method.DescendantNodes().OfType<ExpressionStatementSyntax>().Select(s => s.Expression).OfType<InvocationExpressionSyntax>()
            .Where(c => !c.Expression.ToString().EndsWith(".Note", StringComparison.Ordinal)))
        {
            (string name, JsonObject schema) = Call(call);
            members.Add((name, schema.Describe(Sources.Summary(message.GetMembers().FirstOrDefault(m => m.Name.Equals(name.TrimEnd('?'), StringComparison.OrdinalIgnoreCase))))));
        }

        return Schema.Object(Sources.Summary(message), [.. members]);
    }

    private (string Name, JsonObject Schema) Member(ExpressionSyntax read) => read switch
    {
        CastExpressionSyntax cast => Member(cast.Expression),
        InvocationExpressionSyntax call => Call(call),
        ConditionalExpressionSyntax { Condition: InvocationExpressionSyntax has, WhenTrue: InvocationExpressionSyntax call } when has.Expression.ToString() == "o.Has" => Optional(Call(call)),
        // o.Get("x") is bool x && x
        BinaryExpressionSyntax { Left: IsPatternExpressionSyntax { Expression: InvocationExpressionSyntax get } } when get.Expression.ToString() == "o.Get" => (Constant<string>(get, 0) + "?", Schema.Flag()),
        _ => throw Unknown(read),
    };

    private (string Name, JsonObject Schema) Call(InvocationExpressionSyntax call) => call.Expression.ToString() switch
    {
        "o.String" => (Constant<string>(call, 0), Schema.Text(Number(call, 1))),
        "o.OptionalString" => (Constant<string>(call, 0) + "?", Schema.Text(Number(call, 1))),
        "o.Name" => (Constant<string>(call, 0), Schema.NameOf()),
        "o.Hex" => (Constant<string>(call, 0), Schema.Hex(Number(call, 1))),
        "o.Integer" => (Constant<string>(call, 0), Schema.Whole(Number(call, 1), Number(call, 2))),
        "o.OptionalInteger" => (Constant<string>(call, 0) + "?", Schema.Whole(Number(call, 1), Number(call, 2))),
        "o.OptionalStrings" => (Constant<string>(call, 0) + "?", Schema.Strings(Number(call, 1), Number(call, 2))),
        "o.OptionalObject" => (Constant<string>(call, 0) + "?", Schema.Open("")),
        "PemOf" => (Constant<string>(call, 1), Schema.Pem()),
        "VersionOf" => ("version", Schema.VersionOf()),
        "SessionOf" => ("session", Schema.Whole(1, uint.MaxValue)),
        _ => throw Unknown(call),
    };

    private static (string Name, JsonObject Schema) Optional((string Name, JsonObject Schema) member) => (member.Name.TrimEnd('?') + "?", member.Schema);

    private T Constant<T>(InvocationExpressionSyntax call, int argument) =>
        ModelOf(call).GetConstantValue(call.ArgumentList.Arguments[argument].Expression) is { HasValue: true, Value: T value } ? value : throw Unknown(call);

    private long Number(InvocationExpressionSyntax call, int argument) =>
        ModelOf(call).GetConstantValue(call.ArgumentList.Arguments[argument].Expression) is { HasValue: true, Value: IConvertible value }
            ? value.ToInt64(System.Globalization.CultureInfo.InvariantCulture) : throw Unknown(call);

    private static InvalidOperationException Unknown(SyntaxNode read) =>
        new($"The exporter does not know how Codec reads \"{read}\" ({read.GetLocation().GetLineSpan()}); teach it in CodecSchemas.");
}

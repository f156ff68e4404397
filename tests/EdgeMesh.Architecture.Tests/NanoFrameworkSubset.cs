using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.Architecture.Tests;

/// <summary>The C# that nanoFramework compiles, converts and runs. Some of what it lacks compiles and fails only on the device.</summary>
internal static class NanoFrameworkSubset
{
    private static readonly MetadataReference[] Platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || p.EndsWith("netstandard.dll", StringComparison.Ordinal))
        .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p)).ToArray();

    private static readonly string[] BannedNamespaces =
        ["System.Linq", "System.Threading.Tasks", "System.Collections.Generic", "System.Collections.Concurrent", "System.Text.RegularExpressions"];

    private static readonly string[] BannedTypes =
        ["System.Threading.ThreadPool", "System.OverflowException", "System.Decimal", "System.Index", "System.Range"];

    private static readonly string[] BannedStringMethods = ["Join", "Replace"];

    // What its WaitHandle has is WaitOne() and WaitOne(int, bool); of Stream, File and Math those that are used are looked at with the stubs.
    private static readonly string[] MissingOverloads = ["System.Threading.WaitHandle.WaitOne(int)", "System.Threading.WaitHandle.WaitOne(System.TimeSpan)"];

    /// <summary>The sources as one compilation, so that names can be looked up.</summary>
    public static CSharpCompilation Compile(IEnumerable<(string Path, string Text)> sources)
    {
        CSharpParseOptions options = new(LanguageVersion.CSharp12);
        return CSharpCompilation.Create(
            "Subset", sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, options, s.Path)), Platform,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>Every use of something outside the subset in the files below a folder: file, line, what.</summary>
    public static IEnumerable<string> Violations(CSharpCompilation compilation, string below = "")
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(t => t.FilePath.StartsWith(below, StringComparison.Ordinal)))
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                string? what = InSyntax(node) ?? InMeaning(node, model);
                if (what != null)
                {
                    FileLinePositionSpan place = tree.GetLineSpan(node.Span);
                    yield return place.Path + ":" + (place.StartLinePosition.Line + 1) + ": " + what + ": " + node.ToString().Split('\n')[0];
                }
            }
        }
    }

    private static string? InSyntax(SyntaxNode node) => node switch
    {
        AwaitExpressionSyntax => "async",
        YieldStatementSyntax => "yield",
        TupleExpressionSyntax or TupleTypeSyntax or ParenthesizedVariableDesignationSyntax => "tuple",
        RecordDeclarationSyntax => "record",
        RangeExpressionSyntax => "range",
        PrefixUnaryExpressionSyntax p when p.IsKind(SyntaxKind.IndexExpression) => "index",
        StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax => "stackalloc",
        ArrayRankSpecifierSyntax a when a.Rank > 1 => "multidimensional array",
        ImplicitArrayCreationExpressionSyntax a when a.Commas.Count > 0 => "multidimensional array",
        TypeParameterListSyntax => "own generics",
        GenericNameSyntax => "generics",
        PredefinedTypeSyntax p when p.Keyword.IsKind(SyntaxKind.DecimalKeyword) => "decimal",
        LiteralExpressionSyntax l when l.Token.Value is decimal => "decimal",
        // A string there ends at a zero, wherever it stands.
        LiteralExpressionSyntax { Token.Value: string text } when text.Contains('\0', StringComparison.Ordinal) => "zero in a string",
        NullableTypeSyntax { ElementType: PredefinedTypeSyntax p }
            when !p.Keyword.IsKind(SyntaxKind.StringKeyword) && !p.Keyword.IsKind(SyntaxKind.ObjectKeyword) => "Nullable<T>",
        MemberDeclarationSyntax { Parent: InterfaceDeclarationSyntax } m when HasBody(m) => "default interface method",
        _ => Modifier(node),
    };

    private static string? Modifier(SyntaxNode node)
    {
        SyntaxTokenList modifiers = node switch
        {
            MemberDeclarationSyntax m => m.Modifiers,
            LocalFunctionStatementSyntax f => f.Modifiers,
            AnonymousFunctionExpressionSyntax f => f.Modifiers,
            _ => default,
        };
        return modifiers.Any(SyntaxKind.AsyncKeyword) ? "async" : modifiers.Any(SyntaxKind.RequiredKeyword) ? "required" : null;
    }

    private static bool HasBody(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax m => m.Body != null || m.ExpressionBody != null,
        PropertyDeclarationSyntax p => p.ExpressionBody != null
            || (p.AccessorList != null && p.AccessorList.Accessors.Any(a => a.Body != null || a.ExpressionBody != null)),
        _ => false,
    };

    private static string? InMeaning(SyntaxNode node, SemanticModel model) => node switch
    {
        IdentifierNameSyntax or BaseObjectCreationExpressionSyntax => OfSymbol(model.GetSymbolInfo(node).Symbol),
        NullableTypeSyntax => OfType(model.GetTypeInfo(node).Type),
        _ => null,
    };

    private static string? OfSymbol(ISymbol? symbol) => symbol switch
    {
        INamespaceSymbol n => BannedNamespaces.Contains(n.ToDisplayString()) ? n.ToDisplayString() : null,
        ITypeSymbol t => OfType(t),
        IMethodSymbol { IsGenericMethod: true } m => "generic method " + m.Name,
        IMethodSymbol { ContainingType.SpecialType: SpecialType.System_String } m when BannedStringMethods.Contains(m.Name) => "string." + m.Name,
        IMethodSymbol m when MissingOverloads.Contains(m.ToDisplayString()) => m.ToDisplayString(),
        IMethodSymbol m => OfType(m.ContainingType) ?? OfType(m.ReturnType),
        IPropertySymbol p => OfType(p.Type),
        IFieldSymbol f => OfType(f.Type),
        ILocalSymbol l => OfType(l.Type),
        IParameterSymbol p => OfType(p.Type),
        _ => null,
    };

    private static string? OfType(ITypeSymbol? type) => type switch
    {
        IDynamicTypeSymbol => "dynamic",
        IArrayTypeSymbol a => OfType(a.ElementType),
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } => "Nullable<T>",
        INamedTypeSymbol { IsTupleType: true } => "tuple",
        INamedTypeSymbol { IsGenericType: true } t => "generics: " + t.ToDisplayString(),
        INamedTypeSymbol t when BannedTypes.Contains(t.ContainingNamespace + "." + t.MetadataName) => t.ToDisplayString(),
        INamedTypeSymbol t when BannedNamespaces.Contains(t.ContainingNamespace?.ToDisplayString()) => t.ToDisplayString(),
        _ => null,
    };
}

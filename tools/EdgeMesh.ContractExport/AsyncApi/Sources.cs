using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>The contracts as the compiler sees them: what is declared, with its documentation.</summary>
internal sealed partial class Sources
{
    private static readonly string[] Folders = ["shared/EdgeMesh.Contracts", "shared/EdgeMesh.Protocol"];

    // The hub's messages for people, which are records of its own.
    private static readonly string[] Files = ["hub/EdgeMesh.Hub/Ota/OtaView.cs", "hub/EdgeMesh.Hub/Codegen/Jobs/Job.cs"];

    private readonly string _root;

    /// <summary>Compiles what lies below the repository's root.</summary>
    internal Sources(string root)
    {
        _root = root;
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpParseOptions options = new(LanguageVersion.Latest, DocumentationMode.Parse);
        Compilation = CSharpCompilation.Create(
            "contracts",
            Paths().Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path)),
            platform.Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)).Select(p => MetadataReference.CreateFromFile(p)));
    }

    /// <summary>All of it.</summary>
    internal CSharpCompilation Compilation { get; }

    /// <summary>A type by its full name.</summary>
    internal INamedTypeSymbol TypeOf(string name) =>
        Compilation.GetTypeByMetadataName(name) ?? throw new InvalidOperationException($"There is no type {name}; the exporter must be told its new name.");

    /// <summary>The summary of a declaration as plain text; empty where there is none.</summary>
    internal static string Summary(ISymbol? symbol) => Element(symbol, e => e.Element("summary"));

    /// <summary>The documentation of a record's member.</summary>
    internal static string Parameter(INamedTypeSymbol record, string name) =>
        Element(record, e => e.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == name));

    private static string Element(ISymbol? symbol, Func<XElement, XElement?> choose)
    {
        string? xml = symbol?.GetDocumentationCommentXml();
        XElement? element = string.IsNullOrEmpty(xml) ? null : choose(XElement.Parse(xml));
        return element is null ? "" : Spaces().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();
    }

    // A reference becomes the last part of its name, which is what a reader of another language can look for.
    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => ((string?)(reference.Attribute("cref") ?? reference.Attribute("name")))?.Split('.', ':')[^1] ?? "",
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    private IEnumerable<string> Paths() => Folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(_root, f), "*.cs", SearchOption.AllDirectories))
        .Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Concat(Files.Select(f => Path.Combine(_root, f)));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

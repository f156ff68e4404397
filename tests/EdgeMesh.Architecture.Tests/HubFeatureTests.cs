using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.Architecture.Tests;

/// <summary>The hub's features: what each may know, a store and tables of its own, and one registration.</summary>
public sealed partial class HubFeatureTests
{
    private const string Root = "hub/EdgeMesh.Hub/";
    private const string Namespace = "EdgeMesh.Hub.";
    private static readonly string[] Base = ["Configuration", "Events", "Hosting", "Operations", "Results", "Security", "Storage"];

    // What a folder may know besides the base; of the base itself, all that it may know. A new line is a decision: features meet through events where they can.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Results"] = [],
        ["Events"] = [],
        ["Security"] = ["Results"],
        ["Storage"] = ["Hosting"],
        ["Operations"] = ["Results", "Audit"],
        ["Configuration"] = [.. Base, "Access", "Audit", "Broker", "Certificates", "Codegen.DryRun", "Codegen.Generation", "Codegen.Jobs", "Codegen.Programs", "Commands", "Devices", "Enrollment", "Firmware", "Ota"],
        ["Hosting"] = [.. Base, "Broker", "Devices"],
        ["Audit"] = [],
        ["Access"] = ["Audit"],
        ["Broker"] = [],
        ["Certificates"] = ["Audit", "Broker", "Devices"],
        ["Devices"] = ["Broker", "Certificates"],
        ["Enrollment"] = ["Audit", "Broker", "Certificates", "Devices"],
        ["Commands"] = ["Devices"],
        ["Firmware"] = ["Audit"],
        ["Ota"] = ["Broker", "Devices", "Firmware"],
        ["Codegen.Templates"] = [],
        ["Codegen.Sentences"] = ["Codegen.Templates"],
        ["Codegen.DryRun"] = [],
        ["Codegen.Generation"] = ["Codegen.DryRun", "Codegen.Sentences", "Codegen.Templates", "Devices"],
        ["Codegen.Programs"] = ["Audit", "Broker", "Codegen.DryRun", "Codegen.Generation", "Codegen.Templates", "Devices", "Firmware", "Ota"],
        ["Codegen.Jobs"] = ["Audit", "Broker", "Codegen.DryRun", "Codegen.Programs", "Ota"],
        ["Http"] = ["Access", "Codegen.Programs", "Firmware", "Ota"],
    };

    private static readonly HashSet<string> Beginnings = [.. Allowed.Keys.Select(folder => folder.Split('.')[0]), "EdgeMesh"];

    public static TheoryData<string> Folders => [.. Repository.Sources(Root).Select(FolderOf).Where(f => f.Length > 0).Distinct()];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_feature_knows_only_those_that_it_may_and_none_knows_a_frontend(string folder)
    {
        Assert.True(Allowed.TryGetValue(folder, out string[]? allowed), $"{folder} has no place in the hub; give it one in this test.");
        string[] may = Base.Contains(folder) ? [.. allowed!, folder] : [.. allowed!, .. Base, folder];
        string[] forbidden = [.. Files(folder).SelectMany(path => KnownTo(Repository.Read(path)).Where(known => !may.Contains(known)).Select(known => $"{path} knows {known}"))];
        Assert.True(forbidden.Length == 0, string.Join('\n', forbidden));
    }

    [Fact]
    public void No_feature_uses_anothers_store()
    {
        Dictionary<string, string> stores = Repository.Sources(Root).SelectMany(path => StoresIn(Repository.Read(path)).Select(name => (name, Folder: FolderOf(path))))
            .ToDictionary(s => s.name, s => s.Folder);
        Assert.Contains("DeviceStore", stores.Keys);
        string[] reached = [.. Repository.Sources("hub").SelectMany(path => NamesIn(Repository.Read(path)).Where(name => stores.TryGetValue(name, out string? home) && !IsIn(path, home)).Select(name => $"{path} uses {name}"))];
        Assert.True(reached.Length == 0, "Ask the feature's service, or listen to its events:\n" + string.Join('\n', reached));
    }

    [Fact]
    public void No_feature_reads_or_writes_anothers_tables()
    {
        var tables = Repository.Sources(Root).SelectMany(path => TablesIn(Repository.Read(path)).Select(table => (table, Folder: FolderOf(path)))).Distinct().ToLookup(t => t.table, t => t.Folder);
        Assert.Equal(["Ota"], tables["ota_session"]);
        Assert.All(tables, table => Assert.True(table.Count() == 1, $"The table {table.Key} is used in {string.Join(" and ", table)}."));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_feature_is_registered_by_one_method_in_a_file_of_its_name(string folder)
    {
        string name = folder.Split('.')[^1];
        string file = $"{Root}{folder.Replace('.', '/')}/{name}Feature.cs";
        bool registers = Files(folder).Any(path => Repository.Read(path).Contains("services.AddSettings<", StringComparison.Ordinal)) && !Base.Contains(folder);
        if (registers)
        {
            Assert.Contains($"public static IServiceCollection Add{name}(this IServiceCollection services)", Repository.Read(file), StringComparison.Ordinal);
            Assert.Contains($"services.Add{name}();", Repository.Read(Root + "HubApplication.cs"), StringComparison.Ordinal);
        }

        string[] others = [.. Files(folder).Where(path => path != file && !Base.Contains(folder) && Repository.Read(path).Contains("(this IServiceCollection", StringComparison.Ordinal))];
        Assert.Empty(others);
    }

    [Theory]
    [InlineData("using EdgeMesh.Hub.Ota; class C { }", "Ota")]
    [InlineData("using EdgeMesh.Hub.Codegen.Generation.Models.Prompts; class C { }", "Codegen.Generation")]
    [InlineData("using Old = EdgeMesh.Hub.Devices.DeviceView; class C { }", "Devices")]
    [InlineData("class C { EdgeMesh.Hub.Firmware.FirmwareRow? r; }", "Firmware")]
    [InlineData("namespace EdgeMesh.Hub.Events; class C { object o = Ota.OtaView.None; }", "Ota")]
    public void What_a_file_knows_is_found(string source, string known) => Assert.Equal([known], KnownTo(source));

    [Fact]
    public void Stores_and_tables_are_found()
    {
        Assert.Equal(["JobStore"], StoresIn("public sealed class JobStore(Database d) { }"));
        Assert.Contains("JobStore", NamesIn("class C { void M(IServiceProvider s) => s.GetRequiredService<Jobs.JobStore>().List(); }"));
        Assert.Equal(["device", "firmware", "ota_session"], TablesIn("class C { string s = \"SELECT * FROM firmware JOIN ota_session\"; string t = $\"UPDATE device SET {1}\"; }").Order());
    }

    private static string FolderOf(string path) => string.Join('.', path[Root.Length..].Split('/')[..^1].Take(path.StartsWith(Root + "Codegen/", StringComparison.Ordinal) ? 2 : 1));

    private static bool IsIn(string path, string folder) => path.StartsWith(Root, StringComparison.Ordinal) && FolderOf(path) == folder;

    private static IEnumerable<string> Files(string folder) => Repository.Sources(Root).Where(path => IsIn(path, folder));

    // What is not used may not be imported, so the imports are what is used; what is named in full, or from a namespace above, comes on top.
    private static IEnumerable<string> KnownTo(string source)
    {
        CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(source).GetCompilationUnitRoot();
        return unit.DescendantNodes().Where(n => Beginnings.Contains(n.GetFirstToken().ValueText) && n is NameSyntax or MemberAccessExpressionSyntax && n.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax or BaseNamespaceDeclarationSyntax))
            .Select(n => n.ToString()).Select(n => n.StartsWith(Namespace, StringComparison.Ordinal) ? n[Namespace.Length..] : n)
            .Select(n => Allowed.Keys.FirstOrDefault(folder => (n + ".").StartsWith(folder + ".", StringComparison.Ordinal) && (n.Length > folder.Length || source.Contains($"using {Namespace}{n};", StringComparison.Ordinal))))
            .OfType<string>().Distinct();
    }

    private static IEnumerable<string> NamesIn(string source) =>
        CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText).Distinct();

    private static IEnumerable<string> StoresIn(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>()
        .Select(t => t.Identifier.ValueText).Where(name => name.EndsWith("Store", StringComparison.Ordinal));

    private static IEnumerable<string> TablesIn(string source) => CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens()
        .Where(t => t.Parent is LiteralExpressionSyntax or InterpolatedStringTextSyntax).SelectMany(t => Table().Matches(t.ValueText)).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"\b(?:FROM|INTO|UPDATE|JOIN)\s+([a-z_]+)")]
    private static partial Regex Table();
}

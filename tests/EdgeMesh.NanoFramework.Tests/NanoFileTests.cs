using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using EdgeMesh.NanoPackages;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class NanoFileTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "nanoframework.json"));
    private static readonly string[] Projects = Directory.GetFiles(Path.Combine(Repository.Root, "device"), "*.nfproj", SearchOption.AllDirectories);
    private static readonly string Schema = File.ReadAllText(Path.Combine(Repository.Root, NanoFile.SchemaFile));

    [Fact]
    public void The_file_is_right_and_what_is_written_from_it_is_current()
    {
        NanoFile? file = NanoFile.Read(Text, Schema, out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        Assert.Contains($"\"$schema\": \"./{NanoFile.SchemaFile}\"", Text, StringComparison.Ordinal);
        foreach ((string path, string text) in file!.Files())
        {
            Assert.True(File.Exists(Path.Combine(Repository.Root, path)) && File.ReadAllText(Path.Combine(Repository.Root, path)) == text,
                path + " is stale; run: dotnet run --project tools/EdgeMesh.NanoPackages");
        }
    }

    [Fact]
    public void Every_project_for_boards_has_its_packages_from_the_file()
    {
        string[] written = [.. NanoFile.Read(Text, Schema, out _)!.Files().Select(f => f.Path).Where(p => p.EndsWith(".props", StringComparison.Ordinal))];
        Assert.Equal(written.Length, Projects.Length);
        Assert.All(written, w => Assert.Single(Projects, p => Path.GetDirectoryName(p) == Path.GetDirectoryName(Path.Combine(Repository.Root, w))));
        Assert.All(Projects, p => Assert.Contains(XElement.Load(p).Descendants(), e => e.Name.LocalName == "Import" && e.Attribute("Project")!.Value == "packages.props"));
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "device", "nanoframework", "NanoFramework.sln"));
        Assert.All(Projects, p => Assert.Contains("\\" + Path.GetFileName(p) + "\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_projects_for_boards_compile_is_what_is_compiled_and_tested_here()
    {
        string stubs = Path.Combine(Repository.Root, "tests", "EdgeMesh.NanoFramework.Stubs", "EdgeMesh.NanoFramework.Stubs.csproj");
        HashSet<string> here = [.. Sources(stubs).Where(s => !s.StartsWith(Path.GetDirectoryName(stubs)!, StringComparison.Ordinal))];
        HashSet<string> there = [.. Projects.Where(p => !p.Contains("samples", StringComparison.Ordinal)).SelectMany(Sources)];
        Assert.InRange(here.Count, 100, 1000);
        Assert.Equal(there.Order(StringComparer.Ordinal), here.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"version\": \"1.17.11\"", "\"version\": \"1.*\"", "must match")]
    [InlineData("\"drive\": \"I:\\\\\"", "\"drive\": \"I:\"", "must match")]
    [InlineData("\"count\": 2", "\"count\": 3", "must be at most 2")]
    [InlineData("\"count\": 2", "\"count\": \"2\"", "must be of type integer")]
    [InlineData("\"about\"", "\"abuot\"", "lacks about")]
    [InlineData("\"about\"", "\"abuot\"", "must not have abuot")]
    [InlineData("\"esp32-c3\"", "\"ESP32 C3\"", "must match")]
    [InlineData("\"files\": [\"a.img\", \"b.img\"]", "\"files\": [\"a.img\", \"a.img\"]", "must not have an item twice")]
    [InlineData("\"files\": [\"a.img\", \"b.img\"]", "\"files\": [\"a.img\"]", "must have at least 2 items")]
    [InlineData("\"files\": [\"a.img\", \"b.img\"]", "\"files\": [\"a.img\", \"boot0\"]", "a file is a slot and a record")]
    [InlineData("\"bytes\": 65536", "\"bytes\": 200000", "are more than the drive's")]
    [InlineData("\"nanoFramework.System.Text\": {", "\"nanoFramework.System.Texts\": {", "which has no version here")]
    [InlineData("\"nanoFramework.M2Mqtt\", \"nanoFramework.System.Device.Wifi\"", "\"nanoFramework.Mqtt\"", "names nanoFramework.Mqtt")]
    [InlineData("\"assemblies\": [\"mscorlib\"], \"needs\": []", "\"assemblies\": [\"mscorlib\"], \"needs\": [\"nanoFramework.System.Text\"]", "needs itself")]
    [InlineData("{", "", "invalid")]
    public void What_is_wrong_is_found(string right, string wrong, string expected)
    {
        int at = Text.IndexOf(right, StringComparison.Ordinal);
        Assert.InRange(at, 0, Text.Length);
        Assert.Null(NanoFile.Read(Text[..at] + wrong + Text[(at + right.Length)..], Schema, out IReadOnlyList<string> problems));
        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }

    // The files that a project's Compile items name, as MSBuild reads their stars.
    private static IEnumerable<string> Sources(string project)
    {
        foreach (XElement item in XElement.Load(project).Descendants().Where(e => e.Name.LocalName == "Compile" && e.Attribute("Include") != null))
        {
            string[] Files(string pattern)
            {
                string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, pattern.Replace('\\', '/')));
                bool deep = path.Contains("/**", StringComparison.Ordinal);
                string folder = deep ? path[..path.IndexOf("/**", StringComparison.Ordinal)] : Path.GetDirectoryName(path)!;
                string name = path.EndsWith("/**", StringComparison.Ordinal) ? "*" : Path.GetFileName(path);
                return Directory.Exists(folder) ? Directory.GetFiles(folder, name, deep ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly) : [];
            }

            // Of build output none, wherever it stands.
            string[] excluded = [.. (item.Attribute("Exclude")?.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Where(x => x.Contains("DotNet", StringComparison.Ordinal)).SelectMany(Files)];
            foreach (string file in Files(item.Attribute("Include")!.Value).Except(excluded).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)))
            {
                yield return file;
            }
        }
    }

    [Fact]
    public void A_keyword_of_the_schema_that_is_not_known_is_refused() =>
        Assert.Throws<NotSupportedException>(() => NanoFile.Read("{}", """{"oneOf":[]}""", out _));
}

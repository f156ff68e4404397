using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace EdgeMesh.Architecture.Tests;

/// <summary>Dependencies point inward: Contracts, Protocol, Hub, Cli; what stands on its own references nothing of ours.</summary>
public sealed class DependencyTests
{
    // What an assembly of ours may reference of ours. One that is missing here may not exist: add it with its place in the order.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["EdgeMesh.Contracts"] = [],
        ["EdgeMesh.Protocol"] = ["EdgeMesh.Contracts"],
        ["EdgeMesh.Mqtt"] = [],
        ["EdgeMesh.MicroPython"] = [],
        ["EdgeMesh.Hub"] = ["EdgeMesh.Contracts", "EdgeMesh.Protocol", "EdgeMesh.Mqtt", "EdgeMesh.MicroPython"],
        ["EdgeMesh.Cli"] = ["EdgeMesh.Contracts", "EdgeMesh.Protocol", "EdgeMesh.Mqtt", "EdgeMesh.MicroPython", "EdgeMesh.Hub"],
        ["EdgeMesh.Device"] = ["EdgeMesh.Contracts", "EdgeMesh.Protocol"],
        ["EdgeMesh.Device.Host"] = ["EdgeMesh.Contracts", "EdgeMesh.Protocol", "EdgeMesh.Device", "EdgeMesh.Mqtt"],
        ["EdgeMesh.Device.SelfCheck"] = ["EdgeMesh.Contracts", "EdgeMesh.Protocol"],
        ["Heartbeat"] = ["EdgeMesh.Device"],
        ["CrashAtStart"] = ["EdgeMesh.Device"],
        ["Hang"] = ["EdgeMesh.Device"],
    };

    private static readonly string[] Folders = ["shared", "hub", "device"];

    public static TheoryData<string> Projects => [.. Folders.SelectMany(ProjectsBelow)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_further_in(string path)
    {
        XElement project = XElement.Parse(Repository.Read(path));
        string name = Path.GetFileNameWithoutExtension(path);
        IEnumerable<string> references = project.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        AssertAllowed(name, references);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_references_only_what_lies_further_in(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        string file = Path.Combine(AppContext.BaseDirectory, (name == "EdgeMesh.Cli" ? "edgemesh" : name) + ".dll");
        if (!File.Exists(file))
        {
            // Only what these tests reference is built here; the project file was checked above.
            Assert.True(path.Contains("/samples/", StringComparison.Ordinal), $"{name} is not among what these tests build.");
            return;
        }

        using PEReader image = new(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        AssertAllowed(name, metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name)));
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("device/nanoframework/EdgeMesh.Device")]
    public void What_runs_on_a_device_takes_no_packages(string folder)
    {
        foreach (string path in ProjectsBelow(folder))
        {
            Assert.True(!Repository.Read(path).Contains("<PackageReference", StringComparison.Ordinal), path + " references a package.");
        }
    }

    private static IEnumerable<string> ProjectsBelow(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(Repository.Root, p).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static void AssertAllowed(string name, IEnumerable<string> references)
    {
        Assert.True(Allowed.TryGetValue(name, out string[]? allowed), name + " has no place among the dependencies; give it one in this test.");
        string[] forbidden = references.Where(r => r.StartsWith("EdgeMesh", StringComparison.OrdinalIgnoreCase)).Except(allowed!).ToArray();
        Assert.True(forbidden.Length == 0, name + " must not reference " + string.Join(", ", forbidden) + ".");
    }
}

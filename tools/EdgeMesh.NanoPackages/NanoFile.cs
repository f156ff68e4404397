using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeMesh.NanoPackages;

/// <summary><c>nanoframework.json</c>: whether it is right, and the files that are written from it.</summary>
public sealed class NanoFile
{
    /// <summary>Its path in the repository.</summary>
    public const string FileName = "nanoframework.json";

    /// <summary>Path of its schema, which it names to editors.</summary>
    public const string SchemaFile = "tools/EdgeMesh.NanoPackages/nanoframework.schema.json";

    // Beside its slots a drive keeps records, chunks out of turn, settings and identities.
    private const int RecordsBytes = 64 * 1024;
    private readonly JsonObject _file;

    private NanoFile(JsonObject file) => _file = file;

    /// <summary>Reads and checks the file of a repository.</summary>
    /// <returns>It; null where it is refused, with the reasons as sentences.</returns>
    public static NanoFile? Read(string root, out IReadOnlyList<string> problems) =>
        Read(File.ReadAllText(Path.Combine(root, FileName)), File.ReadAllText(Path.Combine(root, SchemaFile)), out problems);

    /// <summary>Checks a text against the schema's text and then against what no schema can say.</summary>
    public static NanoFile? Read(string text, string schema, out IReadOnlyList<string> problems)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(text);
            problems = JsonSchema.Check(JsonNode.Parse(schema)!.AsObject(), node);
        }
        catch (JsonException e)
        {
            problems = [e.Message];
            return null;
        }

        if (problems.Count > 0) return null;
        NanoFile file = new(node!.AsObject());
        problems = [.. file.Rules()];
        return problems.Count == 0 ? file : null;
    }

    /// <summary>The files that belong to it: their paths in the repository, and what must stand in them.</summary>
    public IEnumerable<(string Path, string Text)> Files()
    {
        foreach ((string project, JsonNode? named) in _file["projects"]!.AsObject())
        {
            string[] packages = Closure(Texts(named!));
            yield return (project + "/packages.config", Config(packages));
            yield return (project + "/packages.props", References(project, packages));
        }
    }

    private static string[] Texts(JsonNode array) => [.. array.AsArray().Select(n => (string)n!)];

    private IEnumerable<string> Rules()
    {
        foreach ((string id, JsonNode? package) in Packages)
        {
            foreach (string need in Texts(package!["needs"]!).Where(n => !Packages.ContainsKey(n))) yield return $"Package {id} needs {need}, which has no version here.";
            if (Needs(id).Contains(id)) yield return $"Package {id} needs itself.";
        }

        foreach ((string project, JsonNode? named) in _file["projects"]!.AsObject())
        {
            foreach (string id in Texts(named!).Where(n => !Packages.ContainsKey(n))) yield return $"Project {project} names {id}, which has no version here.";
        }

        foreach ((string name, JsonNode? board) in _file["boards"]!.AsObject())
        {
            long slots = (long)board!["slots"]!["count"]! * (long)board["slots"]!["bytes"]!;
            long room = (long)board["storage"]!["bytes"]!;
            if (slots + RecordsBytes > room) yield return $"Board {name}: slots of {slots} bytes and {RecordsBytes} for records are more than the drive's {room}.";
            string[] files = [.. Texts(board["slots"]!["files"]!), .. Texts(board["slots"]!["records"]!)];
            if (files.Distinct().Count() != files.Length) yield return $"Board {name}: a file is a slot and a record.";
        }
    }

    private JsonObject Packages => _file["packages"]!.AsObject();

    private HashSet<string> Needs(string id)
    {
        HashSet<string> needs = [];
        Stack<string> open = new([id]);
        while (open.TryPop(out string? next))
        {
            foreach (string need in Packages[next] is { } package ? Texts(package["needs"]!) : [])
            {
                if (needs.Add(need)) open.Push(need);
            }
        }

        return needs;
    }

    private string[] Closure(string[] named) => [.. named.Concat(named.SelectMany(Needs)).Distinct().Order(StringComparer.Ordinal)];

    private string Config(string[] packages)
    {
        StringBuilder text = new("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>\n");
        foreach (string id in packages) text.Append($"  <package id=\"{id}\" version=\"{Packages[id]!["version"]}\" targetFramework=\"netnano1.0\" />\n");
        return text.Append("</packages>\n").ToString();
    }

    private string References(string project, string[] packages)
    {
        // The solution's folder, device/nanoframework, has the packages.
        string up = string.Concat(Enumerable.Repeat("..\\", project.Split('/').Length - 2));
        StringBuilder text = new("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Written by tools/EdgeMesh.NanoPackages from nanoframework.json. -->\n");
        text.Append("<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n  <ItemGroup>\n");
        foreach (string id in packages)
        {
            foreach (string assembly in Texts(Packages[id]!["assemblies"]!))
            {
                text.Append($"    <Reference Include=\"{assembly}\">\n      <HintPath>{up}packages\\{id}.{Packages[id]!["version"]}\\lib\\{assembly}.dll</HintPath>\n      <Private>True</Private>\n    </Reference>\n");
            }
        }

        return text.Append("  </ItemGroup>\n</Project>\n").ToString();
    }
}

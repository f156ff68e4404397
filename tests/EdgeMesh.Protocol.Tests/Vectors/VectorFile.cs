using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

/// <summary>The files of shared/vectors, and short ways into them.</summary>
internal static class VectorFile
{
    public static JsonObject Load(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", name + ".json")))!.AsObject();

    public static IEnumerable<JsonObject> List(JsonObject file, string member) => file[member]!.AsArray().Select(n => n!.AsObject());

    /// <summary>The names of a file's scenarios, for a theory.</summary>
    public static TheoryData<string> Names(string file, string member)
    {
        TheoryData<string> names = [];
        foreach (JsonObject entry in List(Load(file), member))
        {
            names.Add(entry.Text("name"));
        }

        return names;
    }

    public static JsonObject Named(JsonObject file, string member, string name) => List(file, member).Single(e => e.Text("name") == name);
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

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

    public static string Text(this JsonObject o, string member) => (string)o[member]!;

    public static long Number(this JsonObject o, string member) => (long)o[member]!;

    public static byte[] Hex(this JsonObject o, string member) => Convert.FromHexString(o.Text(member));

    public static byte[] Utf8(this JsonObject o, string member) => Encoding.UTF8.GetBytes(o.Text(member));

    /// <summary>The base with some members replaced.</summary>
    public static JsonObject With(this JsonObject basis, JsonNode? over)
    {
        JsonObject result = basis.DeepClone().AsObject();
        foreach (KeyValuePair<string, JsonNode?> member in over?.AsObject() ?? [])
        {
            result[member.Key] = member.Value?.DeepClone();
        }

        return result;
    }

    public static string Line(this JsonNode node) => node.ToJsonString(Readable);

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

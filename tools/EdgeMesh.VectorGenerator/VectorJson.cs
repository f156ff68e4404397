using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeMesh.VectorGenerator;

/// <summary>Short ways into the JSON of vectors.</summary>
internal static class VectorJson
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(this JsonObject o, string member) => (string)o[member]!;

    public static long Number(this JsonObject o, string member) => long.Parse(o[member]!.ToJsonString(), CultureInfo.InvariantCulture);

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
}

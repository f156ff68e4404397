using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EdgeMesh.VectorGenerator;

/// <summary>Short ways into the JSON of vectors.</summary>
internal static partial class VectorJson
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

    /// <summary>The node as text, of which nothing is escaped that need not be: the serializer escapes what is beyond 16 bits, whatever its encoder.</summary>
    public static string Line(this JsonNode node) => Pair().Replace(node.ToJsonString(Readable), match =>
        string.Concat(Unit(match.Groups[1]), Unit(match.Groups[2])));

    private static string Unit(Group digits) => ((char)ushort.Parse(digits.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();

    // After an even number of backslashes: what follows an odd one is a text about escapes.
    [GeneratedRegex(@"(?<=(?<!\\)(?:\\\\)*)\\u(D[89AB]..)\\u(D[C-F]..)", RegexOptions.IgnoreCase)]
    private static partial Regex Pair();
}

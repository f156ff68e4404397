using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace EdgeMesh.Device.SelfCheck.DotNet;

/// <summary>From a file of shared/vectors to the lines that <see cref="VectorRun"/> takes.</summary>
public static class VectorLines
{
    /// <summary>The lines of a file.</summary>
    public static string Of(string path)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        bool ofReader = Path.GetFileNameWithoutExtension(path) == "json";
        StringBuilder lines = new();
        lines.Append('{').AppendJoin(',', file.RootElement.EnumerateObject().Where(m => !IsList(m)).Select(m => Member(m, false))).Append("}\n");
        foreach (JsonProperty list in file.RootElement.EnumerateObject().Where(IsList))
        {
            foreach (JsonElement item in list.Value.EnumerateArray())
            {
                lines.Append("{\"list\":\"").Append(list.Name).Append("\",\"case\":").Append(Text(item, ofReader)).Append("}\n");
            }
        }

        return lines.ToString();
    }

    // The topics that encryption.json asks to encrypt are no cases.
    private static bool IsList(JsonProperty member) => member.Value.ValueKind == JsonValueKind.Array && member.Name != "encrypt";

    // Nothing is escaped or rounded that the file has otherwise: numbers and strings are copied as they stand there.
    private static string Text(JsonElement element, bool ofReader) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(m => Member(m, ofReader))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(e => Text(e, ofReader))) + "]",
        _ => element.GetRawText(),
    };

    // What the reader must read is as deep as it reads, so its expected value travels as text.
    private static string Member(JsonProperty m, bool ofReader) => "\"" + m.Name + "\":"
        + (ofReader && m.Name == "value" ? JsonSerializer.Serialize(Text(m.Value, false)) : Text(m.Value, ofReader));
}

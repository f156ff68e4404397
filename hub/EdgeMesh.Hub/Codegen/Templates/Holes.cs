using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Fills <c>{{…}}</c>: in MicroPython with literals, in a scenario with values.</summary>
internal static class Holes
{
    /// <summary>The code with every hole filled; a <see cref="FormatException"/> says which cannot be.</summary>
    /// <param name="code">MicroPython with holes. <c>{{name:raw}}</c> is a text without quotes, for inside a string.</param>
    /// <param name="values">What fills them.</param>
    /// <param name="raw">Names whose value is code by itself: the class, a pull.</param>
    internal static string FillCode(string code, IReadOnlyDictionary<string, JsonNode?> values, IReadOnlyDictionary<string, string> raw) =>
        Replace(code, hole => raw.TryGetValue(hole, out string? text) ? text
            : hole.EndsWith(":raw", StringComparison.Ordinal) ? Text(HoleExpression.Evaluate(hole[..^4], values))
            : Literal(HoleExpression.Evaluate(hole, values)));

    /// <summary>A node with the holes in its texts filled; a text that is one hole becomes the value itself.</summary>
    internal static JsonNode? Fill(JsonNode? node, IReadOnlyDictionary<string, JsonNode?> values) => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Fill(m.Value, values)))),
        JsonArray items => new JsonArray([.. items.Select(i => Fill(i, values))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => FillText(value.GetValue<string>(), values),
        _ => node?.DeepClone(),
    };

    /// <summary>A value as MicroPython writes it; lists are tuples.</summary>
    internal static string Literal(JsonNode? value) => value switch
    {
        null => "None",
        JsonArray items => "(" + string.Concat(items.Select(i => Literal(i) + ", ")).TrimEnd(' ').TrimEnd(items.Count > 1 ? ',' : ' ') + ")",
        JsonValue single => single.GetValueKind() switch
        {
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            JsonValueKind.Number => HoleExpression.Number(double.Parse(single.ToJsonString(), CultureInfo.InvariantCulture)).ToJsonString(),
            _ => Quoted(single.GetValue<string>()),
        },
        _ => throw new FormatException("a mapping cannot fill a hole"),
    };

    /// <summary>The text of a value, without quotes.</summary>
    internal static string Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "";

    private static JsonNode? FillText(string text, IReadOnlyDictionary<string, JsonNode?> values) =>
        text.StartsWith("{{", StringComparison.Ordinal) && text.IndexOf("}}", StringComparison.Ordinal) == text.Length - 2 && !text.EndsWith(":raw}}", StringComparison.Ordinal)
            ? HoleExpression.Evaluate(text[2..^2].Trim(), values)
            : Replace(text, hole => Text(HoleExpression.Evaluate(hole.EndsWith(":raw", StringComparison.Ordinal) ? hole[..^4] : hole, values)));

    private static string Quoted(string text)
    {
        StringBuilder quoted = new("'");
        foreach (char c in text)
        {
            quoted.Append(c switch { '\'' or '\\' => $"\\{c}", < ' ' or '\x7f' => $"\\x{(int)c:x2}", _ => c.ToString() });
        }

        return quoted.Append('\'').ToString();
    }

    private static string Replace(string text, Func<string, string> value)
    {
        StringBuilder filled = new();
        int at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and int open)
        {
            int close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw new FormatException("a hole is never closed");
            }

            filled.Append(text, at, open - at).Append(value(text[(open + 2)..close].Trim()));
            at = close + 2;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }
}

using System;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Which values a parameter takes.</summary>
internal static class ParameterValues
{
    private const int ItemsMax = 16;

    internal static readonly string[] Types = ["pin", "integer", "number", "boolean", "text", "name", "choice", "names", "windows", "rules", "gates"];

    /// <summary>Why a parameter cannot have a value; null where it can.</summary>
    internal static string? Refusal(TemplateParameter parameter, JsonNode? value)
    {
        if (value is null)
        {
            return $"{parameter.Name} is missing: {parameter.Meaning}";
        }

        if (value is JsonValue single && single.TryGetValue(out double number) && !double.IsFinite(number))
        {
            return $"{parameter.Name} must be a number";
        }

        string? wanted = parameter.Type switch
        {
            "pin" => Whole(value) is >= 0 and <= 99 ? null : "the number of a pin",
            "integer" => Whole(value) is null ? "a whole number" : Range(parameter, value),
            "number" => value is JsonValue && value.GetValueKind() == JsonValueKind.Number ? Range(parameter, value) : "a number",
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : "true or false",
            "text" => IsText(value, 32, "") ? null : "at most 32 of a-z, 0-9 and _",
            "name" => IsText(value, 32, "") && Holes.Text(value).Length > 0 ? null : "1 to 32 of a-z, 0-9 and _",
            "choice" => IsText(value, 32, "") && parameter.Choices.Contains(Holes.Text(value)) ? null : "one of " + string.Join(", ", parameter.Choices),
            "names" => Items(value, i => IsText(i, 64, "{}")) ? null : "a list of names",
            "windows" => Items(value, i => i is JsonArray { Count: 2 } w && w.All(m => Whole(m) is >= 0 and <= 1440)) ? null : "a list of [from, to] in minutes since midnight",
            "rules" => Items(value, IsRule) ? null : "a list of [reading, above, on, off], where off lies at or beyond on",
            "gates" => Items(value, i => i is JsonArray { Count: 3 } g && IsReading(g)) ? null : "a list of [reading, above, value]",
            _ => "of a known type",
        };
        return wanted is null ? null : $"{parameter.Name} must be {wanted}, and is {value.ToJsonString()}";
    }

    internal static double? Whole(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.Number && HoleExpression.NumberOf(value) is double n && n == Math.Floor(n) ? n : null;

    private static string? Range(TemplateParameter parameter, JsonNode value)
    {
        double number = HoleExpression.NumberOf(value)!.Value;
        string unit = parameter.Unit.Length > 0 ? " " + parameter.Unit : "";
        return number < (parameter.Min ?? double.MinValue) || number > (parameter.Max ?? double.MaxValue)
            ? string.Create(CultureInfo.InvariantCulture, $"from {parameter.Min} to {parameter.Max}{unit}")
            : null;
    }

    private static bool IsText(JsonNode? value, int lengthMax, string beside) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.String
        && Holes.Text(value) is { } text && text.Length <= lengthMax && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_' || beside.Contains(c, StringComparison.Ordinal));

    private static bool Items(JsonNode value, Func<JsonNode?, bool> good) => value is JsonArray items && items.Count <= ItemsMax && items.All(good);

    private static bool IsReading(JsonArray rule) =>
        IsText(rule[0], 64, "") && rule[1]?.GetValueKind() is JsonValueKind.True or JsonValueKind.False && rule.Skip(2).All(n => n?.GetValueKind() == JsonValueKind.Number);

    private static bool IsRule(JsonNode? item)
    {
        if (item is not JsonArray { Count: 4 } rule || !IsReading(rule))
        {
            return false;
        }

        double on = HoleExpression.NumberOf(rule[2])!.Value, off = HoleExpression.NumberOf(rule[3])!.Value;
        return rule[1]!.GetValue<bool>() ? off <= on : off >= on;
    }
}

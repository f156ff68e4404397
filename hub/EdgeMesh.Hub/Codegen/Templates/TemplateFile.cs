using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Reads a template's file: <c>---</c>, a header in YAML, <c>---</c>, then a class in MicroPython with holes.</summary>
/// <remarks>
/// The header has <c>name, title, what, kind, wiring, parameters</c>, and may have <c>uses, imports, machine, capabilities, with, constraints,
/// quantities, world, faults, inputs, expect, duration_s</c>, which <see cref="Template"/> explains. The class is called <c>{{class}}</c>, takes no
/// arguments, and has <c>step(self, now)</c>, which does what is due and returns after how many milliseconds it wants to be called again. Beside
/// the parameters the holes <c>{{gives}}</c> (the names of its quantities) and <c>{{pull}}</c> are filled.
/// </remarks>
public static class TemplateFile
{
    /// <summary>The largest file, in characters.</summary>
    public const int LengthMax = 20000;

    private static readonly string[] Known =
    [
        "name", "title", "what", "kind", "wiring", "parameters", "uses", "imports", "machine", "capabilities", "with", "constraints", "quantities",
        "world", "faults", "inputs", "expect", "duration_s", "device",
    ];

    /// <summary>The template, or <see cref="ErrorCodes.TemplateInvalid"/> with the place and the reason.</summary>
    /// <param name="file">The file's name, for the error.</param>
    /// <param name="text">What is in it.</param>
    public static Result<Template> Parse(string file, string text)
    {
        if (text.Length > LengthMax)
        {
            return Invalid(file, $"it is longer than {LengthMax} characters");
        }

        text = text.ReplaceLineEndings("\n");
        int end = text.StartsWith("---\n", StringComparison.Ordinal) ? text.IndexOf("\n---\n", 3, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            return Invalid(file, "it must begin with a header between two lines of ---");
        }

        Result<JsonObject> header = YamlNodes.Parse(text[4..(end + 1)]);
        if (!header.IsOk)
        {
            return Invalid(file, header.Error!.Message);
        }

        try
        {
            Template template = Read(header.Value, text[(end + 5)..]);
            return TemplateTrial.Defect(template) is { } defect ? Invalid(file, defect) : template;
        }
        catch (Exception defect) when (defect is FormatException or InvalidOperationException)
        {
            return Invalid(file, defect.Message);
        }
    }

    internal static Error Invalid(string file, string why) =>
        new(ErrorCodes.TemplateInvalid, $"The template {file} cannot be used: {why.TrimEnd('.')}. Correct the file; `edgemesh templates show dht` shows one that works.");

    private static Template Read(JsonObject header, string body)
    {
        if (header.Select(m => m.Key).Except(Known).FirstOrDefault() is { } unknown)
        {
            throw new FormatException($"the header has no member {unknown}");
        }

        return new Template
        {
            Name = Text(header, "name"),
            Title = Text(header, "title"),
            What = Text(header, "what"),
            Kind = Text(header, "kind"),
            Wiring = Text(header, "wiring"),
            Uses = Texts(header["uses"]),
            Imports = Texts(header["imports"]),
            Machine = Texts(header["machine"]),
            Capabilities = Texts(header["capabilities"]),
            Companion = header["with"]?.GetValue<string>(),
            Parameters = [.. (header["parameters"] as JsonObject ?? throw new FormatException("parameters must be a mapping")).Select(Parameter)],
            Constraints = [.. Objects(header, "constraints").Select(Constraint)],
            Quantities = [.. Objects(header, "quantities").Select(Quantity)],
            World = header["world"] as JsonObject,
            Faults = header["faults"]?.GetValue<bool>() ?? false,
            Inputs = [.. Objects(header, "inputs")],
            Expect = [.. Objects(header, "expect")],
            DurationS = header["duration_s"]?.DeepClone(),
            Body = body.Trim('\n') + "\n",
        };
    }

    private static TemplateParameter Parameter(KeyValuePair<string, JsonNode?> member)
    {
        JsonObject about = member.Value as JsonObject ?? throw new FormatException($"the parameter {member.Key} must be a mapping");
        string type = Text(about, "type");
        if (!ParameterValues.Types.Contains(type))
        {
            throw new FormatException($"the parameter {member.Key} is of the type {type}, which is none of {string.Join(", ", ParameterValues.Types)}");
        }

        return new TemplateParameter(member.Key, type, Text(about, "meaning"))
        {
            Unit = about["unit"]?.GetValue<string>() ?? "",
            Min = HoleExpression.NumberOf(about["min"]),
            Max = HoleExpression.NumberOf(about["max"]),
            Choices = Texts(about["choices"]),
            Default = about["default"]?.DeepClone(),
            Example = about["example"] is { } example ? (int)HoleExpression.NumberOf(example)!.Value : null,
            Direction = about["direction"]?.GetValue<string>() ?? (type == "pin" ? throw new FormatException($"the pin {member.Key} needs a direction") : ""),
            Role = about["role"]?.GetValue<string>() ?? member.Key,
            Pull = about["pull"]?.GetValue<string>() ?? "",
        };
    }

    private static TemplateConstraint Constraint(JsonObject about)
    {
        IReadOnlyList<string> names = Texts(about["less"] ?? about["differ"]);
        return names.Count == 2
            ? new TemplateConstraint(names[0], names[1], about.ContainsKey("less"), Text(about, "why"))
            : throw new FormatException("a constraint is {less: [a, b], why: …} or {differ: [a, b], why: …}");
    }

    private static TemplateQuantity Quantity(JsonObject about) => new(
        Text(about, "name"),
        about["unit"]?.GetValue<string>() ?? "",
        about["typical"]?.DeepClone() ?? 0,
        about["tolerance"]?.DeepClone() ?? 0,
        HoleExpression.NumberOf(about["min"]) ?? double.MinValue,
        HoleExpression.NumberOf(about["max"]) ?? double.MaxValue,
        about["hysteresis"]?.DeepClone() ?? 0,
        about["only"]?.DeepClone() as JsonObject,
        about["sets"]?.DeepClone() as JsonObject);

    private static string Text(JsonObject from, string name) =>
        from[name]?.GetValueKind() == JsonValueKind.String ? from[name]!.GetValue<string>() : throw new FormatException($"{name} is missing or no text");

    private static IReadOnlyList<string> Texts(JsonNode? list) => list is null ? [] : [.. list.AsArray().Select(Holes.Text)];

    private static IEnumerable<JsonObject> Objects(JsonObject from, string name) =>
        from[name]?.AsArray().Select(o => o as JsonObject ?? throw new FormatException($"{name} must be a list of mappings")) ?? [];
}

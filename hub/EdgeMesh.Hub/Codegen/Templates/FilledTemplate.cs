using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>A pin that a program uses.</summary>
/// <param name="Pin">The number of the GPIO.</param>
/// <param name="Direction">in, out, inout or analog.</param>
/// <param name="Role">What for, such as <c>data</c> or <c>output</c>.</param>
public sealed record PinUse(int Pin, string Direction, string Role);

/// <summary>A template with all its parameters given.</summary>
public sealed class FilledTemplate
{
    private readonly Dictionary<string, JsonNode?> _values;

    private FilledTemplate(Template template, Dictionary<string, JsonNode?> values)
    {
        Template = template;
        _values = values;
    }

    /// <summary>The template.</summary>
    public Template Template { get; }

    /// <summary>Every parameter's value.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Values => _values;

    /// <summary>The pins it uses.</summary>
    public IReadOnlyList<PinUse> Pins => [.. Template.Parameters.Where(p => p.Type == "pin").Select(p => new PinUse(Whole(p.Name), p.Direction, p.Role))];

    /// <summary>The readings it gives, with its prefix.</summary>
    public IReadOnlyList<string> Gives => [.. Quantities.Select(ReadingOf)];

    /// <summary>The quantities that it gives with these values.</summary>
    internal IEnumerable<TemplateQuantity> Quantities => Template.Quantities.Where(q => Holds(q.Only));

    /// <summary>Fills a template, with its defaults where nothing is given; <see cref="ErrorCodes.InvalidArgument"/> says which value cannot be.</summary>
    public static Result<FilledTemplate> Of(Template template, IReadOnlyDictionary<string, JsonNode?> given)
    {
        if (given.Keys.FirstOrDefault(name => template.Parameter(name) is null) is { } unknown)
        {
            return Refused(template, $"it has no parameter {unknown}");
        }

        Dictionary<string, JsonNode?> values = [];
        foreach (TemplateParameter parameter in template.Parameters)
        {
            JsonNode? value = given.TryGetValue(parameter.Name, out JsonNode? said) ? said?.DeepClone() : parameter.Default?.DeepClone();
            if (ParameterValues.Refusal(parameter, value) is { } refusal)
            {
                return Refused(template, refusal);
            }

            values[parameter.Name] = value;
        }

        FilledTemplate filled = new(template, values);
        filled.KeepPublished();
        TemplateConstraint? broken = template.Constraints.FirstOrDefault(c => !filled.Holds(c));
        return broken is null ? filled : Refused(template, broken.Why);
    }

    /// <summary>The class in MicroPython, under a name of its own.</summary>
    /// <param name="className">The name.</param>
    /// <param name="pullable">Whether a pin can be pulled up or down by the chip.</param>
    internal string Code(string className, Func<int, bool> pullable)
    {
        Dictionary<string, JsonNode?> values = new(_values)
        {
            ["gives"] = Names(Gives),
            ["publishes"] = Names(Published),
        };
        TemplateParameter? pulled = Template.Parameters.FirstOrDefault(p => p.Pull.Length > 0);
        Dictionary<string, string> raw = new() { ["class"] = className, ["pull"] = pulled is null ? "None" : PullOf(pulled, pullable) };
        return Holes.FillCode(Template.Body, values, raw);
    }

    /// <summary>The readings it publishes, with its prefix.</summary>
    internal IEnumerable<string> Published => (_values.GetValueOrDefault("publishes") as JsonArray)?.Select(n => Prefix + Holes.Text(n)) ?? [];

    /// <summary>A reading's name.</summary>
    internal string ReadingOf(TemplateQuantity quantity) => Prefix + Holes.Text(Holes.Fill(quantity.Name, _values));

    /// <summary>A node of the header with its holes filled; <paramref name="more"/> comes before the parameters.</summary>
    internal JsonNode? Fill(JsonNode? node, IReadOnlyDictionary<string, JsonNode?>? more = null)
    {
        Dictionary<string, JsonNode?> values = new(_values);
        foreach ((string name, JsonNode? value) in more ?? new Dictionary<string, JsonNode?>())
        {
            values[name] = value;
        }

        return Holes.Fill(node, values);
    }

    /// <summary>A parameter's number.</summary>
    internal double Number(string name) => HoleExpression.NumberOf(_values.GetValueOrDefault(name)) ?? 0;

    /// <summary>Whether the parameters have these values.</summary>
    internal bool Holds(JsonObject? only) => only is null || only.All(m => Holes.Text(_values.GetValueOrDefault(m.Key)) == Holes.Text(m.Value));

    private string Prefix => Holes.Text(_values.GetValueOrDefault("prefix"));

    private int Whole(string name) => (int)Number(name);

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(n => (JsonNode)n)];

    private string PullOf(TemplateParameter pin, Func<int, bool> pullable) =>
        !pullable(Whole(pin.Name)) ? "None" : pin.Pull == "up" || Number(pin.Pull) == 1 ? "Pin.PULL_UP" : "Pin.PULL_DOWN";

    // A default may list what this model does not give, and names may be holes.
    private void KeepPublished()
    {
        if (_values.GetValueOrDefault("publishes") is JsonArray publishes)
        {
            string[] given = [.. Quantities.Select(q => Holes.Text(Fill(q.Name)))];
            _values["publishes"] = Names(publishes.Select(n => Holes.Text(Fill(n))).Where(given.Contains));
        }
    }

    private bool Holds(TemplateConstraint c) => c.Less ? Number(c.Left) < Number(c.Right) : Number(c.Left) != Number(c.Right);

    private static Error Refused(Template template, string why) => new(ErrorCodes.InvalidArgument, $"The template {template.Name} cannot be filled: {why}.");
}

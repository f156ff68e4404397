using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>What was understood of a request.</summary>
public sealed record Reading
{
    /// <summary>Whether a program can be written of it: nothing is missing, nothing refused, and there is something to do.</summary>
    public bool Complete => Missing.Count == 0 && Refused.Count == 0 && Behaviours.Count > 0;

    /// <summary>The request.</summary>
    public required string Request { get; init; }

    /// <summary>Whose pins they are.</summary>
    public required Board Board { get; init; }

    /// <summary>What the program does.</summary>
    public required IReadOnlyList<Behaviour> Behaviours { get; init; }

    /// <summary>What the request leaves open and nobody may guess.</summary>
    public required IReadOnlyList<MissingPart> Missing { get; init; }

    /// <summary>What cannot be.</summary>
    public required IReadOnlyList<RefusedPart> Refused { get; init; }

    /// <summary>What was assumed, in sentences.</summary>
    public required IReadOnlyList<string> Assumed { get; init; }

    /// <summary>What was understood, in sentences.</summary>
    public IReadOnlyList<string> Understood => [.. Behaviours.Select(Wording.Of)];

    /// <summary>The reading as <c>program read --json</c> gives it.</summary>
    public JsonObject ToJson() => new()
    {
        ["complete"] = Complete,
        ["behaviours"] = new JsonArray([.. Behaviours.Select(b => b.ToJson())]),
        ["missing"] = new JsonArray([.. Missing.Select(m => new JsonObject { ["what"] = m.What, ["question"] = m.Question })]),
        ["refused"] = new JsonArray([.. Refused.Select(r => new JsonObject { ["code"] = r.Code, ["reason"] = r.Reason })]),
        ["assumed"] = new JsonArray([.. Assumed.Select(a => (JsonNode)a)]),
        ["understood"] = new JsonArray([.. Understood.Select(u => (JsonNode)u)]),
    };
}

/// <summary>Something that the request leaves open.</summary>
/// <param name="What">Which part, such as <c>pin</c>.</param>
/// <param name="Question">A question to the person.</param>
public sealed record MissingPart(string What, string Question);

/// <summary>Something that cannot be.</summary>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Reason">A sentence: what, why, and what to do.</param>
public sealed record RefusedPart(string Code, string Reason);

/// <summary>A limit that a reading crosses.</summary>
/// <param name="Quantity">Of what.</param>
/// <param name="Op">above or below.</param>
/// <param name="Value">The limit, in <paramref name="Unit"/>.</param>
/// <param name="Unit">Its unit; empty for none.</param>
/// <param name="Hysteresis">How far back the reading must go before it no longer counts.</param>
public sealed record Limit(string Quantity, string Op, double Value, string Unit, double Hysteresis);

/// <summary>When a behaviour is allowed.</summary>
/// <param name="Kind">time, or reading.</param>
/// <param name="Text">In words: night, 22:00-06:00, light below 30 %.</param>
/// <param name="Negated">Whether it is allowed outside of it.</param>
/// <param name="FromMin">The window's beginning in minutes since midnight, for times.</param>
/// <param name="ToMin">Its end.</param>
public sealed record Condition(string Kind, string Text, bool Negated, int FromMin = 0, int ToMin = 0);

/// <summary>One thing that the program does.</summary>
public sealed record Behaviour
{
    /// <summary>The kind, as the template has it: sensor, threshold, relay, cycle, schedule, button, …</summary>
    public required string Kind { get; init; }

    /// <summary>The template that does it.</summary>
    public required string Template { get; init; }

    /// <summary>The sensor, or null.</summary>
    public string? Sensor { get; init; }

    /// <summary>The actuator, or null.</summary>
    public string? Actuator { get; init; }

    /// <summary>Pins by role.</summary>
    public IReadOnlyDictionary<string, int> Pins { get; init; } = new Dictionary<string, int>();

    /// <summary>The readings that are published.</summary>
    public IReadOnlyList<string> Publishes { get; init; } = [];

    /// <summary>Time between two readings or starts, in seconds.</summary>
    public double? PeriodS { get; init; }

    /// <summary>How long something stays on, in seconds.</summary>
    public double? DurationS { get; init; }

    /// <summary>How long something must last before it counts, in seconds.</summary>
    public double? DelayS { get; init; }

    /// <summary>What is done: on, off, toggle, blink, hold, dim, …; null for what only reads.</summary>
    public string? Action { get; init; }

    /// <summary>What starts it: motion, press, open, …; null for readings and times.</summary>
    public string? Trigger { get; init; }

    /// <summary>The limits it goes by.</summary>
    public IReadOnlyList<Limit> Thresholds { get; init; } = [];

    /// <summary>Whether all limits must hold, or one.</summary>
    public bool All { get; init; }

    /// <summary>When it is allowed.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>What fills the template.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Values { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>The behaviour as <c>program read --json</c> gives it.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = new() { ["kind"] = Kind, ["template"] = Template };
        Put(json, "sensor", Sensor);
        Put(json, "actuator", Actuator);
        json["pins"] = new JsonObject(Pins.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        json["publishes"] = new JsonArray([.. Publishes.Select(p => (JsonNode)p)]);
        Put(json, "period_s", Number(PeriodS));
        Put(json, "duration_s", Number(DurationS));
        Put(json, "delay_s", Number(DelayS));
        Put(json, "action", Action);
        Put(json, "trigger", Trigger);
        json["thresholds"] = new JsonArray([.. Thresholds.Select(t => new JsonObject
        {
            ["quantity"] = t.Quantity, ["op"] = t.Op, ["value"] = Number(t.Value), ["unit"] = t.Unit, ["hysteresis"] = Number(t.Hysteresis),
        })]);
        if (Thresholds.Count > 1)
        {
            json["combine"] = All ? "and" : "or";
        }

        json["conditions"] = new JsonArray([.. Conditions.Select(Json)]);
        json["settings"] = new JsonObject(Values.Where(v => !Told.Contains(v.Key) && TemplateLibrary.Shipped.Find(Template).Value.Parameter(v.Key) is { Type: not "pin" }).Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone())));
        return json;
    }

    // Parameters that the fields of their own tell, and names.
    private static readonly string[] Told = ["name", "prefix", "publishes", "model", "period_s", "duration_s", "delay_s", "windows", "utc_offset_min", "rules", "all", "gates", "reading"];

    private static JsonObject Json(Condition c)
    {
        JsonObject json = new() { ["kind"] = c.Kind, ["text"] = c.Text, ["negated"] = c.Negated };
        if (c.Kind == "time")
        {
            json["from"] = Wording.Clock(c.FromMin);
            json["to"] = Wording.Clock(c.ToMin);
        }

        return json;
    }

    private static void Put(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static JsonNode? Number(double? value) => value is { } number ? HoleExpression.Number(number) : null;
}

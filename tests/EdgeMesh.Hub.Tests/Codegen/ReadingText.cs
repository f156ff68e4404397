using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Sentences;

namespace EdgeMesh.Hub.Tests.Codegen;

/// <summary>A reading in short lines, as sentences.json has it.</summary>
internal static class ReadingText
{
    internal static JsonObject Of(Reading reading) => new()
    {
        ["is"] = new JsonArray([.. reading.Behaviours.Select(b => (JsonNode)Line(b))]),
        ["missing"] = new JsonArray([.. reading.Missing.Select(m => (JsonNode)m.What).DistinctBy(w => w.ToString())]),
        ["refused"] = new JsonArray([.. reading.Refused.Select(r => (JsonNode)r.Code).DistinctBy(c => c.ToString())]),
    };

    private static string Line(Behaviour b)
    {
        List<string> parts = [b.Kind];
        parts.AddRange(new[] { b.Sensor, b.Actuator }.OfType<string>());
        parts.AddRange(b.Pins.Select(p => $"{p.Key}={p.Value}"));
        Add(parts, "every", b.PeriodS);
        Add(parts, "for", b.DurationS);
        Add(parts, "delay", b.DelayS);
        if (b.Publishes.Count > 0)
        {
            parts.Add("publishes=" + string.Join(',', b.Publishes));
        }

        if (b.Kind is not ("threshold" or "schedule" or "motion_light") && b.Action is not null)
        {
            parts.Add("does=" + b.Action.Replace(' ', '_'));
        }

        parts.AddRange(b.Thresholds.Select(t => string.Create(CultureInfo.InvariantCulture, $"{(t == b.Thresholds[0] ? "" : b.All ? "and:" : "or:")}{t.Quantity}{(t.Op == "above" ? ">" : "<")}{t.Value}{t.Unit}~{t.Hysteresis}")));
        parts.AddRange(b.Conditions.Select(c => (c.Negated ? "except:" : "only:") + c.Text.Replace(' ', '_')));
        return string.Join(' ', parts);
    }

    private static void Add(List<string> parts, string name, double? value)
    {
        if (value is { } number)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={number}"));
        }
    }
}

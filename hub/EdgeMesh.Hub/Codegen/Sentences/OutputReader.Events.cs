using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Outputs by motion, buttons, contacts and the time of day.
internal sealed partial class OutputReader
{
    private bool Gates(Dictionary<string, JsonNode?> values, List<Condition> conditions)
    {
        Trigger[] gates = [.. about.SelectMany(s => s.Triggers).Where(t => t.IsLimit)];
        if (gates.Length == 0)
        {
            return true;
        }

        JsonArray filled = [];
        foreach (Trigger gate in gates)
        {
            if (limits.Resolve(gate) is not var (sensor, quantity, unit))
            {
                return false;
            }

            Trigger turned = gate.Negated ? Turned(gate) : gate;
            foreach ((bool above, double value) in turned.Kind switch { "above" => [(true, gate.Value)], "below" => [(false, gate.Value)], _ => new[] { (true, gate.Value), (false, gate.Value2) } })
            {
                filled.Add(new JsonArray(sensor.Prefix + quantity, above, Number(value)));
                conditions.Add(new Condition("reading", $"{quantity} {(above ? "above" : "below")} {Wording.Value(value, unit)}", false));
            }
        }

        values["gates"] = filled;
        return true;
    }

    private Entity? Input(string kind, string what)
    {
        Entity? input = about.SelectMany(s => s.Triggers).Select(t => t.Sensor).FirstOrDefault(s => s?.Kind == kind) ?? limits.Find(kind);
        if (input is null)
        {
            missing.Add(new MissingPart("pin", $"On which pin is the {what}?"));
        }

        return input;
    }

    private OutputReading? Motion()
    {
        Dictionary<string, JsonNode?> values = [];
        List<Condition> conditions = [.. Conditions];
        Entity? input = Input("pir", "motion sensor");
        if (input is null || !Gates(values, conditions))
        {
            return null;
        }

        double? durationS = DurationS ?? about.Where(s => s.Triggers.Any(t => t.Kind == "nomotion")).Select(s => s.DelayS).FirstOrDefault(d => d is not null);
        if (durationS is null)
        {
            assumed.Add("No time was said after the last motion: 2 min.");
        }

        values["duration_s"] = durationS ?? 120;
        return new OutputReading(
            new Behaviour { Kind = "motion_light", Template = "motion_light", Trigger = "motion", Action = "on", DurationS = durationS ?? 120, Conditions = conditions }, values, input, "sensor");
    }

    private OutputReading? Button()
    {
        Dictionary<string, JsonNode?> values = [];
        List<Condition> conditions = [.. Conditions];
        Entity? input = Input("button", "button");
        if (input is null || !Gates(values, conditions))
        {
            return null;
        }

        bool held = about.Any(s => s.Triggers.Any(t => t.Kind is "held" || (t.Kind == "pressed" && (s.Text.Contains("while", StringComparison.Ordinal) || s.Text.Contains("as long as", StringComparison.Ordinal)))));
        double? durationS = DurationS;
        bool both = about.Any(s => s.Action == "on") && about.Any(s => s.Action == "off" && s.Triggers.Any(t => t.Kind == "pressed"));
        string action = held ? "hold" : durationS is not null ? "timed" : both || about.Any(s => s.Action == "toggle") ? "toggle" : about[0].Action is "off" or "on" ? about[0].Action : "toggle";
        values["action"] = action;
        if (durationS is not null)
        {
            values["duration_s"] = durationS;
        }

        return new OutputReading(
            new Behaviour { Kind = "button", Template = "button_switch", Trigger = held ? "held" : "press", Action = action, DurationS = durationS, Conditions = conditions }, values, input, "button");
    }

    private OutputReading? Door()
    {
        Dictionary<string, JsonNode?> values = [];
        List<Condition> conditions = [.. Conditions];
        Entity? input = Input("contact", "contact");
        if (input is null || !Gates(values, conditions))
        {
            return null;
        }

        Statement on = about.First(s => s.Triggers.Count > 0);
        bool closes = on.Triggers.Any(t => t.Kind == "close") == (on.Action != "off") && on.Triggers.All(t => t.Kind != "open");
        if (closes)
        {
            values["contact_active_low"] = true;
        }

        double delayS = on.DelayS ?? 0;
        double? durationS = on.DurationS;
        values["delay_s"] = delayS;
        values["duration_s"] = durationS ?? 0;
        return new OutputReading(
            new Behaviour { Kind = "door", Template = "door_alarm", Trigger = closes ? "close" : "open", Action = "on", DelayS = delayS, DurationS = durationS, Conditions = conditions }, values, input, "contact");
    }

    private OutputReading? Schedule()
    {
        double? from = about.FirstOrDefault(s => s.Action != "off" && s.AtMin is not null)?.AtMin;
        double? to = about.FirstOrDefault(s => s.Action == "off" && s.AtMin is not null)?.AtMin ?? about.Select(s => s.UntilMin).FirstOrDefault(m => m is not null);
        if (from is not null && to is null && DurationS is { } lasting)
        {
            to = (from + (lasting / 60)) % 1440;
        }

        List<Condition> conditions = [.. Conditions.Select(c => about.All(s => s.Action == "off") ? c with { Negated = !c.Negated } : c)];
        if (conditions.Count == 0)
        {
            if (from is null || to is null)
            {
                missing.Add(new MissingPart("time", $"At what time does the {actuator.Label} go {(from is null ? "on" : "off")} again?"));
                return null;
            }

            if (from == to)
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, $"The {Name} would go on and off at the same time, {Wording.Clock((int)from.Value)}."));
                return null;
            }

            conditions.Add(new Condition("time", $"{Said(from.Value)}-{Said(to.Value)}", false, Minute(from.Value), Minute(to.Value)));
        }

        JsonArray windows = [.. Windows.Allowed(conditions).Select(w => (JsonNode)new JsonArray(w.From, w.To))];
        return new OutputReading(new Behaviour { Kind = "schedule", Template = "schedule", Action = "on", Conditions = conditions }, new() { ["windows"] = windows });
    }

    private static int Minute(double minutes) => double.IsFinite(minutes) ? (int)minutes : -1;

    private static string Said(double minutes) => double.IsFinite(minutes) ? Wording.Clock((int)minutes) : "??:??";
}

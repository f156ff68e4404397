using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Outputs that go by themselves or by commands: cycles, relays, dimmers, servos, pixels.
internal sealed partial class OutputReader
{
    private OutputReading? Cycle()
    {
        Dictionary<string, JsonNode?> values = [];
        List<Condition> conditions = [.. Conditions];
        if (!Gates(values, conditions))
        {
            return null;
        }

        bool blinks = about.Any(s => s.Action == "blink");
        double? periodS = about.Select(s => s.PeriodS).FirstOrDefault(p => p is not null);
        double? onS = about.Select(s => s.DurationS).FirstOrDefault(d => d is not null);
        if (periodS is null)
        {
            assumed.Add("No speed was said for blinking: once a second.");
        }

        if (!blinks && onS is null && about.Any(s => s.Action == "toggle"))
        {
            onS = periodS;
            periodS *= 2;
        }
        else if (!blinks && onS is null)
        {
            missing.Add(new MissingPart("duration", $"For how long should the {actuator.Label} be on every {Wording.Time(periodS)}?"));
            return null;
        }

        double period = periodS ?? 1;
        double on = onS is { } said && said < period ? said : blinks ? period / 2 : onS ?? period / 2;
        if (on >= period && period > 0)
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, $"On for {Wording.Time(on)} every {Wording.Time(period)} is never off: let the period be longer."));
            return null;
        }

        values["period_s"] = period;
        values["on_s"] = on;
        return new OutputReading(
            new Behaviour { Kind = "cycle", Template = "cycle", Action = blinks ? "blink" : "on", PeriodS = period, DurationS = on, Conditions = conditions },
            values);
    }

    private OutputReading Relay()
    {
        double? durationS = DurationS ?? about.Where(s => s.Action != "on").Select(s => s.DelayS).FirstOrDefault(d => d is not null);
        bool on = about[0].Action is "on" && !about.Any(s => s.Command);
        if (about[0].Action == "" && !about.Any(s => s.Command) && (limits.Find("pir") ?? limits.Find("button") ?? limits.Find("contact")) is { } input)
        {
            missing.Add(new MissingPart("trigger", $"When should the {actuator.Label} be switched: by the {input.Label}, or by command?"));
        }

        if (on)
        {
            assumed.Add($"The {Name} is on when the program starts, and follows commands.");
        }

        Dictionary<string, JsonNode?> values = new() { ["on_at_start"] = on };
        if (durationS is not null)
        {
            values["duration_s"] = durationS;
        }

        return new OutputReading(
            new Behaviour { Kind = "relay", Template = durationS is null ? "relay" : "timed_relay", Trigger = "command", Action = on ? "on" : "command", DurationS = durationS, Conditions = Conditions }, values);
    }

    private OutputReading Dimmer()
    {
        Entity? follow = about.Select(s => s.Follow).FirstOrDefault(f => f is not null);
        double? percent = about.SelectMany(s => s.Amounts).Where(a => a.Dimension is "percent").Select(a => (double?)a.Value).FirstOrDefault();
        Item? hz = about.SelectMany(s => s.Amounts).FirstOrDefault(a => a.Dimension == "frequency");
        Dictionary<string, JsonNode?> values = new() { ["percent"] = percent ?? 0 };
        if (hz is not null)
        {
            values["frequency_hz"] = Number(hz.Value);
        }

        if (follow is not null)
        {
            follow.Read = true;
            values["follow"] = follow.Prefix + follow.Quantities[0];
            follow.PeriodS ??= 0.5;
        }

        return new OutputReading(new Behaviour { Kind = "dimmer", Template = "dimmer", Sensor = follow?.Kind, Trigger = follow is null ? "command" : "reading", Action = percent is null ? "dim" : $"dim to {Item.Plain(percent.Value)} %", Conditions = [] }, values);
    }

    private OutputReading? Servo(string[] kinds)
    {
        if (kinds is ["limit"] && about.All(s => s.Triggers.All(t => t.Kind == "between")) && about.Any(s => s.Action is "sweep" or "move" or "keep" or ""))
        {
            kinds = [];
        }

        if (kinds.Length > 0 || actuator.Kind != "servo")
        {
            return Switched(kinds.Length > 0 ? kinds : ["turned"]);
        }

        if (about.SelectMany(s => s.Triggers).FirstOrDefault(t => t.Negated) is { } denied)
        {
            missing.Add(new MissingPart("meaning", $"Between which angles should the servo move, if not “{denied.Text}”?"));
            return null;
        }

        Item? band = about.SelectMany(s => s.Triggers).Select(t => new Item("band", "", t.Text, t.Value) { Value2 = t.Value2 }).FirstOrDefault();
        double[] angles = [.. about.SelectMany(s => s.Amounts).Where(a => a.Dimension is "degrees" or "temperature" or "").Select(a => a.Value)];
        bool sweeps = about.Any(s => s.Action == "sweep") || band is not null || (angles.Length > 1 && about.Any(s => s.PeriodS is not null));
        double first = band?.Value ?? (angles.Length > 0 ? angles[0] : sweeps ? 0 : 90), second = band?.Value2 ?? (angles.Length > 1 ? angles[1] : sweeps ? 180 : first);
        if (!sweeps && angles.Length == 0)
        {
            assumed.Add("No angle was said for the start: 90°.");
        }

        Dictionary<string, JsonNode?> values = new() { ["angle"] = first, ["other_angle"] = sweeps ? second : first };
        double? periodS = about.Select(s => s.PeriodS).FirstOrDefault(p => p is not null);
        if (sweeps)
        {
            periodS ??= 10;
            values["sweep_s"] = periodS;
        }

        return new OutputReading(new Behaviour { Kind = "servo", Template = "servo", Trigger = sweeps ? null : "command", PeriodS = sweeps ? periodS : null, Action = sweeps ? $"sweep {Item.Plain(first)}-{Item.Plain(second)}°" : $"{Item.Plain(first)}°" }, values);
    }

    private OutputReading Pixels()
    {
        string effect = about.Select(s => s.Effect).FirstOrDefault(e => e.Length > 0) ?? "", colour = about.Select(s => s.Colour).FirstOrDefault(c => c.Length > 0) ?? "";
        effect = effect.Length > 0 ? effect : about.Any(s => s.Action == "blink") ? "pulse" : colour.Length > 0 ? "solid" : "rainbow";
        Dictionary<string, JsonNode?> values = new() { ["effect"] = effect };
        if (about.SelectMany(s => s.Amounts).FirstOrDefault(a => a.Dimension == "percent") is { } brightness)
        {
            values["brightness_percent"] = Number(brightness.Value);
        }

        if (colour.Length > 0)
        {
            (int red, int green, int blue) = colour switch { ['#', ..] => (Hex(colour, 1), Hex(colour, 3), Hex(colour, 5)), "red" => (255, 0, 0), "green" => (0, 255, 0), "blue" => (0, 0, 255), "yellow" => (255, 200, 0), "orange" => (255, 100, 0), "purple" => (160, 0, 255), "cyan" => (0, 255, 255), _ => (255, 255, 255) };
            (values["red"], values["green"], values["blue"]) = (red, green, blue);
        }

        return new OutputReading(new Behaviour { Kind = "neopixel", Template = "neopixel", Trigger = "command", Action = (effect + " " + colour).Trim() }, values);
    }

    private static int Hex(string colour, int at) => int.Parse(colour.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>What was read of an output: its behaviour, and the contact or motion sensor that belongs to it.</summary>
/// <param name="Behaviour">The behaviour, without pins.</param>
/// <param name="Values">What fills the template.</param>
/// <param name="Input">The button, contact or motion sensor.</param>
/// <param name="InputParameter">Its pin's name in the template.</param>
internal sealed record OutputReading(Behaviour Behaviour, Dictionary<string, JsonNode?> Values, Entity? Input = null, string InputParameter = "");

/// <summary>Makes one behaviour of all that was said about an output; says where that cannot be.</summary>
internal sealed class OutputReader(Entity actuator, Statement[] about, LimitReader limits, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
{
    private static readonly string[] Heating = ["heater", "humidifier", "pump", "valve"];
    private static readonly string[] Cooling = ["fan", "cooler", "dehumidifier"];

    private string Driven => actuator.Load.Length > 0 ? actuator.Load : actuator.Kind;

    private bool Warms => Heating.Contains(Driven);

    private string Name => Wording.Name(actuator.Kind);

    /// <summary>The behaviour; null where it cannot be made, which was said then.</summary>
    internal OutputReading? Read()
    {
        if (about.Length == 0)
        {
            missing.Add(new MissingPart("action", $"What should the {actuator.Label} do, and when?"));
            return null;
        }

        Statement[] triggered = [.. about.Where(s => s.Triggers.Any(t => !t.Gate))];
        string[] kinds = [.. triggered.SelectMany(s => s.Triggers.Where(t => !t.Gate).Select(t => t.IsLimit ? "limit" : t.Kind is "nomotion" ? "motion" : t.Kind is "close" ? "open" : t.Kind is "held" or "released" ? "pressed" : t.Kind)).Distinct()];
        string[] events = [.. kinds.Where(k => k != "limit")];
        bool apart = events.Length > 1 || (kinds.Length > 1 && !triggered.Any(s => s.Triggers.Any(t => t.IsLimit) && s.Triggers.Any(t => !t.IsLimit)));
        if (apart || (kinds.Length > 0 && about.Any(s => s.Triggers.Count == 0 && (s.PeriodS is not null || s.AtMin is not null) && s.Action is "on" or "blink")))
        {
            refused.Add(new RefusedPart(ErrorCodes.PinConflict, $"Two behaviours want the {Name}: {string.Join("; ", about.Select(s => $"“{s.Text}”"))}. Give each its own output, or join them with “and only”."));
            return null;
        }

        if (actuator.Kind == "servo" || about.Any(s => s.Action is "sweep"))
        {
            return Servo(kinds);
        }

        if (actuator.Kind == "neopixel")
        {
            return kinds.Length > 0 ? Switched(kinds) : Pixels();
        }

        return about.Any(s => s.Action == "dim" || (s.Amounts.Any(a => a.Dimension == "percent") && s.Triggers.Count == 0 && s.Action is "on" or "")) && kinds.Length == 0 ? Dimmer() : Switched(kinds);
    }

    private OutputReading? Switched(string[] kinds)
    {
        string? trigger = kinds.FirstOrDefault(k => k != "limit") ?? kinds.FirstOrDefault();
        if (actuator.Kind is "neopixel" or "servo")
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"No template moves a {Name} by “{about.SelectMany(s => s.Triggers).First().Text}”: it goes by commands, or by itself. Use a relay or an LED there."));
            return null;
        }

        return trigger switch
        {
            "limit" => Threshold(),
            "motion" => Motion(),
            "pressed" => Button(),
            "open" => Door(),
            "turned" => null,
            _ => about.Any(s => s.AtMin is not null || s.UntilMin is not null) ? Schedule()
                : about.Any(s => s.PeriodS is not null || s.Action == "blink") ? Cycle()
                : about.Any(s => s.Conditions.Count > 0 && s.Action is "on" or "" or "off" && !s.Command && s.DurationS is null) ? Schedule() : Relay(),
        };
    }

    private Condition[] Conditions => [.. about.SelectMany(s => s.Conditions).Distinct()];

    private double? DurationS => about.Select(s => s.DurationS ?? (s.Action == "off" ? s.DelayS : null)).FirstOrDefault(d => d is not null);

    private OutputReading? Threshold()
    {
        Statement[] ons = [.. about.Where(s => s.Action != "off" && s.Triggers.Any(t => t.IsLimit && !t.Gate))];
        Statement[] offs = [.. about.Where(s => s.Action == "off" && s.Triggers.Any(t => t.IsLimit))];
        if (ons.Length == 0)
        {
            // "off above 30": on until then.
            ons = offs;
            offs = [];
        }

        Trigger[] on = [.. ons.SelectMany(s => s.Triggers.Where(t => t.IsLimit).Select(t => s.Action == "keep" ? Kept(t) : s.Action == "off" ? Turned(t) : t.Negated ? Turned(t) : t)).OfType<Trigger>()];
        Trigger[] off = [.. offs.SelectMany(s => s.Triggers.Where(t => t.IsLimit)), .. about.SelectMany(s => s.Ends.Where(t => t.IsLimit))];
        bool keepBand = ons.Any(s => s.Action == "keep" && s.Triggers.Any(t => t.Kind == "between"));
        if (keepBand)
        {
            Trigger band = ons.SelectMany(s => s.Triggers).First(t => t.Kind == "between");
            bool warms = Warms;
            off = [band with { Kind = warms ? "above" : "below", Value = warms ? band.Value2 : band.Value }];
        }

        if (on.Length == 0 || (on.Length > 1 && Contradict(on, ons)))
        {
            return null;
        }

        double? hysteresis = about.Select(s => s.HysteresisValue).FirstOrDefault(h => h is not null);
        if (limits.Pairs(on, off, hysteresis) is not { } pairs)
        {
            return null;
        }

        bool any = ons.Length > 1 || ons.Any(s => s.Or) || on.Any(t => t.Kind == "outside");
        double? maxOnS = DurationS;
        if (maxOnS is not null)
        {
            assumed.Add($"After {Wording.Time(maxOnS)} the {Name} rests for 10 min before it may be on again.");
        }

        JsonArray rules = [.. pairs.Select(p => (JsonNode)new JsonArray(p.Quantity, p.Above, Number(p.On), Number(p.Off)))];
        Dictionary<string, JsonNode?> values = new() { ["rules"] = rules, ["all"] = !any && pairs.Count > 1, ["max_on_s"] = maxOnS ?? 0 };
        bool soil = pairs is [{ Quantity: "moisture", Above: false }] && maxOnS is not null && pairs[0].Off > pairs[0].On;
        if (soil)
        {
            values = new() { ["on_below"] = Number(pairs[0].On), ["off_above"] = Number(pairs[0].Off), ["max_on_s"] = maxOnS };
        }

        return new OutputReading(
            new Behaviour
            {
                Kind = "threshold", Template = soil ? "soil_pump" : "threshold", Sensor = pairs[0].Sensor.Kind, Action = "on", Conditions = Conditions, DurationS = maxOnS, All = !any,
                Thresholds = [.. pairs.Select(p => new Limit(p.Quantity, p.Above ? "above" : "below", p.On, p.Unit, Math.Round(Math.Abs(p.On - p.Off), 6)))],
            },
            values);
    }

    private static JsonNode Number(double value) => Templates.HoleExpression.Number(value);

    private static Trigger Turned(Trigger t) => t with { Kind = t.Kind switch { "above" => "below", "below" => "above", "between" => "outside", _ => "between" } };

    // To keep something above a value one must act below it.
    private Trigger? Kept(Trigger t)
    {
        if (t.Kind is "above" or "below")
        {
            return Turned(t);
        }

        bool warms = Warms;
        if (!warms && !Cooling.Contains(Driven))
        {
            missing.Add(new MissingPart("direction", $"Does the {actuator.Label} raise or lower the {(t.Quantity.Length > 0 ? t.Quantity : "reading")}? For example: “heater on below {Item.Plain(t.Value)}”."));
            return null;
        }

        return t with { Kind = warms ? "below" : "above", Value = warms || t.Kind == "at" ? t.Value : t.Value2 };
    }

    private bool Contradict(Trigger[] on, Statement[] ons)
    {
        Trigger[] all = ons.Any(s => s.Or) || ons.Length > 1 ? [] : on;
        foreach (Trigger above in all.Where(t => t.Kind == "above"))
        {
            if (all.FirstOrDefault(t => t.Kind == "below" && t.Quantity == above.Quantity && t.Sensor == above.Sensor && t.Value <= above.Value) is { } below)
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, $"“{above.Text}” and “{below.Text}” are never true together. Say “or”, or say which of them turns it off."));
                return true;
            }
        }

        return false;
    }

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
            if (limits.Resolve(gate) is not var (_, quantity, unit))
            {
                return false;
            }

            Trigger turned = gate.Negated ? Turned(gate) : gate;
            foreach ((bool above, double value) in turned.Kind switch { "above" => [(true, gate.Value)], "below" => [(false, gate.Value)], _ => new[] { (true, gate.Value), (false, gate.Value2) } })
            {
                filled.Add(new JsonArray(quantity, above, Number(value)));
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

        double? durationS = about.Select(s => s.DurationS ?? s.DelayS).FirstOrDefault(d => d is not null);
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
        double? durationS = DurationS ?? about.Select(s => s.DelayS).FirstOrDefault(d => d is not null);
        string action = held ? "hold" : durationS is not null ? "timed" : about.Any(s => s.Action == "toggle") ? "toggle" : about[0].Action is "off" or "on" ? about[0].Action : "toggle";
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

    private OutputReading? Cycle()
    {
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

        return new OutputReading(
            new Behaviour { Kind = "cycle", Template = "cycle", Action = blinks ? "blink" : "on", PeriodS = period, DurationS = on, Conditions = Conditions },
            new() { ["period_s"] = period, ["on_s"] = on });
    }

    private OutputReading Relay()
    {
        double? durationS = DurationS ?? about.Select(s => s.DelayS).FirstOrDefault(d => d is not null);
        bool on = about[0].Action is "on" && !about.Any(s => s.Command);
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
            values["follow"] = follow.Quantities[0];
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

        Item? band = about.SelectMany(s => s.Triggers).Select(t => new Item("band", "", t.Text, t.Value) { Value2 = t.Value2 }).FirstOrDefault();
        double[] angles = [.. about.SelectMany(s => s.Amounts).Where(a => a.Dimension is "degrees" or "temperature" or "").Select(a => a.Value)];
        bool sweeps = about.Any(s => s.Action == "sweep") || band is not null || (angles.Length > 1 && about.Any(s => s.PeriodS is not null));
        double first = band?.Value ?? (angles.Length > 0 ? angles[0] : sweeps ? 0 : 90), second = band?.Value2 ?? (angles.Length > 1 ? angles[1] : sweeps ? 180 : first);
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
        double count = about.SelectMany(s => s.Amounts).Where(a => a.Dimension == "pixels").Select(a => a.Value).FirstOrDefault(0);
        effect = effect.Length > 0 ? effect : about.Any(s => s.Action == "blink") ? "pulse" : colour.Length > 0 ? "solid" : "rainbow";
        if (count == 0)
        {
            assumed.Add("No number of LEDs was said: 8.");
        }

        Dictionary<string, JsonNode?> values = new() { ["effect"] = effect, ["count"] = Number(count > 0 ? count : 8) };
        if (colour.Length > 0)
        {
            (int red, int green, int blue) = colour switch { "red" => (255, 0, 0), "green" => (0, 255, 0), "blue" => (0, 0, 255), "yellow" => (255, 200, 0), "orange" => (255, 100, 0), "purple" => (160, 0, 255), "cyan" => (0, 255, 255), _ => (255, 255, 255) };
            (values["red"], values["green"], values["blue"]) = (red, green, blue);
        }

        return new OutputReading(new Behaviour { Kind = "neopixel", Template = "neopixel", Trigger = "command", Action = (effect + " " + colour).Trim() }, values);
    }
}

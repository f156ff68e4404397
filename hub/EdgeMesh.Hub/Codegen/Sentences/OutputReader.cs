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
internal sealed partial class OutputReader(Entity actuator, Statement[] about, LimitReader limits, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
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

        Ungate();
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

    // "on unless the temperature is above 28": with nothing else that switches, what limits is what switches.
    private void Ungate()
    {
        if (about.All(s => s.Triggers.All(t => t.Gate && t.IsLimit) && s.PeriodS is null && s.AtMin is null && !s.Command && s.Action is "on" or "off" or ""))
        {
            foreach (Statement statement in about)
            {
                Trigger[] gates = [.. statement.Triggers];
                statement.Triggers.Clear();
                statement.Triggers.AddRange(gates.Select(g => g with { Gate = false }));
            }
        }
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
            "limit" when about.Any(s => s.Action == "blink") => Cycle(),
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

        double? offValue = offs.SelectMany(s => s.Triggers).Concat(about.SelectMany(s => s.Ends)).Where(t => t.IsLimit).Select(t => (double?)t.Value).FirstOrDefault();
        Trigger[] on = [.. ons.SelectMany(s => s.Triggers.Where(t => t.IsLimit).Select(t => s.Action == "keep" ? Kept(t) : t.Kind == "at" ? At(t, offValue) : (s.Action == "off") != t.Negated ? Turned(t) : t)).OfType<Trigger>()];
        Trigger[] off = [.. offs.SelectMany(s => s.Triggers.Where(t => t.IsLimit)), .. about.SelectMany(s => s.Ends.Where(t => t.IsLimit))];
        off = [.. off.Select(t => t.Negated && t.Kind != "at" ? Turned(t) : t)];
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
        JsonArray rules = [.. pairs.Select(p => (JsonNode)new JsonArray(p.Sensor.Prefix + p.Quantity, p.Above, Number(p.On), Number(p.Off)))];
        Dictionary<string, JsonNode?> values = new() { ["rules"] = rules, ["all"] = !any && pairs.Count > 1, ["max_on_s"] = maxOnS ?? 0 };
        bool soil = pairs is [{ Quantity: "moisture", Above: false }] && maxOnS is not null && pairs[0].Off > pairs[0].On;
        if (soil)
        {
            values = new() { ["reading"] = pairs[0].Sensor.Prefix + "moisture", ["on_below"] = Number(pairs[0].On), ["off_above"] = Number(pairs[0].Off), ["max_on_s"] = maxOnS };
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

    // "on at 28 °C": which way is said by where it goes off, or by what it drives.
    private Trigger? At(Trigger t, double? off) =>
        off == t.Value || off is null ? Kept(t) : t with { Kind = off < t.Value ? "above" : "below" };

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
}

using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Makes limits of triggers: finds the sensor and the quantity, checks units and ranges, pairs on with off.</summary>
internal sealed class LimitReader(EntityTable entities, IReadOnlySet<string> named, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
{
    /// <summary>A limit with the value that turns on and the one that turns off.</summary>
    internal sealed record Pair(string Quantity, bool Above, double On, double Off, string Unit, Entity Sensor);

    /// <summary>The limits of a statement; null where something is missing or refused, which was said then.</summary>
    /// <param name="on">What turns on.</param>
    /// <param name="off">What turns off; empty where only hysteresis does.</param>
    /// <param name="hysteresis">The hysteresis said.</param>
    internal List<Pair>? Pairs(IReadOnlyList<Trigger> on, IReadOnlyList<Trigger> off, double? hysteresis)
    {
        List<Pair> pairs = [];
        foreach (Trigger trigger in on)
        {
            if (Resolve(trigger) is not var (sensor, quantity, unit))
            {
                // Whatever the quantity, on and off may not both be true.
                if (trigger.Quantity.Length == 0 && off is [{ Quantity.Length: 0, Kind: "above" or "below" } only] && trigger.Kind is "above" or "below")
                {
                    Agrees(trigger, only, trigger.Kind == "above", trigger.Value);
                }

                return null;
            }

            double back = hysteresis ?? SensorTemplate.Hysteresis(quantity);
            foreach ((bool above, double value) in Limits(trigger))
            {
                Trigger? end = off.FirstOrDefault(o => o.IsLimit && (o.Quantity.Length == 0 || o.Quantity == quantity) && o.Kind is "above" or "below" or "at");
                if (end is not null && Resolve(end with { Quantity = quantity, Sensor = sensor }) is null)
                {
                    return null;
                }

                double offValue = end?.Value ?? (above ? value - back : value + back);
                if (end is not null && !Agrees(trigger, end, above, value))
                {
                    return null;
                }

                if (end is null && hysteresis is null && back > 0)
                {
                    assumed.Add($"No hysteresis was said for {quantity}: {Wording.Value(back, unit)}, so {(above ? $"above {Item.Plain(value)} until {Item.Plain(value - back)}" : $"below {Item.Plain(value)} until {Item.Plain(value + back)}")} {unit}.".Replace(" .", ".", StringComparison.Ordinal));
                }

                pairs.Add(new Pair(quantity, above, value, Math.Round(offValue, 6), unit, sensor));
            }
        }

        return pairs;
    }

    /// <summary>The one device of a kind; null where there is none.</summary>
    internal Entity? Find(string kind) => entities.Entities.FirstOrDefault(e => e.Kind == kind);

    private static readonly string[] Reaching = ["reach", "hits", "gets to", "crosses", "rises to", "climbs to", "falls to", "drops to", "back to", "sinks to", "cools to", "warms to", "down to", "up to"];

    private bool Agrees(Trigger on, Trigger off, bool above, double value)
    {
        bool opposite = off.Kind == (above ? "below" : "above");
        // "on above 28 until it reaches 26": the goal lies beyond. But "on above 28, off above 20" would be both.
        bool reached = !opposite && (off.Kind == "at" || Reaching.Any(w => off.Text.Contains(w, StringComparison.Ordinal))) && (above ? off.Value < value : off.Value > value);
        bool apart = above ? off.Value <= value : off.Value >= value;
        if ((opposite && apart) || reached)
        {
            return true;
        }

        refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, $"“{on.Text}” turns on and “{off.Text}” turns off: there are readings at which it would be both. Let off lie {(above ? "below" : "above")} {Item.Plain(value)}."));
        return false;
    }

    private static IEnumerable<(bool Above, double Value)> Limits(Trigger trigger) => trigger.Kind switch
    {
        "above" => [(true, trigger.Value)],
        "below" => [(false, trigger.Value)],
        "between" => [(true, trigger.Value), (false, trigger.Value2)],
        _ => [(false, trigger.Value), (true, trigger.Value2)],
    };

    /// <summary>The sensor, quantity and unit of a trigger; null where that is open, which was said then.</summary>
    internal (Entity Sensor, string Quantity, string Unit)? Resolve(Trigger trigger)
    {
        string quantity = trigger.Quantity;
        Entity[] sensors = [.. entities.Entities.Where(e => e.Sensor && e.Quantities.Length > 0)];
        if (trigger.Sensor is { Quantities.Length: > 0 } own)
        {
            sensors = [own];
        }

        if (quantity.Length == 0)
        {
            string[] candidates = [.. sensors.SelectMany(s => s.Quantities.Where(q => Measures(trigger, q, s))).Distinct()];
            if (candidates.Length > 1 && candidates.Count(named.Contains) == 1)
            {
                candidates = [.. candidates.Where(named.Contains)];
                assumed.Add($"“{trigger.Text}” is of the {candidates[0]}.");
            }

            if (sensors.Length > 0 && candidates.Length != 1)
            {
                missing.Add(new MissingPart("quantity", $"“{trigger.Text}” of what{(candidates.Length > 0 ? ": " + string.Join(" or ", candidates) : "")}?"));
                return null;
            }

            quantity = candidates.FirstOrDefault("");
        }

        Entity? sensor = sensors.FirstOrDefault(s => s.Quantities.Contains(quantity) && !s.IsGeneric) ?? sensors.FirstOrDefault(s => s.Quantities.Contains(quantity))
            ?? entities.Entities.FirstOrDefault(e => e.Sensor && e.Quantities.Contains(quantity)) ?? Alike(quantity, sensors);
        if (sensor is null)
        {
            missing.Add(new MissingPart("sensor", $"Which sensor gives the {(quantity.Length > 0 ? quantity : "reading")} for “{trigger.Text}”, and on which pin?"));
            return null;
        }

        quantity = sensor.Quantities.Contains(quantity) ? quantity : sensor.Quantities[0];
        return Fits(trigger, sensor, quantity) ? (sensor, quantity, SensorTemplate.Unit(quantity, sensor)) : null;
    }

    // What people call moisture, level or light of an analogue input.
    private static Entity? Alike(string quantity, Entity[] sensors) =>
        quantity is "humidity" ? sensors.FirstOrDefault(s => s.Kind == "soil_moisture") : quantity is "level" or "light" or "moisture" or "voltage" ? sensors.FirstOrDefault(s => s.Kind is "analog" or "battery" or "pot") : null;

    private static bool Measures(Trigger trigger, string quantity, Entity sensor)
    {
        string unit = SensorTemplate.Unit(quantity, sensor);
        return trigger.Dimension switch
        {
            "" => true,
            "percent" => unit == "%",
            "temperature" or "degrees" => quantity == "temperature",
            "length" => quantity == "distance",
            "voltage" => quantity == "voltage",
            "pressure" => quantity == "pressure",
            "power" => quantity == "power",
            "energy" => quantity == "energy",
            "light" => quantity == "light",
            _ => false,
        };
    }

    private bool Fits(Trigger trigger, Entity sensor, string quantity)
    {
        if (trigger.Kind is "toohigh" or "toolow")
        {
            missing.Add(new MissingPart("threshold", $"“{trigger.Text}” is {(trigger.Kind == "toohigh" ? "above" : "below")} which {quantity}{(SensorTemplate.Unit(quantity, sensor) is { Length: > 0 } u ? $", in {u}" : "")}?"));
            return false;
        }

        string unit = SensorTemplate.Unit(quantity, sensor);
        if (!Measures(trigger, quantity, sensor))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"The {Wording.Name(sensor.Kind)} gives {quantity} in {(unit.Length > 0 ? unit : "counts")}, not in {trigger.Unit} (“{trigger.Text}”): say the limit in {(unit.Length > 0 ? unit : "counts")}."));
            return false;
        }

        if (trigger.Dimension.Length == 0 && unit.Length > 0)
        {
            assumed.Add($"“{trigger.Text}” is in {unit}.");
        }

        (double min, double max) = SensorTemplate.Range(quantity, sensor);
        double[] values = trigger.Kind is "between" or "outside" ? [trigger.Value, trigger.Value2] : [trigger.Value];
        if (values.Any(v => v < min || v > max || !double.IsFinite(v)))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestOutOfRange, $"“{trigger.Text}”: the {Wording.Name(sensor.Kind)} gives {quantity} from {Item.Plain(min)} to {Item.Plain(max)} {unit}, so that never happens."));
            return false;
        }

        if (values is [var low, var high] && low >= high)
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, $"“{trigger.Text}”: {Item.Plain(low)} is not below {Item.Plain(high)}."));
            return false;
        }

        return true;
    }
}

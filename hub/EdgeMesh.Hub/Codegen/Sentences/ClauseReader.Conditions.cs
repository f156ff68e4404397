using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

// What stands beside: clauses without a verb, conditions and triggers.
internal sealed partial class ClauseReader
{
    // A clause without a verb: conditions, thresholds and times that belong to what stands before or comes after.
    private void Rest(Clause clause)
    {
        List<Trigger> ends = [];
        List<Trigger> triggers = Triggers(clause, ends);
        bool opening = clause.Joint is "stop" or "" || _last is null;
        if (triggers.Count > 0)
        {
            bool previous = _last is not null && _last.Triggers.Count == 0 && !_last.HasTrigger && _verb == "act" && clause.Joint != "stop";
            bool more = _last is not null && _verb == "act" && clause.Joint is "and" or "or" && !clause.Has("when") && _waiting.Count == 0;
            bool gates = _last is not null && clause.Joint != "stop" && triggers.All(t => t.Gate);
            if (previous || more || gates)
            {
                _last!.Triggers.AddRange(triggers);
                _last.Or |= clause.Joint == "or";
            }
            else
            {
                _waitingOr |= clause.Joint == "or" && _waiting.Count > 0;
                _waiting.AddRange(triggers);
                int opens = clause.Parts.FindIndex(p => p.Item.Class is "open" or "close");
            _waitingLasting |= opens >= 0 && clause.Parts.FindIndex(p => p.Item.Class == "duration") > opens;
            _waitingDurationS ??= clause.First("duration")?.Value;
            }
        }

        _last?.Ends.AddRange(ends);
        bool forStatement = _verb == "act" && !opening && _last is not null;
        IEnumerable<Condition> conditions = Conditions(clause);
        if (forStatement && (triggers.Count == 0 || _last!.Triggers.Contains(triggers[0])))
        {
            _last!.Conditions.AddRange(conditions);
            _last.DurationS ??= clause.First("duration")?.Value ?? clause.First("delay")?.Value;
            _last.UntilMin ??= clause.First("until_time")?.Value;
            _last.AtMin ??= clause.First("at_time")?.Value;
            _last.HysteresisValue ??= clause.First("hyst")?.Value;
            _last.Amounts.AddRange(clause.Parts.Select(p => p.Item).Where(i => i.IsAmount && !i.IsTime));
        }
        else if (_lastSensor is not null && _verb == "read" && !opening && triggers.Count == 0)
        {
            _lastSensor.Conditions.AddRange(conditions);
        }
        else
        {
            _waitingConditions.AddRange(conditions);
            _waitingAtMin ??= clause.First("at_time")?.Value;
        }

        if (!forStatement && !clause.Has("period"))
        {
            _waitingDurationS ??= clause.First("duration")?.Value ?? clause.First("delay")?.Value ?? clause.Parts.Select(p => p.Item).FirstOrDefault(i => i.IsTime)?.Value;
        }

        Sensors(clause, triggers.Count > 0);
        Period(clause, forStatement);
        bool quantity = clause.Has("quantity") && _publishing && _lastSensor is not null && triggers.Count == 0;
        if (quantity)
        {
            Publish(_lastSensor!, clause, [.. clause.Parts.Where(p => p.Item.Is("quantity") && p.Item.Id is not ("reading" or "motion")).Select(p => p.Item.Id)]);
        }

        if (!quantity && clause.Parts.All(p => p.Item.Class is "unknown" or "it" or "when" or "for" or "to" or "at" or "from" or "not" or "only" or "after" or "unless") && clause.Has("unknown"))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestNotUnderstood, $"I do not understand “{clause.Text}”. Say it otherwise, or leave it out."));
        }
    }

    private void Sensors(Clause clause, bool triggered)
    {
        foreach (Entity sensor in clause.Sensors)
        {
            if (!triggered)
            {
                _lastSensor = sensor;
                _verb = "read";
            }
        }
    }

    private void Period(Clause clause, bool forStatement)
    {
        if (clause.First("period") is not { } period)
        {
            return;
        }

        if (period.Id == "no_unit")
        {
            missing.Add(new MissingPart("unit", $"“{period.Text}” what: seconds, minutes or hours?"));
        }
        else if (clause.Sensors.FirstOrDefault() is { } sensor)
        {
            sensor.Read = true;
            SetPeriod(sensor, period.Value);
            // "a DHT22 and a DS18B20 every minute": one period for both.
            foreach (Entity before in _unperiodic.Where(s => !s.PeriodSaid && clause.Joint == "and"))
            {
                SetPeriod(before, period.Value);
            }
        }
        else if (forStatement && _last!.Triggers.Count == 0)
        {
            _last.PeriodS ??= period.Value;
        }
        else if (_verb == "ping" && HeartbeatS is null)
        {
            HeartbeatS = period.Value;
        }
        else if (_verb == "sleep" && SleepS is null)
        {
            SleepS = period.Value;
        }
        else if (_lastSensor is not null && !_lastSensor.PeriodSaid && _verb == "read" && clause.Joint != "stop")
        {
            SetPeriod(_lastSensor, period.Value);
        }
        else
        {
            _waitingPeriodS = period.Value;
        }
    }

    private Entity? Provider(Trigger trigger) => trigger.Sensor ?? entities.Entities.FirstOrDefault(e => e.Sensor && (trigger.Quantity.Length == 0 ? e.Quantities.Length > 0 : e.Quantities.Contains(trigger.Quantity)));

    private static IEnumerable<Condition> Conditions(Clause clause)
    {
        bool negated = false;
        foreach (Item item in clause.Parts.Select(p => p.Item))
        {
            negated = item.Class switch { "unless" => true, "only" => false, _ => negated };
            if (item.Class == "window")
            {
                string text = item.Id.Length > 0 ? item.Id : item.Value2 == 1440 ? "after " + Said(item.Value) : item.Value == 0 ? "before " + Said(item.Value2) : $"{Said(item.Value)}-{Said(item.Value2)}";
                yield return new Condition("time", text, negated, Minute(item.Value), Minute(item.Value2));
            }
        }
    }

    // A time that there is not stays visible as -1 and is refused later.
    private static int Minute(double minutes) => double.IsFinite(minutes) ? (int)minutes : -1;

    private static string Said(double minutes) => double.IsFinite(minutes) ? Wording.Clock((int)minutes) : "??:??";

    private List<Trigger> Triggers(Clause clause, List<Trigger>? ends = null)
    {
        List<Trigger> triggers = [];
        bool until = false, negated = false, gate = false;
        string quantity = "";
        Entity? sensor = null;
        foreach ((Item item, Entity? entity) in clause.Parts)
        {
            switch (item.Class)
            {
                case "until":
                    until = true;
                    continue;
                case "unless":
                    negated = item.Text is not ("but not" or "not") || clause.Joint != "";
                    gate = negated;
                    continue;
                case "only":
                    gate = true;
                    continue;
                case "quantity":
                    quantity = item.Id is "reading" or "motion" ? quantity : item.Id;
                    continue;
                case "sensor" when entity is not null:
                    sensor = entity;
                    quantity = entity.Quantities.Length == 1 ? entity.Quantities[0] : entity.Kind == item.Id ? quantity : quantity;
                    continue;
                case "actuator" when item.Id == "light" && clause.Has("threshold"):
                    quantity = entities.Entities.Any(e => e.Kind == "ldr") ? "light" : quantity;
                    continue;
            }

            if (!Clause.IsTrigger(item) || (item.Class is "open" or "close" && Clause.IsAction(item, entity, clause)) || Only(item, clause))
            {
                continue;
            }

            Trigger trigger = Of(item, quantity.Length > 0 ? quantity : "", sensor) with { Gate = gate, Negated = negated };
            (until && ends is not null ? ends : triggers).Add(trigger);
            quantity = trigger.Quantity;
            _quantity = trigger.Quantity.Length > 0 ? trigger.Quantity : _quantity;
        }

        return triggers;
    }

    // "the motion light", "publish motion": a word beside, not an event, where it names no moment.
    private static bool Only(Item item, Clause clause) => item.Class is "motion" && clause.Has("publish", "read") && !clause.HasAction && !clause.Has("when");

    private Trigger Of(Item item, string quantity, Entity? sensor)
    {
        string kind = item.Class switch { "threshold" or "band" => item.Id, _ => item.Class };
        string said = item.Dimension.StartsWith("said:", StringComparison.Ordinal) ? item.Dimension[5..] : kind is "toohigh" or "toolow" ? item.Id : "";
        string measured = item.Dimension switch
        {
            "temperature" => "temperature", "light" => "light", "voltage" => "voltage", "pressure" => "pressure", "power" => "power", "energy" => "energy", "length" => "distance",
            "degrees" => "temperature",
            _ => "",
        };
        string named = quantity.Length > 0 && (measured.Length == 0 || measured == quantity || (measured == "distance" && quantity == "level")) ? quantity : measured.Length > 0 ? measured : said;
        if (named.Length == 0 && kind is "above" or "below" or "between" or "outside")
        {
            named = item.Dimension == "percent" && _quantity is "temperature" ? "" : _quantity;
        }

        return new Trigger(kind, item.Text) { Quantity = named, Value = item.Value, Value2 = item.Value2, Unit = item.Unit, Dimension = said.Length > 0 ? "" : item.Dimension, Sensor = sensor };
    }
}

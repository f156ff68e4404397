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
        else if (triggers.Count == 0 && (clause.Sensors.LastOrDefault() ?? (_verb == "read" && !opening ? _lastSensor : null)) is { } sensor)
        {
            sensor.Conditions.AddRange(conditions);
        }
        else
        {
            _waitingConditions.AddRange(conditions);
            _waitingAtMin ??= clause.First("at_time")?.Value;
        }

        if (!forStatement && _last is { DurationS: null } && clause.Joint != "stop" && clause.First("duration") is { } most && AtMost.Any(w => most.Text.StartsWith(w, StringComparison.Ordinal)))
        {
            _last.DurationS = most.Value;
        }
        else if (!forStatement && !clause.Has("period"))
        {
            _waitingDurationS ??= clause.First("duration")?.Value ?? clause.First("delay")?.Value ?? clause.Parts.Select(p => p.Item).FirstOrDefault(i => i is { IsTime: true, Id: "" })?.Value;
        }

        if (triggers.Count == 0 && clause.Actuators.Any() && !clause.Sensors.Any())
        {
            _waitingTargets.AddRange(clause.Actuators);
        }

        Sensors(clause, triggers.Count > 0);
        Period(clause, forStatement);
        bool quantity = clause.Has("quantity") && (_publishing || clause.Has("only") || _lastSensor?.Publishes.Count > 0) && _lastSensor is not null && triggers.Count == 0;
        if (quantity)
        {
            Publish(_lastSensor!, clause, [.. clause.Parts.Where(p => p.Item.Is("quantity") && p.Item.Id is not ("reading" or "motion")).Select(p => p.Item.Id)]);
        }

        if (!quantity && clause.Parts.All(p => p.Item.Class is "unknown" or "it" or "when" or "for" or "to" or "at" or "from" or "not" or "only" or "after" or "unless") && clause.Has("unknown"))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestNotUnderstood, $"I do not understand “{clause.Text}”. Say it otherwise, or leave it out."));
        }
    }

    private static readonly string[] AtMost = ["max", "at most", "for max", "for at most", "no longer", "not longer", "limited", "for up to", "for no longer", "for a max"];

    private void Sensors(Clause clause, bool triggered)
    {
        foreach (Entity sensor in clause.Sensors)
        {
            if (!triggered)
            {
                _lastSensor = sensor;
                // Where a sensor sits, said after what is done, does not end what is said of that.
                _verb = _last is not null && _verb == "act" && !clause.Has("period") && clause.Joint != "stop" ? "act" : "read";
            }
        }
    }

    private void Period(Clause clause, bool forStatement)
    {
        // "DS18B20 on pin 4, 10 s": a time beside a sensor that nothing else takes is its period.
        Entity? beside = clause.Actuators.Any() ? null : clause.Sensors.FirstOrDefault() ?? (_verb == "read" && clause.Joint == "comma" ? _lastSensor : null);
        if (beside is { PeriodSaid: false, Quantities.Length: > 0 } && !clause.Has("period", "setting") && !clause.HasTrigger && clause.Parts.FindAll(p => p.Item.IsAmount) is [{ Item: { IsTime: true, Id: "" } bare }])
        {
            SetPeriod(beside, bare.Value);
            _waitingDurationS = null;
        }

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

    private IEnumerable<Condition> Conditions(Clause clause)
    {
        Item? not = null;
        foreach ((Item item, Entity? entity) in clause.Parts)
        {
            // "do not turn it on at night" denies the action, "turn it on, not at night" the night.
            not = item.Class == "unless" ? item : item.Class == "only" || Clause.IsAction(item, entity, clause) ? null : not;
            if (item.Class == "window")
            {
                bool negated = not is not null;
                if (negated)
                {
                    _honoured.Add(not!);
                }

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
        Item? until = null, not = null;
        bool gate = false;
        string quantity = "";
        Entity? sensor = null;
        foreach ((Item item, Entity? entity) in clause.Parts)
        {
            switch (item.Class)
            {
                case "until":
                    until = item;
                    continue;
                case "unless":
                    not = item;
                    gate = true;
                    continue;
                case "on" or "off" or "switch" or "toggle" or "blink" or "dim" or "sweep" or "move" or "keep" when not is not null:
                    // It denied the action, not what comes after.
                    not = null;
                    gate = false;
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

            // "if it is too hot, more than 27 °C": the number says what too hot is.
            if (item.Class is "toohigh" or "toolow" && clause.Has("threshold"))
            {
                continue;
            }

            Trigger trigger = Of(item, quantity.Length > 0 ? quantity : "", sensor) with { Gate = gate, Negated = not is not null };
            (until is not null && ends is not null ? ends : triggers).Add(trigger);
            if (trigger.IsLimit && not is not null)
            {
                _honoured.Add(not);
            }

            if (until is not null && (trigger.IsLimit || trigger.Kind is "nomotion" or "close" or "released"))
            {
                _honoured.Add(until);
            }

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
        // What is named counts, also where the unit is another's: that is refused later, and not bent.
        string named = quantity.Length > 0 ? quantity : measured.Length > 0 ? measured : said;
        if (named.Length == 0 && kind is "above" or "below" or "between" or "outside")
        {
            named = item.Dimension == "percent" && _quantity is "temperature" ? "" : _quantity;
        }

        return new Trigger(kind, item.Text) { Quantity = named, Value = item.Value, Value2 = item.Value2, Unit = item.Unit, Dimension = said.Length > 0 ? "" : item.Dimension, Sensor = sensor };
    }
}

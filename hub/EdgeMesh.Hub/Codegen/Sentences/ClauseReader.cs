using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Reads clause after clause: what is read and published, and what is done when. Remembers what "it" is.</summary>
internal sealed class ClauseReader(EntityTable entities, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
{
    private readonly List<Trigger> _waiting = [];
    private readonly List<Condition> _waitingConditions = [];
    private readonly List<string> _left = [];
    private Statement? _last;
    private Entity? _lastSensor;
    private double? _waitingPeriodS;
    private double? _waitingAtMin;
    private double? _waitingDurationS;
    private bool _waitingOr;
    private bool _waitingLasting;
    private readonly List<Entity> _unperiodic = [];
    private string _quantity = "";
    private bool _publishing;
    private string _verb = "";

    internal List<Statement> Statements { get; } = [];

    /// <summary>Every quantity that is named.</summary>
    internal HashSet<string> Quantities { get; } = [];

    internal double? HeartbeatS { get; private set; }

    internal bool Heartbeat { get; private set; }

    internal double? SleepS { get; private set; }

    internal bool Sleep { get; private set; }

    internal void Read(List<Clause> clauses)
    {
        foreach (Clause clause in clauses)
        {
            Read(clause);
        }

        Imply();
        Statement[] bare = [.. Statements.Where(s => !s.HasTrigger)];
        if ((_waiting.Count > 0 || _waitingAtMin is not null) && bare.Length > 0)
        {
            bare[^1].Triggers.AddRange(_waiting);
            bare[^1].AtMin ??= _waitingAtMin;
        }
        else if (_waiting.FirstOrDefault(t => t.IsLimit || (t.Kind is "motion" or "nomotion" && Statements.Count == 0)) is { } idle)
        {
            missing.Add(new MissingPart("action", $"What should happen when “{idle.Text}”? Name an output and its pin."));
        }

        if (_waitingPeriodS is { } seconds && _lastSensor is not null && !_lastSensor.PeriodSaid)
        {
            SetPeriod(_lastSensor, seconds);
        }

        if (_left.Count > 0)
        {
            assumed.Add("These words change nothing: " + string.Join(", ", _left.Distinct()) + ".");
        }
    }

    // "motion light: PIR on 13, lamp on 26": an output and an event without a verb between them mean "on".
    private void Imply()
    {
        Entity[] outputs = [.. entities.Entities.Where(e => !e.Sensor)];
        Entity? source = entities.Entities.FirstOrDefault(e => e.Kind is "pir" or "button" or "contact" && !e.Read);
        if (Statements.Count > 0 || outputs.Length != 1 || (_waiting.Count == 0 && source is null && _waitingConditions.Count == 0))
        {
            return;
        }

        Statement implied = new() { Action = source?.Kind == "button" ? "toggle" : "on", Text = outputs[0].Label, DurationS = _waitingDurationS };
        implied.Targets.Add(outputs[0]);
        implied.Triggers.AddRange(_waiting.Count > 0 ? _waiting : source is null ? [] : [new Trigger(source.Kind switch { "pir" => "motion", "button" => "pressed", _ => "open" }, source.Label) { Sensor = source }]);
        implied.Conditions.AddRange(_waitingConditions);
        implied.Or = _waitingOr;
        if (_waitingLasting)
        {
            (implied.DelayS, implied.DurationS) = (implied.DurationS, null);
        }

        assumed.Add($"The {Wording.Name(outputs[0].Kind)} goes on by it.");
        _waiting.Clear();
        Statements.Add(implied);
        _last = implied;
    }

    private void Read(Clause clause)
    {
        if (clause.Joint == "stop")
        {
            _unperiodic.Clear();
            _publishing = false;
        }

        Quantities.UnionWith(clause.Parts.Where(p => p.Item.Is("quantity")).Select(p => p.Item.Id));
        _left.AddRange(clause.Parts.Where(p => p.Item.Is("unknown")).Select(p => p.Item.Text));
        bool reads = clause.Has("read", "publish", "count") && !clause.Has("effect", "colour") && !(clause.HasAction && clause.Has("when") && !clause.Sensors.Any());
        bool sleeps = clause.Has("sleep");
        if (clause.Has("ping"))
        {
            Ping(clause);
        }
        else if (sleeps || clause.Has("wake"))
        {
            Doze(clause);
        }
        else if (clause.HasAction || (clause.Has("command") && (clause.Actuators.Any() || _last is not null)) || Ellipsis(clause))
        {
            if (reads)
            {
                Reading(clause, withPeriod: true);
            }

            Act(clause, reads);
        }
        else if (reads)
        {
            Reading(clause, withPeriod: true);
        }
        else
        {
            Rest(clause);
        }
    }

    // "the pump on pin 27 below 30 %" after "turn the fan on above 28": the verb is the same.
    private bool Ellipsis(Clause clause) => clause.Actuators.Any() && !clause.Has("when") && _last is not null && (clause.HasTrigger || clause.Joint is "and" or "comma") && clause.Joint != "stop" && !clause.Has("read");

    private void Ping(Clause clause)
    {
        Heartbeat = true;
        HeartbeatS ??= clause.First("period")?.Value ?? _waitingPeriodS;
        _verb = "ping";
        if (clause.First("period") is null)
        {
            _waitingPeriodS = null;
        }
    }

    private void Doze(Clause clause)
    {
        Sleep = true;
        _verb = "sleep";
        double? time = clause.First("period")?.Value ?? clause.First("duration")?.Value ?? clause.Parts.FirstOrDefault(p => p.Item.IsTime).Item?.Value ?? _waitingPeriodS;
        SleepS ??= time is { } seconds && !double.IsNaN(seconds) ? seconds : null;
        _waitingPeriodS = null;
        if (clause.Sensors.Any() || clause.Has("read", "publish"))
        {
            Reading(clause, withPeriod: false);
        }
    }

    private static void SetPeriod(Entity sensor, double seconds)
    {
        foreach (Entity one in sensor.Twins.Prepend(sensor))
        {
            one.PeriodS = seconds;
            one.PeriodSaid = true;
        }
    }

    private void Reading(Clause clause, bool withPeriod)
    {
        _verb = "read";
        Entity[] sensors = [.. clause.Sensors];
        if (clause.Has("publish"))
        {
            _publishing = true;
        }

        string[] quantities = [.. clause.Parts.Where(p => p.Item.Is("quantity") && p.Item.Id is not ("reading" or "motion")).Select(p => p.Item.Id)];
        if (sensors.Length == 0 && quantities.Length > 0)
        {
            Entity? giver = _lastSensor?.Quantities.Contains(quantities[0]) == true ? _lastSensor : entities.Entities.FirstOrDefault(e => e.Sensor && e.Quantities.Contains(quantities[0]));
            sensors = giver is null ? [] : [giver];
            if (giver is null)
            {
                NoSensor(quantities[0]);
            }
        }
        else if (sensors.Length == 0)
        {
            sensors = _lastSensor is not null ? [_lastSensor] : [.. entities.Entities.Where(e => e.Sensor).Take(2)];
            sensors = sensors.Length == 2 ? [] : sensors;
            if (sensors.Length == 0 && !entities.Entities.Any(e => e.Sensor))
            {
                Unnamed(clause);
            }
        }

        foreach (Entity sensor in sensors)
        {
            sensor.Read = true;
            sensor.Count |= clause.Has("count");
            Publish(sensor, clause, quantities);
            _lastSensor = sensor;
            _unperiodic.Add(sensor);
            if (sensors.Length > 0 && withPeriod && (clause.First("period") is { } period ? period.Value : _waitingPeriodS) is { } seconds)
            {
                if (clause.First("period") is { Id: "no_unit" } open)
                {
                    missing.Add(new MissingPart("unit", $"“{open.Text}” what: seconds, minutes or hours?"));
                }
                else
                {
                    SetPeriod(sensor, seconds);
                }
            }

            sensor.Conditions.AddRange(clause.HasAction ? [] : Conditions(clause).Concat(_waitingConditions));
        }

        if (sensors.Length > 0)
        {
            _waitingPeriodS = null;
            _waitingConditions.Clear();
        }
        else if (clause.First("period") is { } early)
        {
            _waitingPeriodS = early.Value;
        }

        Limits(clause, sensors);
    }

    // "tell me when the tank is below 20 %": readings are published at a period, not by their value.
    private void Limits(Clause clause, Entity[] sensors)
    {
        if (clause.HasAction || !clause.Parts.Any(p => p.Item.Class is "threshold" or "band"))
        {
            return;
        }

        if (clause.Has("publish"))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"Readings are published at a period, not only “{clause.Text}”: let the device publish always and a rule of the hub decide, or name an output to switch."));
        }
        else
        {
            _waiting.AddRange(Triggers(clause).Select(t => { t.Sensor ??= sensors.FirstOrDefault(); return t; }));
        }
    }

    private void Publish(Entity sensor, Clause clause, string[] quantities)
    {
        if (!clause.Has("publish") && !(_publishing && clause.Joint is "and" or "comma") && quantities.Length == 0)
        {
            return;
        }

        foreach (string quantity in quantities.Where(q => !sensor.Publishes.Contains(q)))
        {
            bool given = sensor.Quantities.Length == 0 || sensor.IsGeneric || sensor.Quantities.Contains(quantity);
            Entity? other = given ? sensor : entities.Entities.FirstOrDefault(e => e.Sensor && e.Quantities.Contains(quantity));
            if (other is not null)
            {
                other.Read = true;
                if (!other.Publishes.Contains(quantity))
                {
                    other.Publishes.Add(quantity);
                }
            }
            else if (quantity is "moisture" or "light" or "level" && sensor.Kind is "analog")
            {
                sensor.Publishes.Add("voltage");
            }
            else
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"The {Wording.Name(sensor.Kind)} gives no {quantity}; it gives {string.Join(", ", sensor.Quantities)}."));
            }
        }
    }

    private void NoSensor(string quantity)
    {
        string pins = entities.Orphans.Count > 0 ? $" on {entities.Orphans[0].Text}" : "";
        missing.Add(new MissingPart("sensor", $"Which sensor gives the {quantity}{pins}? For example DHT22, DS18B20 or BME280, and on which pin?"));
        entities.Orphans.Clear();
    }

    private void Unnamed(Clause clause)
    {
        string[] words = [.. clause.Parts.Where(p => p.Item.Is("unknown")).Select(p => p.Item.Text)];
        missing.Add(new MissingPart("sensor", words.Length > 0
            ? $"I know no sensor by “{string.Join(' ', words)}”. Which sensor is it, and on which pin?"
            : $"Which sensor is to be read{(entities.Orphans.Count > 0 ? " on " + entities.Orphans[0].Text : "")}?"));
        entities.Orphans.Clear();
    }

    private void Act(Clause clause, bool reads)
    {
        Statement statement = new() { Action = ActionOf(clause), Text = clause.Text };
        bool negated = clause.Parts.TakeWhile(p => !Clause.IsAction(p.Item, p.Entity, clause)).Any(p => p.Item.Class == "unless" && p.Item.Text is not ("except" or "unless"))
            && clause.Has("on", "switch", "toggle", "blink", "keep") && !clause.HasTrigger;
        Entity[] targets = [.. clause.Actuators.SelectMany(a => a.Twins.Prepend(a))];
        if (targets.Length == 0 && _last is not null)
        {
            targets = [.. _last.Targets];
        }
        else if (targets.Length == 0)
        {
            Entity[] all = [.. entities.Entities.Where(e => !e.Sensor)];
            targets = all.Length == 1 || (all.Length > 0 && all[0].Twins.Count == all.Length - 1) ? all : [];
        }

        statement.Targets.AddRange(targets.Distinct());
        if (negated && (clause.Has("window")) && _last is not null)
        {
            foreach (Statement said in Statements.Where(s => s.Targets.Intersect(targets).Any()))
            {
                said.Conditions.AddRange(Conditions(clause).Select(c => c with { Negated = true }));
            }

            return;
        }

        Fill(statement, clause, reads);
        if (_last is not null && Continues(statement, clause))
        {
            return;
        }

        if (statement.Targets.Count == 0 && entities.Entities.Count == 0 && clause.Has("unknown"))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestNotUnderstood, $"I do not understand “{clause.Text}”. " + SentenceReader.Can()));
        }
        else if (statement.Targets.Count == 0)
        {
            string event_ = clause.Has("switch", "on", "off", "toggle", "blink", "dim", "move") ? "switched" : "driven";
            missing.Add(new MissingPart("actuator", $"What is to be {event_} in “{clause.Text}”, and on which pin?"));
        }

        // "turn on the fan and the pump above 28": the trigger said last is both's.
        if (Ellipsis(clause) && !clause.HasAction && !_last!.HasTrigger && statement.Triggers.Count > 0)
        {
            _last.Triggers.AddRange(statement.Triggers);
        }

        Statements.Add(statement);
        _last = statement;
        _verb = "act";
    }

    private string ActionOf(Clause clause)
    {
        Item? action = clause.Parts.Select(p => p.Item).FirstOrDefault(i => i.Class is "blink" or "dim" or "sweep" or "move" or "keep" or "effect" or "toggle")
            ?? clause.Parts.Select(p => p.Item).FirstOrDefault(i => i.Class is "on" or "off")
            ?? clause.Parts.Where(p => Clause.IsAction(p.Item, p.Entity, clause) && p.Item.Class is "open" or "close").Select(p => p.Item).FirstOrDefault();
        return action?.Class switch
        {
            null => clause.HasAction || _last is null ? "" : _last.Action == "off" && !clause.HasTrigger ? "" : clause.Has("command") && clause.Actuators.Any() ? "" : _last.Action,
            "open" => "on",
            "close" => "off",
            "keep" when clause.Has("on", "off") && !clause.Has("band", "threshold") => clause.Has("off") ? "off" : "on",
            _ => action.Class,
        };
    }

    private void Fill(Statement statement, Clause clause, bool reads)
    {
        statement.Effect = clause.First("effect")?.Id ?? "";
        statement.Colour = clause.First("colour")?.Id ?? "";
        statement.Command = clause.Has("command");
        statement.Amounts.AddRange(clause.Parts.Select(p => p.Item).Where(i => i.IsAmount && !i.IsTime));
        statement.HysteresisValue = clause.First("hyst")?.Value;
        statement.AtMin = clause.First("at_time")?.Value ?? _waitingAtMin;
        statement.UntilMin = clause.First("until_time")?.Value;
        statement.Follow = clause.Has("dim", "follow", "move") && !clause.Has("when") ? clause.Sensors.FirstOrDefault(s => s.Kind is "pot" or "ldr" or "rotary_encoder" or "analog" or "soil_moisture") : null;
        statement.Conditions.AddRange(Conditions(clause).Concat(_waitingConditions));
        List<Trigger> triggers = Triggers(clause, statement.Ends);
        statement.Or = clause.Has("or") || _waitingOr;
        if (triggers.Count == 0 || _waiting.Count > 0)
        {
            statement.Triggers.AddRange(_waiting);
            statement.DelayS = _waitingDurationS;
        }

        statement.Triggers.AddRange(triggers);
        if (statement.Triggers.Count == 0 && statement.Follow is null)
        {
            statement.Triggers.AddRange(clause.Sensors.Where(s => s.Kind is "pir" or "button" or "contact").Select(s => new Trigger(s.Kind == "pir" ? "motion" : s.Kind == "button" ? "pressed" : "open", s.Label) { Sensor = s }));
        }

        if (statement.Action == "keep" && statement.Triggers.Count == 0 && statement.Amounts.FirstOrDefault(a => a.Dimension.Length > 0) is { } goal)
        {
            statement.Triggers.Add(Of(goal with { Class = "threshold", Id = "at" }, clause.First("quantity")?.Id ?? "", null));
        }

        Times(statement, clause, reads);
        _waiting.Clear();
        _waitingConditions.Clear();
        _waitingAtMin = null;
        _waitingDurationS = null;
        _waitingOr = false;
    }

    private void Times(Statement statement, Clause clause, bool reads)
    {
        // "open for 5 minutes" says how long it must last; "for 5 minutes" behind an action how long that does.
        bool lasting = false;
        for (int i = 0; i < clause.Parts.Count; i++)
        {
            Item item = clause.Parts[i].Item;
            lasting = Clause.IsTrigger(item) ? item.Class is "open" or "close" or "nomotion" : lasting && item.Class is "duration" or "sensor";
            if (item.Class == "duration" && lasting && clause.Parts.Take(i).Any(p => p.Item.Class == "when"))
            {
                statement.DelayS = item.Value;
            }
            else if (item.Class == "duration")
            {
                statement.DurationS = item.Value;
            }
            else if (item.Class == "delay")
            {
                statement.DelayS = item.Value;
            }
        }

        double? periodS = clause.First("period") is { Id: not "no_unit" } period ? period.Value : reads ? null : _waitingPeriodS;
        if (periodS is not null && !reads)
        {
            bool perDay = periodS == 86400 && (statement.AtMin is not null || statement.Conditions.Count > 0);
            if (statement.Triggers.Any(t => t.IsLimit) && Provider(statement.Triggers.First(t => t.IsLimit)) is { } sensor)
            {
                SetPeriod(sensor, periodS.Value);
            }
            else if (!perDay)
            {
                statement.PeriodS = periodS;
            }

            _waitingPeriodS = null;
        }
    }

    // "and off after 5 minutes", "off when the motion stops", "for 5 minutes": parts of the statement before.
    private bool Continues(Statement statement, Clause clause)
    {
        bool same = statement.Targets.Count > 0 && statement.Targets.All(_last!.Targets.Contains);
        Statement? on = Statements.LastOrDefault(s => s.Action is "on" or "blink" or "" or "toggle" && s.Targets.Intersect(statement.Targets).Any());
        if (!same && on is null)
        {
            return false;
        }

        if (statement.Action == "off" && on is not null && (statement.DelayS ?? statement.DurationS) is { } seconds && statement.Triggers.All(t => t.Kind is "nomotion" or "motion" or "released"))
        {
            on.DurationS = seconds;
            return true;
        }

        if (statement.Action == "off" && on is not null && statement.Triggers.Count > 0 && statement.Triggers.All(t => t.Kind is "nomotion" or "close" or "released" && !t.IsLimit) && on.Triggers.Any(t => t.Kind is "motion" or "open" or "pressed" or "held"))
        {
            if (on.Triggers.FirstOrDefault(t => t.Kind == "pressed") is { } press && statement.Triggers.Any(t => t.Kind == "released"))
            {
                on.Triggers[on.Triggers.IndexOf(press)] = press with { Kind = "held" };
            }

            on.DurationS ??= on.Triggers.Any(t => t.Kind == "motion") ? 0 : null;
            return true;
        }

        if (statement.Action == "off" && on is not null && statement.AtMin is not null && on.AtMin is not null && statement.Triggers.Count == 0)
        {
            on.UntilMin = statement.AtMin;
            return true;
        }

        bool adds = same && clause.Joint is "and" or "comma" or "but" or "then" && (statement.Action == "" || statement.Action == _last!.Action) && statement.Triggers.Count == 0 && !clause.Has("on", "toggle") && statement.AtMin is null;
        if (adds && !clause.Actuators.Any())
        {
            _last!.DurationS ??= statement.DurationS;
            _last.Command |= statement.Command;
            _last.Conditions.AddRange(statement.Conditions);
            _last.Amounts.AddRange(statement.Amounts);
            return true;
        }

        return false;
    }

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

using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

// What is done, with what, when and for how long.
internal sealed partial class ClauseReader
{
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
        else if (targets.Length > 0 && clause.Joint == "and")
        {
            // "the lamp on pin 25 and the fan on pin 26 on above 28 °C": the verb is for both.
            targets = [.. _waitingTargets, .. targets];
        }
        else if (targets.Length == 0)
        {
            Entity[] all = [.. entities.Entities.Where(e => !e.Sensor)];
            targets = all.Length == 1 || (all.Length > 0 && all[0].Twins.Count == all.Length - 1) ? all : [];
        }

        _waitingTargets.Clear();
        statement.Targets.AddRange(targets.Distinct());
        if (negated && clause.Has("window") && statement.Targets.Count > 0)
        {
            _denied.Add((clause, statement));
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

    // "never run the pump at night", before or after what the pump does: it limits that.
    private readonly List<(Clause Clause, Statement Statement)> _denied = [];

    private void Deny()
    {
        foreach ((Clause clause, Statement denied) in _denied)
        {
            foreach (Statement said in Statements.Where(s => s.Targets.Intersect(denied.Targets).Any()))
            {
                said.Conditions.AddRange(Conditions(clause).Select(c => c with { Negated = true }));
                _honoured.UnionWith(clause.Parts.Select(p => p.Item).Where(i => i.Class == "unless"));
            }
        }
    }

    private string ActionOf(Clause clause)
    {
        Item? action = clause.Parts.Select(p => p.Item).FirstOrDefault(i => i.Class is "blink" or "dim" or "sweep" or "move" or "keep" or "effect" or "toggle")
            ?? clause.Parts.Select(p => p.Item).FirstOrDefault(i => i.Class is "on" or "off" or "onoff")
            ?? clause.Parts.Where(p => Clause.IsAction(p.Item, p.Entity, clause) && p.Item.Class is "open" or "close").Select(p => p.Item).FirstOrDefault();
        return action?.Class switch
        {
            null => clause.HasAction || _last is null ? "" : _last.Action == "off" && !clause.HasTrigger ? "" : clause.Has("command") && clause.Actuators.Any() ? "" : _last.Action,
            // A valve that closes is off; a relay that closes its contact is on.
            "open" or "close" when (action.Class == "close") == clause.Actuators.Any(a => a is { Kind: "relay", Load: not "valve" }) => "on",
            "open" or "close" => "off",
            "onoff" => "on",
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

        // "run the pump 15 minutes every hour"
        if (statement.DurationS is null && statement.DelayS is null && statement.Action is "on" or "" && clause.Parts.FindAll(p => p.Item.IsTime) is [{ Item: { Id: "" } bare }])
        {
            statement.DurationS = bare.Value;
        }
        else if (statement.Action == "sweep" && clause.Parts.FindAll(p => p.Item.IsTime) is [{ Item: var sweep }])
        {
            statement.PeriodS = sweep.Value;
        }

        if (clause.First("onoff") is { } phases)
        {
            statement.DurationS = phases.Value;
            statement.PeriodS = phases.Value + phases.Value2;
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
}

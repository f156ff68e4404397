using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Reads clause after clause: what is read and published, and what is done when. Remembers what "it" is.</summary>
internal sealed partial class ClauseReader(EntityTable entities, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
{
    private readonly List<Trigger> _waiting = [];
    private readonly List<Condition> _waitingConditions = [];
    private readonly List<string> _left = [];
    private readonly List<Entity> _waitingTargets = [];
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
            Asides(clause);
            if (clause.Parts.Count > 0)
            {
                Read(clause);
            }
        }

        Imply();
        Deny();
        Statement[] bare = [.. Statements.Where(s => !s.HasTrigger)];
        if ((_waiting.Count > 0 || _waitingAtMin is not null) && bare.Length > 0)
        {
            bare[^1].Triggers.AddRange(_waiting);
            bare[^1].AtMin ??= _waitingAtMin;
        }
        else if (_waiting.FirstOrDefault(t => t.IsLimit || t.Gate || (t.Kind is "motion" or "nomotion" && Statements.Count == 0)) is { } idle)
        {
            missing.Add(new MissingPart("action", $"What should happen when “{idle.Text}”: which output, on which pin?"));
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
        if (Statements.Count > 0 || outputs.Length != 1 || (_waiting.Count == 0 && source is null && _waitingConditions.Count == 0 && (_waitingAtMin is null || _waitingDurationS is null)))
        {
            return;
        }

        Statement implied = new() { Action = source?.Kind == "button" ? "toggle" : "on", Text = outputs[0].Label, DurationS = _waitingDurationS };
        implied.Targets.Add(outputs[0]);
        implied.Triggers.AddRange(_waiting.Count > 0 ? _waiting : source is null ? [] : [new Trigger(source.Kind switch { "pir" => "motion", "button" => "pressed", _ => "open" }, source.Label) { Sensor = source }]);
        implied.Conditions.AddRange(_waitingConditions);
        implied.AtMin = _waitingAtMin;
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

        if (clause.Joint != "and")
        {
            _waitingTargets.Clear();
        }

        Quantities.UnionWith(clause.Parts.Where(p => p.Item.Is("quantity")).Select(p => p.Item.Id));
        _left.AddRange(clause.Parts.Where(p => p.Item is { Class: "unknown", Id: "name" }).Select(p => p.Item.Text));
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
}

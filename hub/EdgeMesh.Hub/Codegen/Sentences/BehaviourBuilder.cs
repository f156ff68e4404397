using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Makes behaviours of what the clauses said: one for each sensor that is read, one for each output.</summary>
internal sealed partial class BehaviourBuilder(EntityTable entities, ClauseReader clauses, List<RefusedPart> refused, List<MissingPart> missing, List<string> assumed)
{
    private readonly LimitReader _limits = new(entities, clauses.Quantities, refused, missing, assumed);
    private readonly Dictionary<string, int> _names = [];
    private readonly HashSet<Entity> _used = [];

    internal List<Behaviour> Build()
    {
        NamePrefixes();
        List<Behaviour> outputs = [];
        foreach (Entity actuator in entities.Entities.Where(e => !e.Sensor))
        {
            Statement[] about = [.. clauses.Statements.Where(s => s.Targets.Contains(actuator))];
            outputs.AddRange(Output(actuator, about));
        }

        List<Behaviour> readings = [.. entities.Entities.Where(e => e.Sensor && !(_used.Contains(e) && e.Kind is "pir" or "button" or "contact" && !e.Count)).SelectMany(Sensor)];
        List<Behaviour> all = [.. readings, .. outputs];
        if (clauses.Heartbeat)
        {
            all.Add(new Behaviour { Kind = "heartbeat", Template = "heartbeat", PeriodS = Period(clauses.HeartbeatS, 60, "the ping"), Values = new Dictionary<string, JsonNode?> { ["period_s"] = clauses.HeartbeatS ?? 60 } });
        }

        if (clauses.Sleep)
        {
            all.Add(Doze(all));
        }

        return Settle(all);
    }

    // Two sensors of one quantity would publish under one name.
    private void NamePrefixes()
    {
        HashSet<string> taken = [];
        foreach (Entity sensor in entities.Entities.Where(e => e.Sensor && !e.IsGeneric))
        {
            string[] readings = sensor.Count || sensor.Kind == "counter" ? ["count"] : sensor.Quantities;
            for (int n = 1; readings.Any(r => taken.Contains(sensor.Prefix + r)); n++)
            {
                sensor.Prefix = sensor.Kind + (n == 1 ? "_" : $"{n}_");
            }

            taken.UnionWith(readings.Select(r => sensor.Prefix + r));
        }
    }

    private Behaviour Doze(List<Behaviour> all)
    {
        double? sleepS = clauses.SleepS ?? all.Where(b => b.Kind == "sensor").Select(b => b.PeriodS).FirstOrDefault();
        if (clauses.SleepS is null && !entities.Entities.Any(e => e.PeriodSaid))
        {
            missing.Add(new MissingPart("period", "How long should it sleep between two readings?"));
        }

        if (all.Any(b => b.Actuator is not null))
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestContradictory, "An output cannot be driven while the chip sleeps deeply: leave out the sleep or the output."));
        }

        return new Behaviour { Kind = "deep_sleep", Template = "deep_sleep", PeriodS = sleepS, Values = new Dictionary<string, JsonNode?> { ["sleep_s"] = sleepS ?? 600 } };
    }

    private double Period(double? said, double otherwise, string what)
    {
        if (said is null)
        {
            assumed.Add($"No period was said for {what}: every {Wording.Time(otherwise)}.");
        }

        return said ?? otherwise;
    }

    private IEnumerable<Behaviour> Sensor(Entity sensor)
    {
        if (sensor.Kind is "dht")
        {
            missing.Add(new MissingPart("sensor", "Which DHT is it: DHT11 or DHT22?"));
            yield break;
        }

        if (sensor.IsGeneric)
        {
            missing.Add(new MissingPart("sensor", $"Which sensor is the {sensor.Label}{(sensor.HasPin ? $" on GPIO {sensor.Loose.Concat(sensor.Pins.Values).First()}" : "")}? For example DHT22, DS18B20, BME280 or an analogue one."));
            yield break;
        }

        if (SensorTemplate.Of(sensor) is not { } template)
        {
            yield return Contact(sensor);
            yield break;
        }

        Dictionary<string, JsonNode?> values = new(template.Values);
        Dictionary<string, int> pins = Pins(sensor, template.PinParameters, values);
        bool periodic = template.DefaultPeriodS > 0;
        if (periodic && sensor.PeriodS is null && clauses.SleepS is { } asleep && asleep >= template.DefaultPeriodS)
        {
            sensor.PeriodS = asleep;
        }

        double period = periodic ? Period(sensor.PeriodS, template.DefaultPeriodS, "the " + Wording.Name(sensor.Kind)) : 0;
        string[] publishes = [.. Publishes(sensor, values)];
        if (periodic)
        {
            values["period_s"] = period;
            values["prefix"] = sensor.Prefix;
            values["publishes"] = new JsonArray([.. publishes.Select(p => (JsonNode)p)]);
        }

        if (template.Note.Length > 0)
        {
            assumed.Add(template.Note);
        }

        if (sensor.Conditions.Count > 0 && !template.Template.Equals("rotary", StringComparison.Ordinal))
        {
            SetWindows(values, sensor.Conditions);
        }

        yield return new Behaviour
        {
            Kind = sensor.Count || sensor.Kind == "counter" ? "counter" : sensor.Kind == "rotary_encoder" ? "rotary" : "sensor",
            Template = template.Template,
            Sensor = sensor.Kind,
            Pins = pins,
            Publishes = publishes,
            PeriodS = periodic ? period : null,
            Conditions = sensor.Conditions,
            Values = values,
        };
    }

    private static IEnumerable<string> Publishes(Entity sensor, Dictionary<string, JsonNode?> values)
    {
        if (sensor.Count || sensor.Kind is "counter")
        {
            values["name"] = "count";
            return ["count"];
        }

        string[] gives = [.. sensor.Quantities.Except(sensor.Without)];
        return sensor.Publishes.Count > 0 ? sensor.Publishes.Where(gives.Contains).DefaultIfEmpty(gives[0]) : gives;
    }

    private Behaviour Contact(Entity sensor)
    {
        Dictionary<string, JsonNode?> values = [];
        string kind = sensor.Kind switch { "pir" => "motion", "contact" => "door", _ => "button" };
        if (kind == "button")
        {
            values["name"] = Unique("button");
        }

        return new Behaviour { Kind = kind, Template = kind, Sensor = sensor.Kind, Pins = Pins(sensor, ["pin"], values), Publishes = [kind == "door" ? "door_open" : kind], Values = values };
    }

    // Several of a kind are told apart by a number.
    private string Unique(string name)
    {
        int count = _names[name] = _names.GetValueOrDefault(name) + 1;
        return count == 1 ? name : $"{name}_{count}";
    }

    private Dictionary<string, int> Pins(Entity device, string[] parameters, Dictionary<string, JsonNode?> values, string role = "")
    {
        Dictionary<string, int> pins = [];
        string name = Wording.Name(device.Kind);
        if (parameters.Length > 1 && device.Loose.Count > 0 && device.Kind != "rotary_encoder")
        {
            missing.Add(new MissingPart("pin", $"Which pin of the {name} is {string.Join(" and which ", parameters)}: {string.Join(", ", device.Loose.Select(p => "GPIO " + p))}?"));
        }
        else if (device.Kind == "rotary_encoder" && device.Loose.Count == 1)
        {
            missing.Add(new MissingPart("pin", $"The {name} has two pins, A and B, and only GPIO {device.Loose[0]} was said. Which is the other?"));
        }
        else if (device.Kind == "rotary_encoder" && device.Loose.Count == 2)
        {
            (device.Pins["a"], device.Pins["b"]) = (device.Loose[0], device.Loose[1]);
            assumed.Add($"A of the encoder is GPIO {device.Loose[0]} and B GPIO {device.Loose[1]}; exchange them if it counts backwards.");
        }

        foreach (string parameter in parameters)
        {
            int? pin = parameters.Length > 1 ? device.Pins.TryGetValue(parameter, out int said) ? said : null
                : device.Loose.Count > 0 ? device.Loose[0] : device.Pins.Count > 0 ? device.Pins.Values.First() : null;
            if (pin is { } number)
            {
                values[role.Length > 0 ? role : parameter] = number;
                pins[role.Length > 0 ? role : parameters.Length > 1 ? parameter : device.Sensor ? "data" : "output"] = number;
            }
            else if (device.Loose.Count == 0 || parameters.Length == 1)
            {
                missing.Add(new MissingPart("pin", parameters.Length > 1 ? $"On which pin is {parameter.ToUpperInvariant()} of the {name}?" : $"On which pin is the {device.Label}?"));
            }
        }

        return pins;
    }

    private static void SetWindows(Dictionary<string, JsonNode?> values, IReadOnlyList<Condition> conditions)
    {
        JsonNode?[] windows = [.. Windows.Allowed(conditions).Select(w => (JsonNode?)new JsonArray(w.From, w.To))];
        values["windows"] = new JsonArray(windows);
    }

    private IEnumerable<Behaviour> Output(Entity actuator, Statement[] about)
    {
        OutputReader reader = new(actuator, about, _limits, refused, missing, assumed);
        if (reader.Read() is not { } output)
        {
            yield break;
        }

        Dictionary<string, JsonNode?> values = new(output.Values);
        Dictionary<string, int> pins = [];
        if (output.Input is { } input)
        {
            _used.Add(input);
            foreach ((string role, int pin) in Pins(input, ["pin"], values, output.InputParameter))
            {
                pins[role] = pin;
            }
        }

        foreach ((string role, int pin) in Pins(actuator, ["pin"], values))
        {
            pins[role] = pin;
        }

        values["name"] = Unique(actuator.Kind);
        if (actuator.ActiveLow && TemplateLibrary.Shipped.Find(output.Behaviour.Template).Value.Parameter("active_low") is not null)
        {
            values["active_low"] = true;
        }

        if (output.Behaviour.Conditions.Any(c => c.Kind == "time") && output.Behaviour.Kind != "schedule")
        {
            SetWindows(values, [.. output.Behaviour.Conditions.Where(c => c.Kind == "time")]);
            if (TemplateLibrary.Shipped.Find(output.Behaviour.Template).Value.Parameter("windows") is null)
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"The template {output.Behaviour.Template} knows no times of day: leave out “{output.Behaviour.Conditions[0].Text}”."));
            }
        }

        yield return output.Behaviour with { Actuator = actuator.Kind, Sensor = output.Behaviour.Sensor ?? output.Input?.Kind, Pins = pins, Values = values };
    }
}

using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Numbers for single parameters, and what templates have by themselves.
internal sealed partial class BehaviourBuilder
{
    // A setting belongs to the one behaviour that can have it; where there are several, to that of the device by which it stands.
    private List<Behaviour> Settle(List<Behaviour> all)
    {
        foreach (Setting setting in clauses.Settings)
        {
            List<Behaviour> able = all.FindAll(b => TemplateLibrary.Shipped.Find(b.Template).Value.Parameter(setting.Parameter) is not null);
            if (able.Count > 1)
            {
                able = able.FindAll(b => setting.Near is { } near && b.Pins.Values.Any(near.Uses));
            }

            if (able.Count == 1)
            {
                all[all.IndexOf(able[0])] = able[0] with { Values = new Dictionary<string, JsonNode?>(able[0].Values) { [setting.Parameter] = HoleExpression.Number(setting.Value) } };
            }
        }

        foreach (Behaviour behaviour in all)
        {
            if (behaviour is { Kind: "threshold", DurationS: not null } && !behaviour.Values.ContainsKey("pause_s"))
            {
                assumed.Add($"After {Wording.Time(behaviour.DurationS)} the {Wording.Name(behaviour.Actuator)} rests for 10 min before it may be on again.");
            }

            if (Defaults.GetValueOrDefault(behaviour.Template) is { } untold && untold.Parameters.All(p => !behaviour.Values.ContainsKey(p)) && (behaviour.Template != "tank_level" || behaviour.Publishes.Contains("level")))
            {
                assumed.Add(untold.Note);
            }
        }

        return all;
    }

    // What a template has by itself, and matters.
    private static readonly Dictionary<string, (string[] Parameters, string Note)?> Defaults = new()
    {
        ["neopixel"] = (["count"], "No number of LEDs was said: 8."),
        ["energy"] = (["pulses_per_kwh"], "No constant of the meter was said: 1000 pulses per kWh. It is printed on it."),
        ["tank_level"] = (["empty_cm", "full_cm"], "No depth of the tank was said: empty at 100 cm from the sensor, full at 20 cm."),
        ["soil_moisture"] = (["dry_v", "wet_v"], "Dry soil is 2.6 V and water 1.2 V at the probe; measure yours."),
    };
}

using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A number for one parameter of a template: an energy meter's pulses per kWh, the depth of a tank.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Value">Its value, in its unit.</param>
/// <param name="Near">The device by which it stands, or null.</param>
internal sealed record Setting(string Parameter, double Value, Entity? Near);

// What is settled before a clause is read: settings of devices, readings that are not wanted.
internal sealed partial class ClauseReader
{
    private readonly HashSet<Item> _honoured = new(ReferenceEqualityComparer.Instance);
    private Entity? _near;

    /// <summary>Words such as "not" and "until" that changed something.</summary>
    internal IReadOnlySet<Item> Honoured => _honoured;

    internal List<Setting> Settings { get; } = [];

    private void Asides(Clause clause)
    {
        Unwanted(clause);
        Lasting(clause);
        for (int i = 0; i < clause.Parts.Count; i++)
        {
            (Item item, Entity? entity) = clause.Parts[i];
            _near = entity ?? _near;
            bool turns = item.Class == "band" && item.Dimension.Length == 0 && (_near ?? clause.Sensors.FirstOrDefault())?.Kind == "rotary_encoder";
            if (turns)
            {
                Settings.Add(new Setting("low", item.Value, _near));
                Settings.Add(new Setting("high", item.Value2, _near));
            }
            else if (item is { Class: "period", Id: "frequency" } && (clause.Parts.Select(p => p.Item).Concat(_last?.Amounts ?? []).Any(p => p.Class == "dim" || p.Dimension == "percent") || _last?.Action == "dim") && !clause.Has("read", "blink"))
            {
                Settings.Add(new Setting("frequency_hz", Math.Round(1 / item.Value), _near));
            }
            else if (item.Class == "setting" && double.IsFinite(item.Value))
            {
                Entity? near = _near ?? clause.Parts.Select(p => p.Entity).FirstOrDefault(e => e is not null);
                Settings.Add(new Setting(item.Id, item.Id.EndsWith("_ms", StringComparison.Ordinal) ? item.Value * 1000 : item.Value, near));
            }
            else
            {
                continue;
            }

            clause.Parts.RemoveAt(i--);
        }
    }

    // "don't publish the humidity", "but not the pressure".
    private void Unwanted(Clause clause)
    {
        int not = clause.Parts.FindIndex(p => p.Item.Class == "unless");
        int from = not + 1;
        while (not >= 0 && from < clause.Parts.Count && clause.Parts[from].Item.Class is "publish" or "read")
        {
            from++;
        }

        int end = from;
        while (not >= 0 && end < clause.Parts.Count && clause.Parts[end].Item is { Class: "quantity", Id: not ("reading" or "motion") })
        {
            end++;
        }

        if (not < 0 || end == from || clause.Parts.Skip(end).Any(p => Clause.IsTrigger(p.Item)))
        {
            return;
        }

        string[] unwanted = [.. clause.Parts[from..end].Select(p => p.Item.Id)];
        Entity? giver = clause.Sensors.Append(_lastSensor).Concat(entities.Entities).FirstOrDefault(s => s is { Sensor: true } && unwanted.All(s.Quantities.Contains));
        if (giver is not null && giver.Quantities.Except(unwanted).Any())
        {
            giver.Without.UnionWith(unwanted);
            _honoured.Add(clause.Parts[not].Item);
            clause.Parts.RemoveRange(not, end - not);
        }
    }

    // "read the DHT22 when the button is pressed": readings come at a period.
    private void ByEvent(Clause clause, Entity[] sensors)
    {
        bool moment = clause.Has("when") && !clause.HasAction && clause.Parts.Any(p => p.Item.Class is "pressed" or "held" or "released" or "motion" or "nomotion" or "open" or "close");
        if ((moment || (_waiting.Exists(t => !t.IsLimit) && !clause.HasAction)) && sensors.FirstOrDefault(s => SensorTemplate.Of(s) is { DefaultPeriodS: > 0 }) is { Count: false } periodic)
        {
            refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"Readings are published at a period, and not by an event: let the {Wording.Name(periodic.Kind)} be read every so many seconds, or publish the event itself."));
        }
    }

    // They say how long something must last before it counts.
    private static readonly string[] AtLeast = ["for more", "for longer", "for at least", "for over", "longer", "more than", "over", "at least"];

    // "above 30 °C for more than 5 minutes", "held for 3 s".
    private void Lasting(Clause clause)
    {
        for (int i = 1; i < clause.Parts.Count; i++)
        {
            (Item before, Item item) = (clause.Parts[i - 1].Item, clause.Parts[i].Item);
            if (item.Class == "duration" && (before.Class == "held" || (before.Class is "threshold" or "band" && AtLeast.Any(w => item.Text.StartsWith(w, StringComparison.Ordinal)))))
            {
                refused.Add(new RefusedPart(ErrorCodes.RequestUnsupported, $"No template waits until “{before.Text}” has lasted “{item.Text}”. Leave the time out, or say how long the output should be on."));
            }
        }
    }
}

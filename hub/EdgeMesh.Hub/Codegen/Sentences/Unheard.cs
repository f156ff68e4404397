using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Holds a request against what was read of it: each number, time, pin, negation and unknown word that is in no behaviour becomes a question.</summary>
/// <remarks>
/// It knows nothing of how clauses are read. Whatever the readers drop, it finds, since what was said must be somewhere in what is done.
/// </remarks>
internal sealed class Unheard
{
    private const double Near = 1e-4;
    private readonly IReadOnlyList<Item> _items;
    private readonly IReadOnlyList<Behaviour> _behaviours;
    private readonly IReadOnlySet<Item> _honoured;
    private readonly IReadOnlySet<string> _without;
    private readonly HashSet<double> _seconds = [];
    private readonly HashSet<double> _numbers = [];
    private readonly HashSet<(double Value, string Unit)> _limits = [];
    private readonly HashSet<double> _pins = [];
    private readonly HashSet<double> _minutes = [];

    private Unheard(IReadOnlyList<Item> items, IReadOnlyList<Behaviour> behaviours, IReadOnlySet<Item> honoured, IReadOnlySet<string> without)
    {
        _without = without;
        _items = items;
        _behaviours = behaviours;
        _honoured = honoured;
        foreach (Behaviour behaviour in behaviours)
        {
            Collect(behaviour);
        }
    }

    /// <summary>What was said and is in no behaviour, as questions.</summary>
    /// <param name="items">The request.</param>
    /// <param name="behaviours">What was read of it.</param>
    /// <param name="honoured">Words such as "not" and "until" that changed something.</param>
    /// <param name="without">Readings that were said not to be published.</param>
    internal static IEnumerable<MissingPart> In(IReadOnlyList<Item> items, IReadOnlyList<Behaviour> behaviours, IReadOnlySet<Item> honoured, IReadOnlySet<string> without)
    {
        Unheard unheard = new(items, behaviours, honoured, without);
        return Enumerable.Range(0, items.Count).Where(i => !unheard.Heard(i)).Select(i => new MissingPart("meaning", Question(items[i])));
    }

    private static string Question(Item item) => item.Class switch
    {
        "unknown" => $"I do not understand “{item.Text}”. What does it mean, or may it be left out?",
        "unless" => $"What should be done, and when, and what does “{item.Text}” keep from happening?",
        "vague" => $"How long or how often is “{item.Text}”?",
        _ => $"I found no place for “{item.Text}”: what is it for?",
    };

    private void Collect(Behaviour behaviour)
    {
        Template template = TemplateLibrary.Shipped.Find(behaviour.Template).Value;
        _pins.UnionWith(behaviour.Pins.Values.Select(p => (double)p));
        _seconds.UnionWith(new[] { behaviour.PeriodS, behaviour.DurationS, behaviour.DelayS }.OfType<double>());
        foreach (Limit limit in behaviour.Thresholds)
        {
            double back = limit.Op == "above" ? limit.Value - limit.Hysteresis : limit.Value + limit.Hysteresis;
            _limits.UnionWith([(limit.Value, limit.Unit), (back, limit.Unit), (limit.Hysteresis, limit.Unit)]);
        }

        foreach (Condition condition in behaviour.Conditions.Where(c => c.Kind == "time"))
        {
            _minutes.UnionWith([condition.FromMin % 1440, condition.ToMin % 1440]);
            _seconds.Add((condition.ToMin - condition.FromMin + 1440) % 1440 * 60);
        }

        foreach ((string name, JsonNode? value) in behaviour.Values.Where(v => template.Parameter(v.Key) is { Type: not "pin" }))
        {
            foreach (double number in Numbers(value))
            {
                if (name is "gates")
                {
                    _limits.Add((number, ""));
                }
                else if (name is not ("rules" or "on_below" or "off_above"))
                {
                    _numbers.Add(number);
                }

                if (name.EndsWith("_s", StringComparison.Ordinal) || name.EndsWith("_ms", StringComparison.Ordinal))
                {
                    _seconds.Add(name.EndsWith("_ms", StringComparison.Ordinal) ? number / 1000 : number);
                }
            }
        }
    }

    private static IEnumerable<double> Numbers(JsonNode? node) =>
        node is JsonArray array ? array.SelectMany(Numbers) : HoleExpression.NumberOf(node) is { } number ? [number] : [];

    private bool Heard(int i)
    {
        Item item = _items[i];
        return item.Class switch
        {
            "unknown" => item.Id == "name",
            "unless" => _honoured.Contains(item),
            "until" => _honoured.Contains(item),
            "pinno" or "rolepin" => _pins.Contains(item.Value),
            "period" when item.Id == "frequency" => Has(_seconds, item.Value) || Has(_numbers, Math.Round(1 / item.Value)),
            "period" when item.Value == 86400 => Has(_seconds, item.Value) || _minutes.Count > 0,
            "period" or "duration" or "delay" => Has(_seconds, item.Value) || _honoured.Contains(item),
            "onoff" => Has(_seconds, item.Value) && Has(_seconds, item.Value + item.Value2),
            "setting" => double.IsNaN(item.Value) || Has(item.Id.EndsWith("_ms", StringComparison.Ordinal) ? _seconds : _numbers, item.Value),
            "threshold" or "hyst" => Limits(item.Value, item.Unit),
            "band" => (Limits(item.Value, item.Unit) && Limits(item.Value2, item.Unit)) || (Has(_numbers, item.Value) && Has(_numbers, item.Value2)),
            "window" => Has(_minutes, item.Value % 1440) && Has(_minutes, item.Value2 % 1440),
            "at_time" or "until_time" or "clock" => Has(_minutes, item.Value % 1440),
            "measure" => Has(item.IsTime ? _seconds : _numbers, item.Value) || Limits(item.Value, item.Unit),
            "number" => Has(_numbers, item.Value) || Counts(i),
            "timesword" or "times" or "vague" => false,
            "blink" => Does("blink", "pulse", "chase"),
            "toggle" => Does("toggle") || _behaviours.Any(b => b.Kind is "cycle" or "relay"),
            "keep" => !_behaviours.Any(b => b.Kind == "button" && b.Action != "hold"),
            "quantity" when item.Id is "temperature" or "humidity" or "pressure" => Gives(item.Id),
            "sweep" => _behaviours.Any(b => b.Kind == "servo"),
            "dim" => _behaviours.Any(b => b.Kind == "dimmer" || b.Kind == "neopixel"),
            "effect" or "colour" => Does(item.Id),
            "command" => true,
            _ => true,
        };
    }

    // What is named is published or decides, or was said to be left out.
    private bool Gives(string quantity) =>
        !_behaviours.Any(b => b.Publishes.Count > 0 && Entity.QuantitiesOf(b.Sensor ?? "").Contains(quantity)) || _without.Contains(quantity)
        || _behaviours.Any(b => b.Publishes.Contains(quantity) || b.Thresholds.Any(t => t.Quantity == quantity) || b.Conditions.Any(c => c.Text.StartsWith(quantity, StringComparison.Ordinal)));

    // A number without a unit may be of any; one with it only of its own.
    private bool Limits(double value, string unit) =>
        Has([.. _limits.Where(l => unit.Length == 0 || l.Unit.Length == 0 || l.Unit == (unit == "°" ? "°C" : unit)).Select(l => l.Value)], value);

    private bool Does(params string[] words) => _behaviours.Any(b => words.Any(w => b.Action?.Contains(w, StringComparison.Ordinal) == true));

    // "two relays on pins 26 and 27": a number that only counts what follows.
    private bool Counts(int i) =>
        i + 1 < _items.Count && _items[i + 1] is { Class: "sensor" or "actuator" } device
        && _behaviours.Count(b => b.Sensor == device.Id || b.Actuator == device.Id) == _items[i].Value;

    private static bool Has(HashSet<double> said, double value) => said.Any(s => Math.Abs(s - value) <= Near * Math.Max(1, Math.Abs(value)));
}

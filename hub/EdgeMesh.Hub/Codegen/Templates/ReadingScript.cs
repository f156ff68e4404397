using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>Plays readings to controllers: off, on, off again, and a sensor that fails; and says what the output must do each time.</summary>
internal static class ReadingScript
{
    private const int FailuresMax = 3;
    private const double ReactionS = 2;

    private sealed record Rule(string Reading, bool Above, double On, double Off, FilledTemplate Sensor, TemplateQuantity Quantity)
    {
        // Beyond what a sensor may be off by: a reading at the very threshold proves nothing.
        internal double Margin => Math.Max(0.01, 2 * Resolved(Quantity.Tolerance, Sensor));

        internal bool IsOn(double value) => Above ? value > On : value < On;

        internal bool IsOff(double value) => !IsOn(value) && (Above ? value < Off : value > Off);
    }

    /// <summary>A sensor's input with some of its quantities set, the others typical.</summary>
    internal static JsonObject World(FilledTemplate sensor, double atS, IReadOnlyDictionary<string, double> readings)
    {
        Dictionary<string, JsonNode?> world = [];
        foreach (TemplateQuantity quantity in sensor.Quantities)
        {
            bool set = readings.TryGetValue(sensor.ReadingOf(quantity), out double value);
            string variable = quantity.Name.Contains("{{", StringComparison.Ordinal) ? "value" : quantity.Name;
            if (set || !world.ContainsKey(variable))
            {
                world[variable] = HoleExpression.Number(set ? value : Resolved(quantity.Typical, sensor));
            }

            foreach ((string other, JsonNode? formula) in set && quantity.Sets is not null ? quantity.Sets : [])
            {
                world[other] = sensor.Fill(formula, world);
            }
        }

        foreach (TemplateQuantity absent in sensor.Template.Quantities)
        {
            world.TryAdd(absent.Name, absent.Typical.DeepClone());
        }

        JsonObject input = (JsonObject)sensor.Fill(sensor.Template.World, world)!;
        input.Insert(0, "at_s", HoleExpression.Number(atS));
        return input;
    }

    /// <summary>Adds each controller's turn after the other; gives how long it all lasts, in seconds.</summary>
    internal static double Append(
        IEnumerable<FilledTemplate> controllers, IReadOnlyList<FilledTemplate> all, List<JsonObject> inputs, List<JsonObject> expect, double durationS)
    {
        double atS = 1;
        foreach (FilledTemplate controller in controllers)
        {
            Rule[] rules = [.. RulesOf(controller).Select(r => Bound(r, all)).OfType<Rule>()];
            if (rules.Length == 0 || rules.Length < RulesOf(controller).Count())
            {
                continue;
            }

            bool every = controller.Number("all") == 1;
            Dictionary<string, double>? on = Choose(rules, every, true), off = Choose(rules, every, false);
            if (on is not null && off is not null)
            {
                atS = Play(controller, rules, on, off, atS, inputs, expect);
            }
        }

        return Math.Max(durationS, atS);
    }

    private static double Play(
        FilledTemplate controller, Rule[] rules, Dictionary<string, double> on, Dictionary<string, double> off, double atS, List<JsonObject> inputs, List<JsonObject> expect)
    {
        double periodS = rules.Max(r => r.Sensor.Number("period_s"));
        double stepS = periodS + ReactionS + 1;
        double pausedS = controller.Values.ContainsKey("pause_s") ? controller.Number("pause_s") : 0;
        int onLevel = controller.Number("active_low") == 1 ? 0 : 1;
        FilledTemplate[] sensors = [.. rules.Select(r => r.Sensor).Distinct()];

        void Phase(Dictionary<string, double> readings, int level)
        {
            inputs.AddRange(sensors.Select(s => World(s, atS, readings)));
            expect.Add(Level(controller, level, atS, stepS));
            atS += stepS;
        }

        Phase(off, 1 - onLevel);
        atS += pausedS;
        Phase(on, onLevel);
        Phase(off, 1 - onLevel);
        atS += pausedS;
        if (rules is [{ Sensor.Template.Faults: true }, ..] && sensors.Length == 1)
        {
            Phase(on, onLevel);
            JsonNode pin = World(sensors[0], 0, on)["pin"]!;
            inputs.Add(new JsonObject { ["at_s"] = HoleExpression.Number(atS), ["pin"] = pin.DeepClone(), ["fault"] = "timeout" });
            foreach (JsonObject rhythm in expect.Where(e => e.ContainsKey("every_s") && !e.ContainsKey("to_s") && sensors[0].Published.Contains(Holes.Text(e["publishes"]))))
            {
                rhythm["to_s"] = HoleExpression.Number(atS);
            }

            expect.Add(Level(controller, 1 - onLevel, atS, (FailuresMax * periodS) + stepS));
            atS += (FailuresMax * periodS) + stepS;
            inputs.Add(new JsonObject { ["at_s"] = HoleExpression.Number(atS), ["pin"] = pin.DeepClone(), ["fault"] = "none" });
        }

        inputs.AddRange(sensors.Select(s => World(s, atS, new Dictionary<string, double>())));
        return atS + stepS;
    }

    private static JsonObject Level(FilledTemplate controller, int level, double fromS, double withinS) => new()
    {
        ["pin"] = controller.Values["pin"]!.DeepClone(),
        ["level"] = level,
        ["from_s"] = HoleExpression.Number(fromS),
        ["within_s"] = HoleExpression.Number(withinS),
    };

    private static IEnumerable<(string Reading, bool Above, double On, double Off)> RulesOf(FilledTemplate controller) =>
        controller.Values.GetValueOrDefault("rules") is JsonArray rules
            ? rules.OfType<JsonArray>().Select(r => (Holes.Text(r[0]), r[1]!.GetValue<bool>(), HoleExpression.NumberOf(r[2])!.Value, HoleExpression.NumberOf(r[3])!.Value))
            : controller.Values.ContainsKey("on_below")
                ? [(Holes.Text(controller.Values["reading"]), false, controller.Number("on_below"), controller.Number("off_above"))]
                : [];

    private static Rule? Bound((string Reading, bool Above, double On, double Off) rule, IReadOnlyList<FilledTemplate> all)
    {
        FilledTemplate? sensor = all.FirstOrDefault(t => t.Gives.Contains(rule.Reading) && t.Template.World is not null);
        return sensor is null ? null : new Rule(rule.Reading, rule.Above, rule.On, rule.Off, sensor, sensor.Quantities.First(q => sensor.ReadingOf(q) == rule.Reading));
    }

    // Values of each reading under which the rules are plainly on, or plainly off; null where there are none within the sensors' ranges.
    private static Dictionary<string, double>? Choose(Rule[] rules, bool every, bool on)
    {
        Dictionary<string, double> chosen = [];
        foreach (IGrouping<string, Rule> same in rules.GroupBy(r => r.Reading))
        {
            bool Fits(double value) => on
                ? every ? same.All(r => r.IsOn(value)) : chosen.Count == 0 ? same.Any(r => r.IsOn(value)) : same.All(r => r.IsOff(value))
                : every ? same.Any(r => r.IsOff(value)) : same.All(r => r.IsOff(value));
            double[] marks = [.. same.SelectMany(r => new[] { r.On, r.Off })];
            double margin = same.Max(r => r.Margin);
            TemplateQuantity quantity = same.First().Quantity;
            double[] candidates = [.. marks.SelectMany(m => new[] { m + margin, m - margin }).Append(marks.Average()).Where(v => v >= quantity.Min && v <= quantity.Max && Fits(v))];
            if (candidates.Length == 0)
            {
                return null;
            }

            chosen[same.Key] = candidates[0];
        }

        return chosen;
    }

    private static double Resolved(JsonNode number, FilledTemplate sensor) => HoleExpression.NumberOf(sensor.Fill(number)) ?? 0;
}

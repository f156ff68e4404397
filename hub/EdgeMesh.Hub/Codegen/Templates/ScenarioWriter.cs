using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>The dry run's scenario and expectations of filled templates: what the world does, and what the program must do then.</summary>
public static class ScenarioWriter
{
    private const double DurationMaxS = 86400;

    // 2026-01-01 00:00 UTC.
    private const long MidnightUnixS = 1767225600;
    private const int MinutesOfDay = 1440;

    /// <summary>The scenario as the dry run takes it; members in snake_case, units last.</summary>
    /// <param name="board">The board's name.</param>
    /// <param name="templates">The behaviours of the program.</param>
    public static JsonObject Write(string board, IReadOnlyList<FilledTemplate> templates)
    {
        List<JsonObject> inputs = [];
        List<JsonObject> expect = [new JsonObject { ["exceptions"] = 0 }];
        double sleepS = templates.Where(t => t.Template.Kind == "deep_sleep").Select(t => t.Number("awake_s")).DefaultIfEmpty(DurationMaxS).Min();
        double durationS = 10;
        int startMin = StartMinute(templates);
        foreach (FilledTemplate template in templates)
        {
            bool open = Windows(template).All(w => Open(w, startMin));
            inputs.AddRange(Own(template, template.Template.Inputs, open));
            expect.AddRange(Own(template, template.Template.Expect, open).Where(e => sleepS == DurationMaxS || e.ContainsKey("deepsleep_s")));
            durationS = Math.Max(durationS, HoleExpression.NumberOf(template.Fill(template.Template.DurationS)) ?? 0);
            if (template.Template.World is not null)
            {
                inputs.Insert(0, ReadingScript.World(template, 0, new Dictionary<string, double>()));
            }

            if (open && template.Published.Any())
            {
                double periodS = template.Number("period_s");
                expect.AddRange(template.Published.Select(name => Published(name, periodS, sleepS)));
                durationS = Math.Max(durationS, sleepS < DurationMaxS ? 0 : 3.5 * periodS);
            }
        }

        if (sleepS == DurationMaxS)
        {
            durationS = ReadingScript.Append(templates.Where(t => Windows(t).All(w => Open(w, startMin))), templates, inputs, expect, durationS);
        }

        durationS = Math.Min(durationS, DurationMaxS);
        return new JsonObject
        {
            ["duration_s"] = HoleExpression.Number(Math.Ceiling(durationS)),
            ["board"] = board,
            ["start_unix_s"] = MidnightUnixS + (startMin * 60L),
            ["inputs"] = new JsonArray([.. inputs.OrderBy(i => HoleExpression.NumberOf(i["at_s"]) ?? 0)]),
            ["expect"] = new JsonArray([.. expect.Where(e => Ends(e) <= durationS)]),
        };
    }

    // What a header expects, where its conditions hold for these values; the conditions themselves are not the dry run's.
    private static IEnumerable<JsonObject> Own(FilledTemplate template, IReadOnlyList<JsonObject> rows, bool open)
    {
        bool gated = !open || template.Values.GetValueOrDefault("gates") is JsonArray { Count: > 0 };
        foreach (JsonObject row in rows)
        {
            bool wanted = template.Holds(row["only"] as JsonObject)
                && (row["unless"] is not JsonObject unless || !template.Holds(unless))
                && !(gated && row.ContainsKey("ungated"))
                && (row["published"] is not { } published || template.Published.Any(p => p.EndsWith(Holes.Text(published), StringComparison.Ordinal)));
            if (wanted)
            {
                JsonObject filled = (JsonObject)template.Fill(row)!;
                foreach (string condition in (string[])["only", "unless", "ungated", "published"])
                {
                    filled.Remove(condition);
                }

                if (filled["level"] is { } level)
                {
                    // A parameter that is true or false says which of the two levels.
                    filled["level"] = (int)HoleExpression.NumberOf(level)!.Value;
                }

                yield return filled;
            }
        }
    }

    private static JsonObject Published(string name, double periodS, double sleepS) => sleepS < DurationMaxS || 3.5 * periodS > DurationMaxS
        ? new JsonObject { ["publishes"] = name, ["at_least"] = 1, ["within_s"] = HoleExpression.Number(Math.Min(sleepS, Math.Min(periodS, DurationMaxS - 2) + 2)) }
        : new JsonObject { ["publishes"] = name, ["every_s"] = HoleExpression.Number(periodS), ["tolerance_s"] = HoleExpression.Number(Math.Max(1, periodS / 100)) };

    private static double Ends(JsonObject expected) =>
        (HoleExpression.NumberOf(expected["from_s"]) ?? 0) + (HoleExpression.NumberOf(expected["within_s"]) ?? 0);

    private static IEnumerable<(int From, int To)> Windows(FilledTemplate template)
    {
        int offset = (int)template.Number("utc_offset_min");
        return (template.Values.GetValueOrDefault("windows") as JsonArray)?.OfType<JsonArray>().Select(w =>
            (Utc((int)HoleExpression.NumberOf(w[0])!.Value, offset), Utc((int)HoleExpression.NumberOf(w[1])!.Value, offset))).Take(1) ?? [];
    }

    private static int Utc(int minute, int offset) => ((minute - offset) % MinutesOfDay + MinutesOfDay) % MinutesOfDay;

    private static bool Open((int From, int To) window, int minute) =>
        window.From == window.To || (window.From < window.To ? minute >= window.From && minute < window.To : minute >= window.From || minute < window.To);

    // The day begins where most of the windows do, so that what they allow is seen to happen.
    private static int StartMinute(IReadOnlyList<FilledTemplate> templates)
    {
        (int From, int To)[] windows = [.. templates.SelectMany(Windows)];
        return windows.Select(w => w.From).OrderByDescending(start => windows.Count(w => Open(w, start))).FirstOrDefault(MinutesOfDay / 2);
    }
}

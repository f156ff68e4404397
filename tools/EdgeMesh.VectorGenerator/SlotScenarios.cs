using System;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.VectorGenerator;

/// <summary>Walks through the changes of a boot record, and trials that begin anywhere on such a walk.</summary>
internal static class SlotScenarios
{
    public static JsonObject Manifests(Draw draw)
    {
        JsonObject manifests = [];
        for (int i = 0; i < 6; i++)
        {
            manifests["m" + i] = Draw.Encoded(draw.Manifest(draw.From(1, 60000), draw.From(1, 9)));
        }

        return manifests;
    }

    public static JsonObject Slots(Draw draw, int count)
    {
        draw.Expect("slots select a", "slots select b", "slots select nothing", "slots broken", "slots begin_trial", "slots confirm", "slots condemn", "slots end_transfer");
        JsonObject manifests = Manifests(draw);
        JsonArray scenarios = [];
        for (int i = 0; i < count; i++)
        {
            BootRecord record = new() { Generation = 1 };
            Walk(draw, record, manifests, draw.From(0, 15), null);
            JsonObject before = ScenarioPlayer.MembersOf(record);
            JsonArray steps = [];
            Walk(draw, record, manifests, draw.From(5, 40), steps);
            scenarios.Add(new JsonObject { ["name"] = draw.NextName(), ["record"] = before, ["steps"] = steps, ["after"] = ScenarioPlayer.MembersOf(record) });
            draw.Steps += steps.Count;
        }

        return new() { ["manifests"] = manifests, ["scenarios"] = scenarios };
    }

    /// <summary>Takes random steps that a device could take; writes them down where <paramref name="steps"/> is given.</summary>
    public static void Walk(Draw draw, BootRecord record, JsonObject manifests, int count, JsonArray? steps)
    {
        string selected = "";
        for (int i = 0; i < count; i++)
        {
            string text = Event(draw, record, selected);
            selected = ScenarioPlayer.Step(record, manifests, text) ?? "";
            JsonObject step = new() { ["event"] = text };
            string kind = text.Split(' ')[0];
            if (kind == "select")
            {
                step["result"] = selected;
                kind += selected == "" ? " nothing" : " " + selected;
            }

            // As a trial leaves its traces between two boots.
            if (steps == null && record.Trial != "" && draw.Percent(20))
            {
                record.Probe = record.Confirmed == "" ? "done" : draw.Of("old", "done");
                record.Faults = draw.Below(3);
                record.Fault = draw.Of("", "ValueError: pin", "OSError: -1");
            }

            if (steps != null)
            {
                steps.Add(step);
                draw.Count("slots " + kind);
            }
        }
    }

    public static JsonObject Trials(Draw draw, int count)
    {
        draw.Expect("trial persist", "trial reboot", "trial send report applying", "trial send report confirmed", "trial send report rolled_back");
        JsonObject manifests = Manifests(draw);
        JsonArray scenarios = [];
        for (int i = 0; i < count; i++)
        {
            BootRecord record = new() { Generation = 1 };
            do
            {
                Walk(draw, record, manifests, draw.From(1, 8), null);
            }
            while (record.Trial == "" && draw.Percent(85));
            record.ReportHeard = record.Report != null && draw.Percent(20);
            JsonObject before = ScenarioPlayer.MembersOf(record);
            JsonArray steps = TrialSteps(draw, record);
            scenarios.Add(new JsonObject { ["name"] = draw.NextName(), ["record"] = before, ["steps"] = steps, ["after"] = ScenarioPlayer.MembersOf(record) });
            draw.Steps += steps.Count;
        }

        return new() { ["scenarios"] = scenarios };
    }

    private static JsonArray TrialSteps(Draw draw, BootRecord record)
    {
        Trial trial = new(record, new TrialOptions(), 0);
        JsonArray steps = [];
        long now = 0;
        bool rebooted = false;
        for (int left = draw.From(3, 25); left > 0 && !rebooted; left--)
        {
            string text = TrialEvent(draw, record);
            now = text == "tick" && trial.DueMs < long.MaxValue && draw.Percent(80)
                ? Math.Max(now, trial.DueMs + draw.Of(0, 0, 0, -1, 1, 5000)) : now + draw.Of(0, 1, 100, 9999, 10000, 300000);
            string[] effects = ScenarioPlayer.Step(trial, record, now, text);
            steps.Add(ReceiverScenarios.Step(now, text, effects, trial.DueMs));
            foreach (string effect in effects)
            {
                string kind = effect.StartsWith("send", StringComparison.Ordinal) ? "send report " + record.Report!.State : effect;
                draw.Count("trial " + kind);
                rebooted |= effect == "reboot" && draw.Percent(80);
            }
        }

        return steps;
    }

    private static string TrialEvent(Draw draw, BootRecord record) => draw.Weighted(
        (20, "running"), (30, "tick"), (18, "online"), (6, "offline"), (5, "report_wanted"),
        (6, "faulted " + draw.Of("ValueError: no pin 7", "", "Fehler: größer als 3", new string('x', draw.From(298, 302)), string.Concat(System.Linq.Enumerable.Repeat("😀", draw.From(140, 310))))),
        (20, record.Report == null ? "tick" : "reported session=" + record.Report.Session + " state=" + record.Report.State),
        (5, "reported session=" + draw.From(1, 9) + " state=" + draw.Of("applying", "confirmed", "rolled_back")));

    private static string Event(Draw draw, BootRecord record, string selected)
    {
        int broken = selected == "" ? 0 : 8;
        string transfer = "begin_transfer session=" + draw.From(1, 99) + " manifest=m" + draw.Below(6) + " chunk_bytes=" + draw.Of(256, 4096, 8192);
        return record.Trial != ""
            ? draw.Weighted((40, "select"), (broken, "broken " + selected), (15, "confirm"), (15, "condemn code=crash_loop reason=" + draw.Of("x", new string('r', 301))))
            : draw.Weighted((30, "select"), (broken, "broken " + selected), (record.Transfer == null ? 40 : 10, transfer), (5, "end_transfer"), (record.Transfer == null ? 0 : 30, "begin_trial"));
    }
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeMesh.Cli.Rendering;

/// <summary>What people are shown of a dry run: what happened when, the figures, what was expected, and the verdict last.</summary>
internal static class BehaviourDisplay
{
    private const int EventsShown = 40;
    private const int BriefEventsShown = 16;
    private const int LinesShown = 20;

    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Faint = new(decoration: Decoration.Dim);

    /// <summary>The whole of it.</summary>
    /// <param name="report">What the program did.</param>
    /// <param name="brief">Whether of readings that come again and again only those are shown that came right before something else.</param>
    internal static IRenderable Of(BehaviourReport report, bool brief = false)
    {
        List<IRenderable> parts = [Timeline(report, brief), Figures(report)];
        if (report.Expectations.Count > 0)
        {
            parts.Add(Marked(report.Expectations.Select(e => (e.Met ? "met" : "not met", e.Met ? Good : Bad, e.Sentence))));
        }

        if (report.Warnings.Count > 0)
        {
            parts.Add(Marked(report.Warnings.Select(w => ("warning", new Style(Color.Yellow), w))));
        }

        if (report.Bytecode is { Agrees: false } bytecode)
        {
            parts.Add(Marked(bytecode.Disagreements.Select(d => ("bytecode", Bad, d))));
        }

        parts.Add(new Text(Printable.Of(report.Verdict) + "\n", report.Ok ? Good : Bad));
        return new Rows(parts);
    }

    private static Table Timeline(BehaviourReport report, bool brief)
    {
        (double AtS, string What)[] all = [.. Events(report).OrderBy(e => e.AtS)];
        (double AtS, string What)[] events = brief ? Brief(all) : all;
        Table table = Plain(3);
        foreach ((double atS, string what) in events.Take(brief ? BriefEventsShown : EventsShown))
        {
            table.AddRow(new Text(Seconds(atS), Faint), new Text("│", Faint), new Text(Printable.Of(what)));
        }

        int left = all.Length - table.Rows.Count;
        if (left > 0)
        {
            table.AddRow(new Text(""), new Text("⋮", Faint), new Text($"{left} more are {(brief ? "shown with --report" : "in the answer with --json")}", Faint));
        }

        return table;
    }

    // A reading says why something else was done right after it; a dozen of them in a row say nothing more than two.
    private static (double AtS, string What)[] Brief((double AtS, string What)[] all)
    {
        bool Again(int i) => i >= 0 && i < all.Length && all[i].What.StartsWith("telemetry", StringComparison.Ordinal);
        return [.. all.Where((_, i) => !Again(i) || !Again(i - 1) || !Again(i + 1))];
    }

    private static IEnumerable<(double AtS, string What)> Events(BehaviourReport report) =>
        report.Pins.SelectMany(pin => pin.Transitions.Select(t => (t[0].GetDouble(), Transition(pin, t))))
            .Concat(report.Publishes.Select(p => (p.AtS, Message(p))))
            .Concat(report.Requests.Select(r => (r.AtS, $"{r.Method} {r.Url}{(r.Status is int status ? $" → {status}" : "")} {r.Body}".TrimEnd())))
            .Concat(report.Output.Select(o => (o.AtS, $"print  {o.Text}")))
            .Concat(report.Exceptions.Select(e => (e.AtS, $"{e.Type}: {e.Message} (line {e.Line}, {e.Where})")));

    private static string Transition(PinTimeline pin, JsonElement t) => pin.Kind switch
    {
        "out" => $"pin {pin.Pin} ▶ {(t[1].GetInt32() == 1 ? "high" : "low")}",
        "in" => $"pin {pin.Pin} ◀ {(t[1].GetInt32() == 1 ? "high" : "low")}",
        "pwm" => $"pin {pin.Pin} ▶ {t[1]} % at {t[2]} Hz",
        "neopixel" => $"pin {pin.Pin} ▶ {t[1]} pixels lit",
        _ => $"pin {pin.Pin} ▶ {t[1]}",
    };

    private static string Message(PublishedMessage p) =>
        $"{p.Kind}  {(p.Topic is null ? "" : p.Topic + " ")}{p.Payload ?? p.Values?.ToString()}{(p.Sent ? "" : "  (not sent: no network)")}";

    private static Table Figures(BehaviourReport report)
    {
        Table table = Plain(2);
        void Add(string name, string value) => table.AddRow(new Text(name, Faint), new Text(value));
        Add("ended", $"{report.Ended} after {Seconds(report.DurationS)}{(report.Boots > 1 ? $", {report.Boots} boots" : "")}");
        if (report.Loop.Count > 1)
        {
            Add("loop()", Text($"{report.Loop.Count} times, every {report.Loop.PeriodSMedian} s, at most {report.Loop.PeriodSMax} s"));
        }

        Add("sleeps", Text($"{report.Sleeps.Count}, {report.Sleeps.TotalS} s in all, the longest {report.Sleeps.LongestS} s"));
        Add("memory", $"{Tables.Size(report.HeapPeakBytes)} at most");
        IEnumerable<int> missed = report.Coverage.Missed.Take(LinesShown);
        Add("lines run", $"{report.Coverage.LinesRun} of {report.Coverage.LinesTotal}"
            + (report.Coverage.Missed.Count == 0 ? "" : $"; not {string.Join(", ", missed)}{(report.Coverage.Missed.Count > LinesShown ? ", …" : "")}"));
        return table;
    }

    private static Table Marked(IEnumerable<(string Mark, Style Style, string Sentence)> rows)
    {
        Table table = Plain(2);
        foreach ((string mark, Style style, string sentence) in rows)
        {
            table.AddRow(new Text(mark, style), new Text(Printable.Of(sentence)));
        }

        return table;
    }

    private static Table Plain(int columns)
    {
        Table table = new Table().Border(TableBorder.None).HideHeaders();
        for (int i = 0; i < columns; i++)
        {
            table.AddColumn(new TableColumn("").Padding(0, 0, 2, 0));
        }

        return table;
    }

    private static string Seconds(double seconds) => Text($"{seconds:0.###} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

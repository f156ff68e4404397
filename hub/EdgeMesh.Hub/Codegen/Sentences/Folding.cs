using System;
using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Folds neighbouring items into one: "every" and "30 s" into a period, "above" and "28 °C" into a threshold, and so on.</summary>
internal static partial class Folding
{
    private delegate (Item Folded, int Taken)? Rule(List<Item> items, int at);

    private static readonly Rule[][] Passes =
    [
        [RolePin, PinRole, Address],
        [OnOff, Setting, Times, Every, Frequency, Rate, AmountRate, WindowOf, Between, FromTo, NamedWindow, Hysteresis, AmountHysteresis],
        [Postfix, Threshold, AtLimit, ClockWords, For, After, AmountAfter],
    ];

    internal static List<Item> Fold(List<Item> items)
    {
        foreach (Rule[] pass in Passes)
        {
            List<Item> folded = [];
            int at = 0;
            while (at < items.Count)
            {
                (Item Folded, int Taken)? found = null;
                foreach (Rule rule in pass)
                {
                    if ((found = rule(items, at)) is not null)
                    {
                        break;
                    }
                }

                folded.Add(found?.Folded ?? items[at]);
                at += found?.Taken ?? 1;
            }

            items = folded;
        }

        return items;
    }

    private static Item? Peek(List<Item> items, int at) => at >= 0 && at < items.Count ? items[at] : null;

    private static bool Is(List<Item> items, int at, params ReadOnlySpan<string> classes) => Peek(items, at) is { } item && classes.Contains(item.Class);

    // trigger 5, echo on pin 18, SDA = 21.
    private static (Item, int)? RolePin(List<Item> items, int at)
    {
        if (!Is(items, at, "role"))
        {
            return null;
        }

        int next = at + 1;
        while (Is(items, next, "onword", "at", "to", "equals", "pin") || (Peek(items, next) is { Class: "stop", Text: ":" }))
        {
            next++;
        }

        bool bare = Is(items, next, "number") && items[next].Value is >= 0 and < 100 && items[next].Value == Math.Floor(items[next].Value);
        return bare || Is(items, next, "pinno")
            ? (new Item("rolepin", items[at].Id, $"{items[at].Text} {items[next].Text}", items[next].Value), next - at + 1)
            : null;
    }

    // pin 21 as SDA, GPIO 5 (trigger).
    private static (Item, int)? PinRole(List<Item> items, int at)
    {
        if (!Is(items, at, "pinno"))
        {
            return null;
        }

        int next = at + 1;
        while (Is(items, next, "for", "to", "equals"))
        {
            next++;
        }

        return Is(items, next, "role") && RolePin(items, next) is null
            ? (new Item("rolepin", items[next].Id, $"{items[next].Text} {items[at].Text}", items[at].Value), next - at + 1)
            : null;
    }

    private static (Item, int)? Address(List<Item> items, int at) =>
        Is(items, at, "address") && Is(items, at + 1, "number") ? (new Item("setting", "address", items[at + 1].Text, items[at + 1].Value), 2) : null;

    // twice a minute, 3 times per hour.
    private static (Item, int)? Times(List<Item> items, int at)
    {
        bool word = Is(items, at, "times");
        if (!word && !(Is(items, at, "number") && Is(items, at + 1, "timesword")))
        {
            return null;
        }

        int next = at + (word ? 1 : 2);
        next += Is(items, next, "every") ? 1 : 0;
        double times = word ? double.Parse(items[at].Id, System.Globalization.CultureInfo.InvariantCulture) : items[at].Value;
        return Peek(items, next) is { IsTime: true } time && times > 0 ? (Period(time.Value / times, items, at, next), next - at + 1) : null;
    }

    private static (Item, int)? Every(List<Item> items, int at)
    {
        if (Is(items, at, "periodword"))
        {
            return (Period(double.Parse(items[at].Id, System.Globalization.CultureInfo.InvariantCulture), items, at, at), 1);
        }

        if (!Is(items, at, "every"))
        {
            return null;
        }

        // "every" before a bare number leaves the unit open.
        return Peek(items, at + 1) switch
        {
            { IsTime: true } time => (Period(time.Value, items, at, at + 1), 2),
            { Class: "number" } => (new Item("period", "no_unit", $"every {items[at + 1].Text}", items[at + 1].Value), 2),
            _ => null,
        };
    }

    private static (Item, int)? Frequency(List<Item> items, int at) =>
        Peek(items, at) is { Class: "measure", Dimension: "frequency" } hz ? (Period(hz.Value == 0 ? 0 : 1 / hz.Value, items, at, at) with { Id = "frequency" }, 1) : null;

    private static (Item, int)? Rate(List<Item> items, int at) =>
        Is(items, at, "rate") && Peek(items, Skip(items, at + 1)) is { } next && (next.IsTime || (next.Class == "measure" && next.Dimension == "frequency"))
            ? (Period(next.IsTime ? next.Value : 1 / next.Value, items, at, Skip(items, at + 1)), Skip(items, at + 1) - at + 1)
            : null;

    private static (Item, int)? AmountRate(List<Item> items, int at) =>
        Peek(items, at) is { IsTime: true } time && Is(items, at + 1, "rate") ? (Period(time.Value, items, at, at + 1), 2) : null;

    private static int Skip(List<Item> items, int at) => Is(items, at, "equals", "at", "onword") || Peek(items, at) is { Class: "stop", Text: ":" } ? at + 1 : at;

    private static Item Period(double seconds, List<Item> items, int from, int to) => new("period", "", Words(items, from, to), seconds);

    private static string Words(List<Item> items, int from, int to)
    {
        string words = items[from].Text;
        for (int i = from + 1; i <= to; i++)
        {
            words += " " + items[i].Text;
        }

        return words;
    }

    // between 22:00 and 6:00; from 7 am to 9 pm; 22:00 - 06:00.
    private static (Item, int)? WindowOf(List<Item> items, int at)
    {
        int first = Is(items, at, "between", "from", "for", "outside") ? at + 1 : at;
        if (!Is(items, first, "clock") || !Is(items, first + 1, "and", "to", "dash", "until") || !Is(items, first + 2, "clock") || (first == at && Is(items, first + 1, "and")))
        {
            return null;
        }

        bool outside = Is(items, at, "outside");
        Item from = items[outside ? first + 2 : first], to = items[outside ? first : first + 2];
        return (new Item("window", "", Words(items, at, first + 2), from.Value) { Value2 = to.Value }, first + 3 - at);
    }

    private static (Item, int)? NamedWindow(List<Item> items, int at) => Peek(items, at)?.Class switch
    {
        "night" => (Named("night", items[at], 1320, 360), 1),
        "day" => (Named("day", items[at], 360, 1320), 1),
        "morning" => (Named("morning", items[at], 360, 720), 1),
        "afternoon" => (Named("afternoon", items[at], 720, 1080), 1),
        "evening" => (Named("evening", items[at], 1080, 1320), 1),
        _ => null,
    };

    private static Item Named(string name, Item item, double from, double to) => new("window", name, item.Text, from) { Value2 = to };

    // between 20 and 24 °C; outside 30-60 %.
    private static (Item, int)? Between(List<Item> items, int at) =>
        Is(items, at, "between", "outside") && Peek(items, at + 1) is { IsAmount: true } low && Is(items, at + 2, "and", "to", "dash") && Peek(items, at + 3) is { IsAmount: true } high
            ? (Band(items[at].Class, low, high, Words(items, at, at + 3)), 4)
            : Is(items, at, "between", "outside") && Peek(items, at + 1) is { IsAmount: true } from && Peek(items, at + 2) is { IsAmount: true, Value: < 0 } glued
                ? (Band(items[at].Class, from, glued with { Value = -glued.Value }, Words(items, at, at + 2)), 3)
                : null;

    // from 20 to 24 °C; 20 to 24 °C.
    private static (Item, int)? FromTo(List<Item> items, int at)
    {
        int first = Is(items, at, "from") ? at + 1 : at;
        return Peek(items, first) is { IsAmount: true } low && Is(items, first + 1, "to", "dash") && Peek(items, first + 2) is { IsAmount: true } high && (high.Dimension.Length > 0 || first > at) && (low.Dimension == high.Dimension || low.Dimension == "")
            ? (Band("between", low, high, Words(items, at, first + 2)), first + 3 - at)
            : null;
    }

    private static Item Band(string id, Item low, Item high, string text)
    {
        Item unit = high.Dimension.Length > 0 ? high : low;
        double scaled = low.Dimension == "" && unit.Unit == "°C" && unit.Text.Contains('f', StringComparison.Ordinal) ? Units.Find("f")!.Convert(low.Value) : low.Value;
        return new Item("band", id, text, scaled) { Value2 = high.Value, Dimension = unit.Dimension, Unit = unit.Unit };
    }

    private static (Item, int)? Hysteresis(List<Item> items, int at) =>
        Is(items, at, "hysteresis") && Peek(items, Skip(items, at + 1)) is { IsAmount: true } amount
            ? (Span(amount, Words(items, at, Skip(items, at + 1))), Skip(items, at + 1) - at + 1)
            : null;

    private static (Item, int)? AmountHysteresis(List<Item> items, int at) =>
        Peek(items, at) is { IsAmount: true } amount && Is(items, at + 1, "hysteresis") && Peek(items, at + 2) is not { IsAmount: true } ? (Span(amount, Words(items, at, at + 1)), 2) : null;

    // A span of °F is smaller by the factor alone.
    private static Item Span(Item amount, string text) => new("hyst", "", text, amount.Text.EndsWith('f') || amount.Text.EndsWith("fahrenheit", StringComparison.Ordinal) ? Math.Round(Math.Abs(amount.Value + (32 * 5.0 / 9)), 6) : Math.Abs(amount.Value));

    // 28 degrees or more.
    private static (Item, int)? Postfix(List<Item> items, int at)
    {
        int op = Is(items, at + 1, "or") ? at + 2 : at + 1;
        return Peek(items, at) is { IsAmount: true, IsTime: false } amount && Is(items, op, "above", "below") && Peek(items, op + 1) is not { IsAmount: true } && !Is(items, at - 1, "above", "below") && !items[op].Text.EndsWith(" than", StringComparison.Ordinal)
            ? (Limit(items[op], amount, Words(items, at, op)), op - at + 1)
            : null;
    }

    private static (Item, int)? Threshold(List<Item> items, int at)
    {
        int next = Is(items, at + 1, "and", "or") && Is(items, at + 2, "equals") ? at + 3 : at + 1;
        return Is(items, at, "above", "below") && Peek(items, next) is { IsAmount: true, IsTime: false } amount
            ? (Limit(items[at], amount, Words(items, at, next)), next - at + 1)
            : null;
    }

    // on at 28 °C, off at 60 %; a percentage with "on" is a brightness.
    private static (Item, int)? AtLimit(List<Item> items, int at) =>
        Is(items, at, "at") && Is(items, Is(items, at - 1, "it") ? at - 2 : at - 1, "on", "off") && Peek(items, at + 1) is { Class: "measure", Dimension: "temperature" or "degrees" or "pressure" or "length" or "voltage" or "percent" } amount
        && !(amount.Dimension == "percent" && Is(items, at - 1, "on"))
            ? (new Item("threshold", "at", Words(items, at, at + 1), amount.Value) { Dimension = amount.Dimension, Unit = amount.Unit }, 2)
            : null;

    // The word may name the quantity: warmer than.
    private static Item Limit(Item op, Item amount, string text) => new("threshold", op.Class, text, amount.Value)
    {
        Dimension = amount.Dimension.Length > 0 ? amount.Dimension : op.Id == op.Class ? "" : "said:" + op.Id,
        Unit = amount.Unit,
    };

    private static (Item, int)? ClockWords(List<Item> items, int at)
    {
        if (!Is(items, at + 1, "clock"))
        {
            return null;
        }

        Item clock = items[at + 1];
        string words = Words(items, at, at + 1);
        return items[at].Class switch
        {
            "at" or "every" => (new Item("at_time", "", words, clock.Value), 2),
            "until" or "to" => (new Item("until_time", "", words, clock.Value), 2),
            "after" or "from" => (new Item("window", "", words, clock.Value) { Value2 = 1440 }, 2),
            "before" => (new Item("window", "", words, 0) { Value2 = clock.Value }, 2),
            _ => null,
        };
    }

    private static (Item, int)? For(List<Item> items, int at)
    {
        int next = Is(items, at + 1, "above", "below") ? at + 2 : at + 1;
        return Is(items, at, "below", "above") && Peek(items, at + 1) is { IsTime: true } most ? (new Item("duration", "", Words(items, at, at + 1), most.Value), 2)
            : Is(items, at, "for") && Peek(items, next) is { IsTime: true } time ? (new Item("duration", "", Words(items, at, next), time.Value), next - at + 1)
            : Is(items, at, "until") && Peek(items, at + 1) is { IsTime: true } until ? (new Item("duration", "", Words(items, at, at + 1), until.Value), 2)
            : null;
    }

    private static (Item, int)? After(List<Item> items, int at) =>
        Is(items, at, "after") && Peek(items, at + 1) is { IsTime: true } time ? (new Item("delay", "", Words(items, at, at + 1), time.Value), 2) : null;

    private static (Item, int)? AmountAfter(List<Item> items, int at) =>
        Peek(items, at) is { IsTime: true } still && Is(items, at + 1, "nomotion") && !Is(items, at - 1, "after", "for", "until") ? (new Item("delay", "after", Words(items, at, at + 1), still.Value), 2) :
        Peek(items, at) is { IsTime: true } time && Is(items, at + 1, "after") ? (new Item("delay", "after", Words(items, at, at + 1), time.Value), 2) : null;
}

using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Numbers with a name: "800 imp/kWh", "empty at 120 cm", "steps of 5", "12 pixels".
internal static partial class Folding
{
    // empty 120 cm; full at 20 cm; 2.8 V when dry; pause 10 minutes; 800 imp/kWh.
    private static (Item, int)? Setting(List<Item> items, int at)
    {
        if (Parameter(Peek(items, at)) is { } named)
        {
            int next = at + 1;
            while (Is(items, next, "at", "equals", "onword") || Peek(items, next) is { Class: "stop", Text: ":" })
            {
                next++;
            }

            return Peek(items, next) is { IsAmount: true } amount && Fits(named, amount) ? (Named(named, items, amount, at, next), next - at + 1) : null;
        }

        if (Peek(items, at) is not { IsAmount: true } first)
        {
            return null;
        }

        if (first.Dimension == "pixels" || (first.Class == "number" && Peek(items, at + 1) is { Class: "actuator", Id: "neopixel" }))
        {
            return (Named("count", items, first, at, at), 1);
        }

        int word = at + 1;
        while (Is(items, word, "when", "for", "equals", "at"))
        {
            word++;
        }

        bool alone = Parameter(Peek(items, word)) is { } behind && Fits(behind, first) && !(Peek(items, word + 1) is { IsAmount: true } other && Fits(behind, other));
        return alone && !Is(items, at - 1, "above", "below", "between") ? (Named(Parameter(items[word])!, items, first, at, word), word - at + 1) : null;
    }

    private static Item Named(string parameter, List<Item> items, Item amount, int from, int to) => new("setting", parameter, Words(items, from, to), amount.Value);

    private static string? Parameter(Item? item) => item switch
    {
        { Class: "setting" } when double.IsNaN(item.Value) => item.Id,
        { Class: "toolow", Id: "level", Text: "empty" } => "empty_cm",
        { Class: "toohigh", Id: "level", Text: "full" } => "full_cm",
        { Class: "toolow", Id: "moisture", Text: "dry" } => "dry_v",
        _ => null,
    };

    // A parameter's unit is the last part of its name.
    private static bool Fits(string parameter, Item amount) => parameter[(parameter.LastIndexOf('_') + 1)..] switch
    {
        "cm" => amount.Dimension == "length",
        "v" => amount.Dimension == "voltage",
        "percent" => amount.Dimension == "percent",
        "s" or "ms" => amount.IsTime,
        _ => amount.Class == "number",
    };

    // 200 ms on, 800 ms off; on for 10 s, off for 20 s.
    private static (Item, int)? OnOff(List<Item> items, int at)
    {
        int next = at;
        if (Phase(items, ref next, "on") is not { } on)
        {
            return null;
        }

        while (Is(items, next, "comma", "and", "then"))
        {
            next++;
        }

        return Phase(items, ref next, "off") is { } off ? (new Item("onoff", "", Words(items, at, next - 1), on) { Value2 = off }, next - at) : null;
    }

    private static double? Phase(List<Item> items, ref int at, string state)
    {
        bool first = Is(items, at, state);
        int next = first ? at + 1 : at;
        next += Is(items, next, "for") ? 1 : 0;
        if (Peek(items, next) is not { IsTime: true } time || (!first && !Is(items, next + 1, state)))
        {
            return null;
        }

        at = first ? next + 1 : next + 2;
        return time.Value;
    }
}

using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A part of a sentence, and the items in it by what they are.</summary>
internal sealed class Clause
{
    private static readonly string[] Breaks = ["stop", "comma", "and", "or", "but", "then"];
    private static readonly string[] Actions = ["on", "off", "toggle", "blink", "dim", "sweep", "move", "keep", "effect", "onoff"];
    private static readonly string[] Events = ["motion", "nomotion", "pressed", "held", "released", "open", "close", "turned", "toohigh", "toolow"];

    internal List<(Item Item, Entity? Entity)> Parts { get; } = [];

    /// <summary>What stands between the clause before and this one: and, or, comma, stop, then, but; empty for the first.</summary>
    internal string Joint { get; private set; } = "";

    internal string Text => string.Join(' ', Parts.Select(p => p.Item.Text));

    internal bool Has(params string[] classes) => Parts.Any(p => classes.Contains(p.Item.Class));

    internal Item? First(string wanted) => Parts.Select(p => p.Item).FirstOrDefault(i => i.Class == wanted);

    internal bool HasAction => Parts.Any(p => IsAction(p.Item, p.Entity, this));

    internal bool HasTrigger => Parts.Any(p => IsTrigger(p.Item));

    internal IEnumerable<Entity> Actuators => Parts.Where(p => p.Entity is { Sensor: false }).Select(p => p.Entity!).Distinct();

    internal IEnumerable<Entity> Sensors => Parts.Where(p => p.Entity is { Sensor: true }).Select(p => p.Entity!).Distinct();

    internal static bool IsTrigger(Item item) => item.Class is "threshold" or "band" || Events.Contains(item.Class);

    // To open is an action of a valve and an event of a door.
    internal static bool IsAction(Item item, Entity? entity, Clause clause) =>
        Actions.Contains(item.Class) || item.Class == "switch" || (item is { Class: "measure", Dimension: "percent" } && clause.Actuators.Any(a => a.Kind is "led" or "light") && !clause.HasTrigger && !clause.Has("read", "publish"))
        || (item.Class == "colour" && clause.Actuators.Any(a => a.Kind == "neopixel")) || (item.Class is "open" or "close" && clause.OpensSomething);

    private bool NoContact { get; init; }

    private bool OpensSomething => NoContact || Actuators.Any(a => a.Kind is "valve" or "servo" or "relay" or "motor" or "output") && !Sensors.Any(s => s.Kind is "contact");

    /// <summary>Cuts items into clauses: at signs, at "and" and its like, and before a second action.</summary>
    internal static List<Clause> Split(List<Item> items, EntityTable entities)
    {
        List<Clause> clauses = [];
        bool noContact = !entities.Entities.Any(e => e.Kind == "contact");
        Clause current = new() { NoContact = noContact };
        string joint = "";
        void Close(string next)
        {
            if (current.Parts.Count > 0)
            {
                current.Joint = joint;
                clauses.Add(current);
                current = new Clause { NoContact = noContact };
                joint = next;
            }
            else
            {
                joint = joint is "stop" or "or" ? joint : next;
            }
        }

        for (int i = 0; i < items.Count; i++)
        {
            Item item = items[i];
            if (Breaks.Contains(item.Class))
            {
                if (item.Text != ":")
                {
                    Close(item.Class);
                }

                continue;
            }

            bool second = item.Class is "on" or "off" or "toggle" && current.Has("on", "off", "toggle") && current.Parts.Any(p => IsTrigger(p.Item));
            bool afterReading = item.Class is "switch" or "on" or "toggle" or "blink" && current.Has("read", "publish", "period") && current.Sensors.Any() && !current.HasTrigger;
            if (second || afterReading)
            {
                Close("and");
            }

            current.Parts.Add((item, entities.At(i)));
        }

        Close("");
        return clauses;
    }
}

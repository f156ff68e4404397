using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Finds the devices of a request and gives them their pins.</summary>
internal sealed partial class EntityTable
{
    private readonly List<Item> _items;
    private readonly Dictionary<int, Entity> _at = [];
    private readonly List<string> _roles = [];
    private readonly Queue<(Item Item, int At)> _ahead = new();

    private EntityTable(List<Item> items) => _items = items;

    /// <summary>All devices, in the order of their first mention.</summary>
    internal List<Entity> Entities { get; } = [];

    /// <summary>Pins with which nothing was named.</summary>
    internal List<Item> Orphans { get; } = [];

    /// <summary>The device that an item names; null for other items.</summary>
    internal Entity? At(int index) => _at.GetValueOrDefault(index);

    internal static EntityTable Of(List<Item> items)
    {
        EntityTable table = new(items);
        for (int i = 0; i < items.Count; i++)
        {
            table.Take(i);
        }

        table.Finish();
        return table;
    }

    private void Take(int i)
    {
        Item item = _items[i];
        switch (item.Class)
        {
            case "sensor" or "actuator":
                Mention(i);
                break;
            case "pinno":
                Attach(i);
                break;
            case "rolepin":
                AttachRole(i);
                break;
            case "role":
                _roles.Add(item.Id);
                break;
            case "stop" when item.Text != ":":
                // A pin waits for its device no longer than its sentence.
                while (_ahead.Count > 0)
                {
                    Nameless(_ahead.Dequeue());
                }

                break;
            case "activelow":
                if ((PreviousDevice(i) ?? Entities.LastOrDefault()) is { } inverted)
                {
                    inverted.ActiveLow = true;
                }

                break;
        }
    }

    private void Mention(int i)
    {
        Item item = _items[i];
        bool sensor = item.Class == "sensor";
        Entity? entity = Neighbour(i, item, sensor) ?? Known(i, item, sensor);
        if (entity is null)
        {
            entity = new Entity(item.Id, sensor, item.Text);
            Entities.Add(entity);
        }

        _at[i] = entity;
        while (_ahead.Count > 0 && entity.NeedsPin && !PinFollows(i))
        {
            Give(entity, (int)Math.Clamp(_ahead.Dequeue().Item.Value, -1, 999));
        }
    }

    // "fan relay" is one thing; so is "DHT22 temperature sensor".
    private Entity? Neighbour(int i, Item item, bool sensor)
    {
        if (i == 0 || !_at.TryGetValue(i - 1, out Entity? before) || before.Sensor != sensor)
        {
            return null;
        }

        if (!sensor)
        {
            bool compound = before.IsCarrier != (item.Id is "relay" or "output" or "plug");
            if (compound)
            {
                before.Load = before.IsCarrier ? item.Id : before.Kind;
                before.Kind = before.IsCarrier ? item.Id is "servo" or "neopixel" ? before.Kind : "relay" : before.Kind is "servo" or "neopixel" ? before.Kind : "relay";
                before.Label += " " + item.Text;
                return before;
            }

            // "alarm LED on pin 2": the last word is the thing, those before say which.
            if (before.Kind != item.Id && !before.HasPin && PinFollows(i) && Entities[^1] == before)
            {
                (before.Kind, before.Label) = (item.Id, before.Label + " " + item.Text);
            }

            return before.Kind == item.Id ? before : null;
        }

        // "pulses of the energy meter"
        if (before.Kind == "counter" && item.Id == "energy_meter" && !before.HasPin)
        {
            (before.Kind, before.Label) = (item.Id, item.Text);
            return before;
        }

        if (item.Id is "sensor" || (item.Id is "counter" && before.Kind is "energy_meter") || (item.Id is "thermometer" && before.Quantities.Contains("temperature")) || (item.Id is "analog" && before.Kind is not "sensor") || before.Kind == item.Id)
        {
            return before;
        }

        if (before.IsGeneric || before.Kind is "analog")
        {
            before.Kind = item.Id;
            before.Label = item.Text;
            return before;
        }

        return null;
    }

    private Entity? Known(int i, Item item, bool sensor)
    {
        int? own = PinAfter(i);
        bool Fits(Entity e) => e.Sensor == sensor && (own is null || !e.HasPin || e.Uses(own.Value) || e.NeedsPin);
        Entity? same = Entities.LastOrDefault(e => e.Kind == item.Id && Fits(e));
        if (same is not null)
        {
            return same;
        }

        if (!sensor)
        {
            return null;
        }

        return item.Id switch
        {
            "sensor" => Entities.LastOrDefault(e => e.Sensor && Fits(e)),
            "thermometer" => Entities.LastOrDefault(e => Fits(e) && e.Quantities.Contains(Stated(item.Text))),
            "analog" => null,
            _ => Entities.LastOrDefault(e => Fits(e) && e.IsGeneric && !e.Read && Upgrade(e, item)),
        };
    }

    private static string Stated(string text) => text.Contains("humid", StringComparison.Ordinal) && !text.Contains("temp", StringComparison.Ordinal) ? "humidity" : text.Contains("baro", StringComparison.Ordinal) || text.Contains("pressure", StringComparison.Ordinal) ? "pressure" : "temperature";

    private static bool Upgrade(Entity generic, Item item)
    {
        generic.Kind = item.Id;
        generic.Label = item.Text;
        return true;
    }

    private bool PinFollows(int i) => PinAfter(i) is not null;

    // "relay on pin 26": the pin right behind a device.
    private int? PinAfter(int i)
    {
        for (int next = i + 1; next < _items.Count && next <= i + 3; next++)
        {
            if (_items[next].Class is "pinno")
            {
                return (int)Math.Clamp(_items[next].Value, -1, 999);
            }

            if (_items[next].Class is not ("at" or "to" or "onword" or "equals" or "pin" or "role" or "sensor" or "actuator") && !(_items[next].Class == "stop" && _items[next].Text == ":"))
            {
                return null;
            }
        }

        return null;
    }

    private Entity? PreviousDevice(int i)
    {
        for (int k = i - 1; k >= 0 && !(_items[k].Class == "stop" && _items[k].Text != ":"); k--)
        {
            if (_at.TryGetValue(k, out Entity? entity))
            {
                return entity;
            }
        }

        return null;
    }
}

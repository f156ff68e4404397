using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Finds the devices of a request and gives them their pins.</summary>
internal sealed class EntityTable
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

            return before.Kind == item.Id ? before : null;
        }

        if (item.Id is "sensor" || (item.Id is "thermometer" && before.Quantities.Contains("temperature")) || (item.Id is "analog" && before.Kind is not "sensor") || before.Kind == item.Id)
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

    private void Attach(int i)
    {
        Entity? before = PreviousDevice(i);
        int pin = (int)Math.Clamp(_items[i].Value == Math.Floor(_items[i].Value) ? _items[i].Value : -1, -1, 999);
        if (before is not null && before.Uses(pin) && !NextIsDevice(i))
        {
            return;
        }

        if (before is not null && before.NeedsPin && (_ahead.Count == 0 || BehindDevice(i)) && !(BeginsClause(i) && NextIsDevice(i)))
        {
            Give(before, pin);
        }
        else if (before is not null && i > 0 && ListedBefore(i) && before.Roles.Length == 0 && !NextIsDevice(i))
        {
            Entity twin = new(before.Kind, before.Sensor, before.Label);
            Give(twin, pin);
            Entities.Add(twin);
            before.Twins.Add(twin);
        }
        else if (Entities.FirstOrDefault(e => e.Uses(pin)) is { } user && !NextIsDevice(i))
        {
            _at[i] = user;
        }
        else
        {
            _ahead.Enqueue((_items[i], i));
        }
    }

    private bool BehindDevice(int i)
    {
        int k = i - 1;
        while (k >= 0 && (_items[k].Class is "at" or "to" or "onword" or "equals" or "pin" or "role"))
        {
            k--;
        }

        return k >= 0 && _items[k].Class is "sensor" or "actuator";
    }

    private bool ListedBefore(int i) => _items[i - 1].Class == "pinno" || (i > 1 && _items[i - 1].Class is "and" or "comma" && _items[i - 2].Class == "pinno");

    private bool BeginsClause(int i)
    {
        int k = i - 1;
        while (k >= 0 && _items[k].Class is "at" or "onword" or "for" or "unknown")
        {
            k--;
        }

        return k < 0 || _items[k].Class is "comma" or "and" or "stop" or "then" or "but";
    }

    private bool NextIsDevice(int i)
    {
        int k = i + 1;
        while (k < _items.Count && _items[k].Class is "for" or "to" or "equals" or "at" or "read" or "onword" or "unknown" || (k < _items.Count && _items[k].Class == "stop" && _items[k].Text == ":"))
        {
            k++;
        }

        return k < _items.Count && _items[k].Class is "sensor" or "actuator";
    }

    private void Give(Entity entity, int pin)
    {
        int given = entity.Loose.Count + entity.Pins.Count;
        if (entity.Roles.Length > 0 && _roles.Count(entity.Roles.Contains) >= entity.Roles.Length)
        {
            entity.Pins[_roles.Where(entity.Roles.Contains).ElementAt(Math.Min(given, entity.Roles.Length - 1))] = pin;
        }
        else
        {
            entity.Loose.Add(pin);
        }
    }

    private void AttachRole(int i)
    {
        string role = _items[i].Id;
        int pin = (int)Math.Clamp(_items[i].Value, -1, 999);
        Entity? owner = Entities.LastOrDefault(e => e.Roles.Contains(role) && !e.Pins.ContainsKey(role));
        if (owner is not null)
        {
            owner.Pins[role] = pin;
        }
        else if (role is "data" or "output" && PreviousDevice(i) is { NeedsPin: true } before)
        {
            Give(before, pin);
        }
        else if (role is "data" or "output")
        {
            _ahead.Enqueue((_items[i], i));
        }
        else
        {
            _later.Add((role, pin));
        }
    }

    private readonly List<(string Role, int Pin)> _later = [];

    private void Nameless((Item Item, int At) pin)
    {
        // "turn on pin 26": whatever is there is an output.
        bool trigger = false, action = false;
        for (int k = pin.At - 1; k >= 0 && k >= pin.At - 4; k--)
        {
            trigger |= _items[k].Class is "when" && !action;
            action |= _items[k].Class is "on" or "off" or "toggle" or "switch" or "blink" or "dim";
        }

        if (pin.At + 1 < _items.Count && _items[pin.At + 1].Class is "on" or "off" or "toggle" or "blink" or "onword")
        {
            action |= !trigger;
        }

        if (!action || trigger)
        {
            Orphans.Add(pin.Item);
            return;
        }

        Entity output = new("output", false, "output");
        Give(output, (int)Math.Clamp(pin.Item.Value, -1, 999));
        Entities.Add(output);
        _at[pin.At] = output;
    }

    private void Finish()
    {
        while (_ahead.Count > 0)
        {
            Nameless(_ahead.Dequeue());
        }

        foreach ((string role, int pin) in _later)
        {
            Entities.FirstOrDefault(e => e.Roles.Contains(role) && !e.Pins.ContainsKey(role))?.Pins.Add(role, pin);
        }

        Unite();
    }

    // A fan without a pin, and one relay with one: the fan hangs on the relay. And the other way about.
    private void Unite()
    {
        foreach (Entity bare in Entities.Where(e => !e.Sensor && !e.HasPin).ToArray())
        {
            Entity[] pinned = [.. Entities.Where(e => !e.Sensor && e.HasPin && (e.IsCarrier || bare.IsCarrier || bare.Kind == e.Kind || (bare.Kind is "light" && e.Kind is "led") || (bare.Kind is "led" && e.Kind is "light") || (bare.Kind is "alarm" && e.Kind is "buzzer") || (bare.Kind is "buzzer" && e.Kind is "alarm")) && bare.Kind is not ("servo" or "neopixel"))];
            if (pinned.Length != 1)
            {
                continue;
            }

            foreach (int key in _at.Where(p => p.Value == bare).Select(p => p.Key).ToArray())
            {
                _at[key] = pinned[0];
            }

            pinned[0].Load = pinned[0].IsCarrier && !bare.IsCarrier ? bare.Kind : pinned[0].Load;
            Entities.Remove(bare);
        }

        foreach (Entity generic in Entities.Where(e => e.IsGeneric).ToArray())
        {
            Entity[] others = [.. Entities.Where(e => e.Sensor && !e.IsGeneric && (!e.HasPin || !generic.HasPin) && e.Quantities.Intersect(generic.Quantities).Any())];
            if (others.Length != 1)
            {
                continue;
            }

            others[0].Loose.AddRange(generic.Loose);
            foreach (int key in _at.Where(p => p.Value == generic).Select(p => p.Key).ToArray())
            {
                _at[key] = others[0];
            }

            Entities.Remove(generic);
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

// Which pin is whose.
internal sealed partial class EntityTable
{
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

using System;
using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Settles what small words are: "on" a preposition or an action, "open" an event or an action, a bare number a pin.</summary>
internal static class Particles
{
    internal static List<Item> Settle(List<Item> items, List<string> assumed)
    {
        List<Item> settled = [];
        for (int i = 0; i < items.Count; i++)
        {
            Item item = items[i];
            Item? next = i + 1 < items.Count ? items[i + 1] : null, last = settled.Count > 0 ? settled[^1] : null;
            switch (item.Class)
            {
                case "onword":
                    i += On(items, i, settled, assumed) ? 1 : 0;
                    break;
                case "publish" when item.Text == "push" && items.Exists(s => s is { Class: "sensor", Id: "button" }) && next?.Class is not ("quantity" or "sensor" or "it"):
                    settled.Add(item with { Class = "pressed", Id = "pressed" });
                    break;
                case "number" when last?.Class is "sensor" or "actuator" && item.Value is >= 1 and <= 9 && next is not null && (next.Class == "pinno" || ((next.Class is "onword" or "at" || next is { Class: "stop", Text: ":" }) && i + 2 < items.Count && items[i + 2].Class == "pinno")):
                    // "relay 1 on pin 26": the pin tells it from the others.
                    break;
                case "colour" when next is { Class: "actuator", Id: "led" or "light" or "alarm" or "buzzer" }:
                    // "the red LED" is red by itself.
                    break;
                case "read" or "publish" when next?.Class is "above" or "below" || (next?.Class is "quantity" && i + 2 < items.Count && items[i + 2].Class is "above" or "below" && settled.Exists(s => s.Class == "when")):
                    // "the sensor shows more than 28": what it shows is meant, and nothing to be done.
                    break;
                case "at" when next is { Class: "number" } && last?.Class is "sensor" && IsPin(next):
                    settled.Add(Pin(next, "at", assumed));
                    i++;
                    break;
                case "on" when next is { Class: "pinno" or "rolepin" or "pin" } && item.Text is "is on" or "be on" or "put on" or "goes on" or "go on" or "comes on" or "come on" or "runs" or "run":
                    break;
                case "on" when item.Text == "put on" && next is null:
                    settled.Add(item);
                    break;
                case "actuator" when item.Text is "light" && next is { Class: "actuator" } && last?.Class is null or "comma" or "stop" or "and" or "then" or "pressed" or "motion" or "held" or "but":
                    settled.Add(new Item("on", "on", item.Text));
                    break;
                case "switch" when item.Text == "power" && (last?.Class is "publish" or "only" or "quantity" || (last?.Class is "and" or "comma" && settled.Count > 1 && settled[^2].Class is "quantity" or "publish")) && next?.Class is not ("actuator" or "on" or "off" or "onword" or "it"):
                    settled.Add(new Item("quantity", "power", item.Text));
                    break;
                case "sensor" when item.Text is "pulse" && next is { Class: "actuator" }:
                    settled.Add(new Item("effect", "pulse", item.Text));
                    break;
                case "role" when item.Id == "trigger" && next?.Class is "actuator":
                    settled.Add(item with { Class = "switch", Id = "switch" });
                    break;
                case "role" when item.Id == "trigger":
                    settled.Add(next?.Class is "pinno" or "number" or "pin" or "at" or "onword" or "equals" or "role" or "and" || next is { Class: "stop", Text: ":" } || last?.Class is "pinno" ? item : item with { Class = "switch", Id = "switch" });
                    break;
                default:
                    settled.Add(item);
                    break;
            }
        }

        return settled;
    }

    // Gives whether the next item was taken too.
    private static bool On(List<Item> items, int i, List<Item> settled, List<string> assumed)
    {
        Item? next = i + 1 < items.Count ? items[i + 1] : null, last = settled.Count > 0 ? settled[^1] : null;
        bool verb = false, keeps = false;
        for (int k = settled.Count - 1; k >= 0 && settled[k].Class is not ("stop" or "comma" or "then"); k--)
        {
            if (settled[k].Class is "on" or "off" or "toggle" or "blink")
            {
                break;
            }

            keeps |= settled[k].Class is "keep";
            verb |= settled[k].Class is "switch" or "keep";
        }

        switch (next?.Class)
        {
            case "pinno" or "rolepin" or "pin" or "i2c" or "defaultpins" or "role":
                // Kept where a role stands before it: it says that the pin comes next.
                if (last?.Class is "role")
                {
                    settled.Add(items[i]);
                }

                return false;
            case "number" when last?.Class is "sensor" or "actuator" && IsPin(next) && !(verb && !keeps && last.Class == "actuator" && !ActionAhead(items, i + 2)):
                settled.Add(Pin(next, "on", assumed));
                return true;
            case "number" when last?.Class is "role":
                settled.Add(items[i]);
                return false;
            case "motion" or "pressed" or "open" or "close" or "released":
                if (verb)
                {
                    settled.Add(new Item("on", "on", "on"));
                }

                settled.Add(new Item("when", "when", "on"));
                return false;
            case "sensor" when verb || next.Id is "button":
                settled.Add(verb ? new Item("on", "on", "on") : new Item("when", "when", "on"));
                return false;
            case "actuator" or "sensor" or "unknown" or "number" or "quantity":
                if (verb)
                {
                    settled.Add(new Item("on", "on", "on"));
                }

                return false;
            default:
                settled.Add(new Item("on", "on", "on"));
                return false;
        }
    }

    private static bool ActionAhead(List<Item> items, int at)
    {
        for (int k = at; k < items.Count && items[k].Class is not ("stop" or "comma"); k++)
        {
            if (items[k].Class is "on" or "off" or "onword" or "toggle")
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPin(Item number) => number.Value is >= 0 and < 100 && number.Value == Math.Floor(number.Value);

    private static Item Pin(Item number, string word, List<string> assumed)
    {
        assumed.Add($"“{word} {number.Text}” means GPIO {number.Text}.");
        return new Item("pinno", "", "pin " + number.Text, number.Value);
    }
}

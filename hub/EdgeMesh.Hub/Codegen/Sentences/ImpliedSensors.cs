using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Finds sensors that are named by what they give: "measure the voltage on pin 34", "motion on pin 13", "tank level with …".</summary>
internal static class ImpliedSensors
{
    internal static List<Item> Add(List<Item> items)
    {
        bool Any(params string[] ids) => items.Any(i => i.Class == "sensor" && ids.Contains(i.Id));
        List<Item> added = [];
        for (int i = 0; i < items.Count; i++)
        {
            Item item = items[i];
            bool pinned = i + 1 < items.Count && items[i + 1].Class is "pinno" or "rolepin";
            string? sensor = item.Class switch
            {
                "quantity" when item.Id == "voltage" && pinned && !Any("analog", "battery") => "analog",
                "quantity" when item.Id is "light" && pinned && !Any("ldr", "analog") => "ldr",
                "quantity" when item.Id is "moisture" && pinned && !Any("soil_moisture", "analog") => "soil_moisture",
                "quantity" when item.Id is "distance" or "level" && i + 1 < items.Count && items[i + 1].Class == "rolepin" && !Any("hcsr04") => "hcsr04",
                "quantity" when item.Id is "energy" or "power" && pinned && !Any("energy_meter") => "energy_meter",
                "motion" when pinned && !Any("pir") => "pir",
                "pressed" when pinned && !Any("button") => "button",
                _ => null,
            };
            if (item.Class is "pressed" or "held" && added is [.., { Class: "pinno" }] && !Any("button") && !(added.Count > 1 && added[^2].Class is "sensor" or "actuator" or "onword" or "at"))
            {
                added.Insert(added.Count - 1, new Item("sensor", "button", item.Text));
            }

            added.Add(item);
            if (sensor is not null)
            {
                added.Add(new Item("sensor", sensor, item.Text));
            }
        }

        return added;
    }
}

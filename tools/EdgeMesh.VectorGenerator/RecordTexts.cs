using System;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.VectorGenerator;

/// <summary>Texts of boot records: whole, damaged, or whole with members that do not fit.</summary>
internal static class RecordTexts
{
    public static JsonObject Make(Draw draw, int count)
    {
        draw.Expect("record accepted", "record refused", "newest neither");
        JsonArray records = [], damaged = [], newest = [];
        JsonObject manifests = SlotScenarios.Manifests(draw);
        for (int i = 0; i < count; i++)
        {
            if (i % 5 == 4)
            {
                newest.Add(Newest(draw, manifests, draw.NextName()));
                continue;
            }

            byte[] text = Text(draw, manifests);
            BootRecord? record = BootRecord.Read(text);
            if (record != null)
            {
                records.Add(new JsonObject
                {
                    ["name"] = draw.NextName(), ["text"] = Encoding.UTF8.GetString(text), ["fields"] = ScenarioPlayer.MembersOf(record),
                });
            }
            else
            {
                damaged.Add(new JsonObject { ["name"] = draw.NextName() + " " + Encoding.UTF8.GetString(text), ["hex"] = Convert.ToHexStringLower(text) });
            }

            draw.Count("record " + (record == null ? "refused" : "accepted"));
            draw.Steps++;
        }

        return new() { ["records"] = records, ["damaged"] = damaged, ["newest"] = newest };
    }

    private static JsonObject Newest(Draw draw, JsonObject manifests, string name)
    {
        byte[]?[] files = [draw.Percent(10) ? null : Text(draw, manifests), draw.Percent(10) ? null : Text(draw, manifests)];
        long generation = BootRecord.Newest(files[0], files[1]).Generation;
        draw.Count(generation == 0 ? "newest neither" : "newest one");
        draw.Steps++;
        return new()
        {
            ["name"] = name, ["boot0"] = files[0] == null ? null : Encoding.UTF8.GetString(files[0]!),
            ["boot1"] = files[1] == null ? null : Encoding.UTF8.GetString(files[1]!), ["generation"] = generation,
        };
    }

    private static byte[] Text(Draw draw, JsonObject manifests)
    {
        BootRecord record = new();
        SlotScenarios.Walk(draw, record, manifests, draw.From(0, 20), null);
        record.Generation = draw.From(1, 30);
        JsonObject members = ScenarioPlayer.MembersOf(record);
        string part = draw.Of("a", "b", "transfer", "report", "");
        if (draw.Percent(60))
        {
            members = members[part] is JsonObject inner ? members.With(new JsonObject { [part] = draw.Mutated(inner) }) : draw.Mutated(members);
        }

        // One more than the highest generation could not be written: no device lives to see it.
        if (members["generation"] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
            && value.ToJsonString().Length >= 18)
        {
            members["generation"] = 1;
        }

        byte[] text = ScenarioPlayer.RecordText(members);
        int at = draw.Below(text.Length);
        switch (draw.Below(10))
        {
            case 0: return text[..at];
            case 1 when text[at] < 0x80:
                text[at] ^= (byte)(1 << draw.Below(7));
                return text;
            default: return text;
        }
    }
}

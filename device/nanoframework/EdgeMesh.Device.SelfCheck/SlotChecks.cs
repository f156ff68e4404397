using System;
using System.Collections;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>Boot records, what changes them, and trials.</summary>
internal sealed class SlotChecks : VectorChecks
{
    // In the order of the enumerations, whose members have no names at run time.
    private static readonly string[] EventNames = new[] { "running", "faulted", "online", "offline", "reported", "report_wanted", "tick" };
    private static readonly string[] EffectNames = new[] { "persist", "", "reboot" };

    private readonly string _file;
    private readonly JsonObject _head;

    internal SlotChecks(string file, JsonObject head)
    {
        _file = file;
        _head = head;
    }

    internal override string Check(string list, object? item)
    {
        JsonObject c = (JsonObject)item!;
        switch (list)
        {
            case "records": return Record(c);
            case "damaged": return True(BootRecord.Read(Utf8Of(c, "text")) == null, "it is taken");
            case "newest":
                return True(BootRecord.Newest(Optional(c, "boot0"), Optional(c, "boot1")).Generation == Number(c, "generation"), "the other one counts");
            default: return _file == "trial" ? TrialOf(c) : Slots(c);
        }
    }

    private static byte[]? Optional(JsonObject c, string member) => c.Get(member) == null ? null : Utf8Of(c, member);

    private static string Record(JsonObject c)
    {
        BootRecord? record = BootRecord.Read(Utf8Of(c, "text"));
        if (record == null)
        {
            return "it is refused";
        }

        long generation = record.Generation--;
        string text = TextOf(record.Next(out int file));
        return First(
            Same(Text(c, "text"), text, "what is written"), True(record.Generation == generation && file == generation % 2, "it goes to the other file"),
            Members(Object(c, "fields"), record));
    }

    // A record as its members are, with the right checksum.
    private static BootRecord RecordOf(JsonObject members)
    {
        JsonWriter writer = new JsonWriter();
        foreach (object name in members.MemberNames)
        {
            writer.AddParsed((string)name, members.Get((string)name));
        }

        byte[] open = writer.OpenBytes();
        uint crc = Crc32.Compute(open, open.Length);
        writer.Add("crc", Hex.Encode(new[] { (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc }));
        return BootRecord.Read(writer.ToBytes()) ?? throw new ArgumentException("the case's record cannot be read");
    }

    // What it would write, but for the generation and the checksum.
    private static string Members(JsonObject expected, BootRecord record)
    {
        JsonObject written = Parse(TextOf(record.Next(out int _)));
        JsonWriter members = new JsonWriter();
        foreach (object name in written.MemberNames)
        {
            if ((string)name != "crc")
            {
                members.AddParsed((string)name, written.Get((string)name));
            }
        }

        return True(AreSame(expected, Parse(members.ToString()), "generation"), "the record is " + members);
    }

    private static string TrialOf(JsonObject c)
    {
        BootRecord record = RecordOf(Object(c, "record"));
        Trial trial = new Trial(record, new TrialOptions(), 0);
        ArrayList steps = List(c, "steps");
        for (int i = 0; i < steps.Count; i++)
        {
            JsonObject step = (JsonObject)steps[i]!;
            ScenarioText e = new ScenarioText(Text(step, "event"));
            int kind = 0;
            while (EventNames[kind] != e.Word)
            {
                kind++;
            }

            Reported? reported = e.Word == "reported" ? new Reported { Session = e.Number("session"), State = e.Text("state") } : null;
            TrialEffect[] effects = trial.Step((TrialEventKind)kind, Number(step, "at"), e.Rest, reported);
            string[] texts = new string[effects.Length];
            for (int k = 0; k < texts.Length; k++)
            {
                texts[k] = effects[k] == TrialEffect.SendReport ? ScenarioText.Of(record.Report!) : EffectNames[(int)effects[k]];
            }

            string verdict = ScenarioText.Verdict(step, texts, trial.DueMs);
            if (verdict.Length > 0)
            {
                return verdict;
            }
        }

        return Members(Object(c, "after"), record);
    }

    private string Slots(JsonObject c)
    {
        BootRecord record = RecordOf(Object(c, "record"));
        ArrayList steps = List(c, "steps");
        for (int i = 0; i < steps.Count; i++)
        {
            JsonObject step = (JsonObject)steps[i]!;
            ScenarioText e = new ScenarioText(Text(step, "event"));
            switch (e.Word)
            {
                case "select":
                    string slot = BootSlots.Select(record);
                    if (slot != Text(step, "result"))
                    {
                        return "step " + i.ToString() + " boots \"" + slot + "\"";
                    }

                    break;
                case "broken": BootSlots.Broken(record, e.Rest); break;
                case "begin_transfer": BootSlots.BeginTransfer(record, e.Transfer(Object(_head, "manifests"))); break;
                case "end_transfer": BootSlots.EndTransfer(record); break;
                case "begin_trial": BootSlots.BeginTrial(record); break;
                case "confirm": BootSlots.Confirm(record); break;
                case "condemn": BootSlots.Condemn(record, e.Text("code"), e.Text("reason")); break;
                default: throw new ArgumentException("an unknown event: " + e.Word);
            }
        }

        return Members(Object(c, "after"), record);
    }
}

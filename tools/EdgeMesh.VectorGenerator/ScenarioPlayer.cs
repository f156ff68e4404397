using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.VectorGenerator;

/// <summary>Plays the events of scenarios, in the text form of shared/vectors/README.md, on the C# implementation.</summary>
internal static class ScenarioPlayer
{
    public static ReceiverProfile ProfileOf(JsonObject o) => new()
    {
        DeviceType = o.Text("device_type"), Kinds = o["kinds"]!.AsArray().Select(n => (string)n!).ToArray(), SlotBytes = o.Number("slot_bytes"),
        FirmwareBytes = o["firmware_bytes"] is null ? 0 : o.Number("firmware_bytes"),
        Window = (int)o.Number("window"), ChunkBytes = (int)o.Number("chunk_bytes"),
        Capabilities = o["capabilities"]!.AsArray().Select(n => (string)n!).ToArray(), Sequence = o.Number("sequence"),
        OnTrial = (bool)o["on_trial"]!, AppliedSession = o.Number("applied_session"), UnixSeconds = o.Number("unix_seconds"),
        Trusted = o["trusted"] is JsonArray trusted ? trusted.Select(n => KeyOf(n!)).ToArray() : [],
    };

    public static TrustedKey KeyOf(JsonNode node)
    {
        Protocol.Json.JsonObject o = Protocol.Json.JsonReader.Parse(node.ToJsonString(), out _)!;
        TrustedKey key = TrustedKey.Read(o);
        return o.Problem.Length == 0 ? key : throw new InvalidOperationException(o.Problem);
    }

    /// <summary>A record's text, with the right checksum, from its members.</summary>
    public static byte[] RecordText(JsonObject members)
    {
        byte[] open = Encoding.UTF8.GetBytes(members.Line()[..^1]);
        string tail = ",\"crc\":\"" + Crc32.Compute(open, open.Length).ToString("x8") + "\"}";
        return [.. open, .. Encoding.UTF8.GetBytes(tail)];
    }

    public static BootRecord RecordOf(JsonObject members) =>
        BootRecord.Read(RecordText(members)) ?? throw new InvalidOperationException("The scenario's record cannot be read.");

    /// <summary>A record's members as it would write them, its generation being this one.</summary>
    public static JsonObject MembersOf(BootRecord record)
    {
        record.Generation--;
        JsonObject members = JsonNode.Parse(record.Next(out _))!.AsObject();
        members.Remove("crc");
        return members;
    }

    public static string[] Step(OtaReceiver receiver, JsonObject manifests, long atMs, string text) =>
        receiver.Step(ScenarioText.Parse(text).ReceiverEvent(manifests), atMs).Select(ScenarioText.Of).ToArray();

    public static string[] Step(Trial trial, BootRecord record, long atMs, string text)
    {
        ScenarioText e = ScenarioText.Parse(text);
        TrialEventKind kind = Enum.Parse<TrialEventKind>(e.Word.Replace("_", ""), ignoreCase: true);
        Reported? reported = kind == TrialEventKind.Reported ? new Reported { Session = e.Number("session"), State = e.Text("state") } : null;
        return trial.Step(kind, atMs, e.Rest, reported)
            .Select(x => x == TrialEffect.SendReport ? ScenarioText.Of(record.Report!) : x.ToString().ToLowerInvariant()).ToArray();
    }

    /// <summary>Changes the record; gives the slot where the event is <c>select</c>, otherwise null.</summary>
    public static string? Step(BootRecord record, JsonObject manifests, string text)
    {
        ScenarioText e = ScenarioText.Parse(text);
        switch (e.Word)
        {
            case "select": return BootSlots.Select(record);
            case "broken": BootSlots.Broken(record, e.Rest); break;
            case "begin_transfer": BootSlots.BeginTransfer(record, e.Transfer(manifests)); break;
            case "end_transfer": BootSlots.EndTransfer(record); break;
            case "begin_trial": BootSlots.BeginTrial(record); break;
            case "confirm": BootSlots.Confirm(record); break;
            case "condemn": BootSlots.Condemn(record, e.Text("code"), e.Text("reason")); break;
            default: throw new InvalidOperationException("Unknown event: " + e.Word);
        }

        return null;
    }
}

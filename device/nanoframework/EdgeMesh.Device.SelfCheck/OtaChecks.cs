using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>What a device answers an offer, and the receiver's scenarios.</summary>
internal sealed class OtaChecks : VectorChecks
{
    private readonly bool _scenarios;
    private readonly JsonObject _head;

    internal OtaChecks(string file, JsonObject head)
    {
        _scenarios = file == "receiver";
        _head = head;
    }

    internal override string Check(string list, object? item) => _scenarios ? Scenario((JsonObject)item!) : Offered((JsonObject)item!);

    private ReceiverProfile Profile(JsonObject c)
    {
        JsonObject basis = Object(_head, "profile");
        JsonObject over = c.OptionalObject("profile") ?? new JsonObject();
        return new ReceiverProfile
        {
            DeviceType = Text(Of("device_type"), "device_type"), Kinds = Strings(List(Of("kinds"), "kinds")), SlotBytes = Number(Of("slot_bytes"), "slot_bytes"),
            Window = (int)Number(Of("window"), "window"), ChunkBytes = (int)Number(Of("chunk_bytes"), "chunk_bytes"),
            Capabilities = Strings(List(Of("capabilities"), "capabilities")), Sequence = Number(Of("sequence"), "sequence"),
            OnTrial = Flag(Of("on_trial"), "on_trial"), AppliedSession = Number(Of("applied_session"), "applied_session"),
            UnixSeconds = Number(Of("unix_seconds"), "unix_seconds"),
            FirmwareBytes = Of("firmware_bytes").Has("firmware_bytes") ? Number(Of("firmware_bytes"), "firmware_bytes") : 0,
            Trusted = Of("trusted").Has("trusted") ? PublisherChecks.Keys(List(Of("trusted"), "trusted")) : new TrustedKey[0],
        };

        // A case's own profile stands over the file's.
        JsonObject Of(string member) => over.Has(member) ? over : basis;
    }

    private string Offered(JsonObject c)
    {
        Transfer? transfer = Transfer.Read(7, Text(c, "manifest"), (int)Number(c, "chunk_bytes"), out string problem);
        if (transfer == null)
        {
            return First(Same(Text(c, "code"), ErrorCodes.ManifestInvalid, "the code"), True(problem.Length > 0, "there is no reason"));
        }

        Reject? refusal = OfferJudge.Judge(transfer, Text(c, "encoding"), Profile(c));
        return Same(Text(c, "code"), refusal == null ? "" : refusal.Code, "the code");
    }

    private string Scenario(JsonObject scenario)
    {
        OtaReceiver receiver = new OtaReceiver(Profile(scenario));
        ArrayList steps = List(scenario, "steps");
        for (int i = 0; i < steps.Count; i++)
        {
            JsonObject step = (JsonObject)steps[i]!;
            ReceiverEffect[] effects = receiver.Step(new ScenarioText(Text(step, "event")).ReceiverEvent(Object(_head, "manifests")), Number(step, "at"));
            string[] texts = new string[effects.Length];
            for (int k = 0; k < texts.Length; k++)
            {
                texts[k] = ScenarioText.Of(effects[k]);
            }

            string verdict = ScenarioText.Verdict(step, texts, receiver.DueMs);
            if (verdict.Length > 0)
            {
                return verdict;
            }
        }

        return "";
    }
}

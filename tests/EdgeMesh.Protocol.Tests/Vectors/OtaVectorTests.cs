using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class OtaVectorTests
{
    public static TheoryData<string> Scenarios => VectorFile.Names("receiver", "scenarios");

    public static TheoryData<string> Offers => VectorFile.Names("offer-judge", "cases");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Receiver(string name)
    {
        JsonObject file = VectorFile.Load("receiver");
        JsonObject scenario = VectorFile.Named(file, "scenarios", name);
        OtaReceiver receiver = new(ProfileOf(file["profile"]!.AsObject().With(scenario["profile"])));
        foreach (JsonObject step in VectorFile.List(scenario, "steps"))
        {
            ReceiverEvent e = ScenarioText.Parse(step.Text("event")).ReceiverEvent(file["manifests"]!.AsObject());
            string[] effects = receiver.Step(e, step.Number("at")).Select(ScenarioText.Of).ToArray();
            Assert.Equal(ScenarioText.Expected(step), ScenarioText.Actual(step, effects, receiver.DueMs));
        }
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public void Offer(string name)
    {
        JsonObject file = VectorFile.Load("offer-judge");
        JsonObject c = VectorFile.Named(file, "cases", name);
        Transfer? transfer = Transfer.Read(7, c.Text("manifest"), (int)c.Number("chunk_bytes"), out string problem);
        Reject? refusal = transfer == null
            ? new Reject { Session = 7, Code = ErrorCodes.ManifestInvalid, Reason = problem }
            : OfferJudge.Judge(transfer, c.Text("encoding"), ProfileOf(file["profile"]!.AsObject().With(c["profile"])));
        Assert.Equal(c.Text("code"), refusal?.Code ?? "");
        Assert.True(refusal == null || (refusal.Reason.Length > 0 && refusal.Session == 7));
        if (transfer != null && transfer.Manifest.Requires.Length == 0 && !c.Text("manifest_json").Contains("note"))
        {
            Assert.Equal(c.Text("manifest"), Transfer.ManifestTextOf(transfer.Manifest));
        }
    }

    internal static ReceiverProfile ProfileOf(JsonObject o) => new()
    {
        DeviceType = o.Text("device_type"), Kinds = o["kinds"]!.AsArray().Select(n => (string)n!).ToArray(), SlotBytes = o.Number("slot_bytes"),
        Window = (int)o.Number("window"), ChunkBytes = (int)o.Number("chunk_bytes"),
        Capabilities = o["capabilities"]!.AsArray().Select(n => (string)n!).ToArray(), Sequence = o.Number("sequence"),
        OnTrial = (bool)o["on_trial"]!, AppliedSession = o.Number("applied_session"), UnixSeconds = o.Number("unix_seconds"),
    };
}

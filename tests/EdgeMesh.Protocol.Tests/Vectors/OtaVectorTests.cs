using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class OtaVectorTests
{
    public static TheoryData<string> Scenarios => VectorFile.Names("receiver", "scenarios");

    public static TheoryData<string> Offers => VectorFile.Names("offer-judge", "cases");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_receiver_does_what_the_scenario_says(string name)
    {
        JsonObject file = VectorFile.Load("receiver");
        JsonObject scenario = VectorFile.Named(file, "scenarios", name);
        OtaReceiver receiver = new(ScenarioPlayer.ProfileOf(file["profile"]!.AsObject().With(scenario["profile"])));
        foreach (JsonObject step in VectorFile.List(scenario, "steps"))
        {
            string[] effects = ScenarioPlayer.Step(receiver, file["manifests"]!.AsObject(), step.Number("at"), step.Text("event"));
            Assert.Equal(ScenarioText.Expected(step), ScenarioText.Actual(step, effects, receiver.DueMs));
        }
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public void An_offer_is_judged_as_the_case_says(string name)
    {
        JsonObject file = VectorFile.Load("offer-judge");
        JsonObject c = VectorFile.Named(file, "cases", name);
        Transfer? transfer = Transfer.Read(7, c.Text("manifest"), (int)c.Number("chunk_bytes"), out string problem);
        Reject? refusal = transfer == null
            ? new Reject { Session = 7, Code = ErrorCodes.ManifestInvalid, Reason = problem }
            : OfferJudge.Judge(transfer, c.Text("encoding"), ScenarioPlayer.ProfileOf(file["profile"]!.AsObject().With(c["profile"])));
        Assert.Equal(c.Text("code"), refusal?.Code ?? "");
        Assert.True(refusal == null || (refusal.Reason.Length > 0 && refusal.Session == 7));
        if (transfer != null && transfer.Manifest.Requires.Length == 0 && !c.Text("manifest_json").Contains("note"))
        {
            Assert.Equal(c.Text("manifest"), Transfer.ManifestTextOf(transfer.Manifest));
        }
    }
}

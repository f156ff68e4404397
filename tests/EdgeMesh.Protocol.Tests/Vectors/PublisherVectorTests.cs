using System;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Publishing;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class PublisherVectorTests
{
    public static TheoryData<string> Offers => VectorFile.Names("publishers", "cases");

    public static TheoryData<string> Successions => VectorFile.Names("publishers", "successions");

    [Theory]
    [MemberData(nameof(Offers))]
    public void The_signer_of_an_offer_is_found_as_the_case_says(string name)
    {
        JsonObject c = VectorFile.Named(VectorFile.Load("publishers"), "cases", name);
        TrustedKey[] trusted = c["trusted"]!.AsArray().Select(n => ScenarioPlayer.KeyOf(n!)).ToArray();
        JsonObject o = c["offer"]!.AsObject();
        Offer offer = new()
        {
            Session = 7, Manifest = o.Text("manifest"), Signature = (string?)o["signature"] ?? "", Publisher = (string?)o["publisher"] ?? "",
            Keys = o["keys"] is JsonArray keys ? keys.Select(n => (string)n!).ToArray() : [],
        };
        foreach (ICrypto crypto in TestCrypto.Both)
        {
            SignatureCheck check = new(crypto, trusted, offer, c.Text("kind"));
            int before = 0;
            while (!check.Step(300))
            {
                Assert.InRange(check.Progress, before, 99);
                before = check.Progress;
            }

            Assert.Equal(c.Text("code"), check.Refusal?.Code ?? "");
            Assert.True(check.Refusal == null || (check.Refusal.Reason.Length > 0 && check.Refusal.Session == 7));
            Assert.Equal(c["signer"] is { } signer ? ScenarioPlayer.KeyOf(signer).Write().ToString() : null, check.Signer?.Write().ToString());
        }

        if (c["claims"] is { } claims)
        {
            Assert.Equal((int)claims, SignaturePlan.Make(trusted, offer, c.Text("kind"), out _)!.Claims.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Successions))]
    public void What_is_trusted_after_a_confirmed_image(string name)
    {
        JsonObject file = VectorFile.Load("publishers");
        JsonObject c = VectorFile.Named(file, "successions", name);
        TrustedKey[] Keys(string member) => c[member]!.AsArray().Select(n => ScenarioPlayer.KeyOf(n!)).ToArray();
        TrustedKey[] after = TrustedKey.After(Keys("keys"), ScenarioPlayer.KeyOf(c["signer"]!));
        Assert.Equal(TrustedKey.Write(Keys("after")), TrustedKey.Write(after));
        Assert.Equal(TrustedKey.Write(Keys("trusted")), TrustedKey.Write(TrustedKey.Effective([ScenarioPlayer.KeyOf(file["configured"]!)], after)));
    }
}

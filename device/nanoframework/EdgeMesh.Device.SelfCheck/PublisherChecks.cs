using System;
using System.Collections;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>Who signed an offer, and which keys a device keeps.</summary>
internal sealed class PublisherChecks : VectorChecks
{
    private const int AllAtOnce = 1000000;
    private readonly ICrypto _crypto;
    private readonly JsonObject _head;

    internal PublisherChecks(ICrypto crypto, JsonObject head)
    {
        _crypto = crypto;
        _head = head;
    }

    internal static TrustedKey[] Keys(ArrayList list)
    {
        TrustedKey[] keys = new TrustedKey[list.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Key((JsonObject)list[i]!);
        }

        return keys;
    }

    internal override string Check(string list, object? item) => list == "cases" ? Signer((JsonObject)item!) : Succession((JsonObject)item!);

    private static TrustedKey Key(JsonObject o)
    {
        TrustedKey key = TrustedKey.Read(o);
        return o.Problem.Length == 0 ? key : throw new ArgumentException(o.Problem);
    }

    private string Signer(JsonObject c)
    {
        JsonObject o = Object(c, "offer");
        Offer offer = new Offer
        {
            Session = 7, Manifest = Text(o, "manifest"), Signature = o.OptionalString("signature", 1000), Publisher = o.OptionalString("publisher", 1000),
            Keys = o.Has("keys") ? Strings(List(o, "keys")) : new string[0],
        };
        TrustedKey[] trusted = Keys(List(c, "trusted"));
        SignatureCheck check = new SignatureCheck(_crypto, trusted, offer, Text(c, "kind"));
        while (!check.Step(AllAtOnce))
        {
        }

        string expected = c.Has("signer") ? Key(Object(c, "signer")).Write().ToString() : "nobody";
        long claims = -1;
        if (c.Has("claims"))
        {
            SignaturePlan? plan = SignaturePlan.Make(trusted, offer, Text(c, "kind"), out Reject? _);
            claims = plan == null ? 0 : plan.Claims.Length;
        }

        return First(
            Same(Text(c, "code"), check.Refusal == null ? "" : check.Refusal.Code, "the code"),
            Same(expected, check.Signer == null ? "nobody" : check.Signer.Write().ToString(), "the signer"),
            True(!c.Has("claims") || claims == Number(c, "claims"), "there are " + claims.ToString() + " signatures to check"));
    }

    private string Succession(JsonObject c)
    {
        TrustedKey[] after = TrustedKey.After(Keys(List(c, "keys")), Key(Object(c, "signer")));
        TrustedKey[] trusted = TrustedKey.Effective(new[] { Key(Object(_head, "configured")) }, after);
        return First(
            Same(TrustedKey.Write(Keys(List(c, "after"))), TrustedKey.Write(after), "what is kept"),
            Same(TrustedKey.Write(Keys(List(c, "trusted"))), TrustedKey.Write(trusted), "what is trusted"));
    }
}

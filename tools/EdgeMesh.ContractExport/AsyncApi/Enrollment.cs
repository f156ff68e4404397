using System.Collections.Generic;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>The messages of an enrolment: each is read where the state machine takes it, so their schemas are stated here. Real ones are checked against them.</summary>
internal static class Enrollment
{
    /// <summary>What a new device says.</summary>
    internal static readonly string[] Up = ["EnrollBegin", "EnrollConfirm", "EnrollAbort", "EnrollProgress", "EnrollStored"];

    /// <summary>What the hub answers.</summary>
    internal static readonly string[] Down = ["EnrollAnswer", "EnrollGrant", "EnrollDone", "EnrollRefuse"];

    internal static void AddTo(SortedDictionary<string, JsonObject> schemas)
    {
        Add("EnrollBegin", "begin", "A device begins a try.", ("v", Schema.Whole(Limits.ProtocolVersion, Limits.ProtocolVersion)), ("tier", Schema.OneOf(["pin", "code"])),
            ("share?", Schema.Hex(64).Describe("The device's share of CPace over X25519; with a PIN only.")), ("type", Schema.NameOf()), ("runtime", Schema.NameOf()),
            ("id?", Schema.NameOf().Describe("The id that it would like.")));
        Add("EnrollAnswer", "answer", "The hub's share, and its proof of the PIN or code.", ("share?", Schema.Hex(64)), ("nonce", Schema.Hex(32)), ("site", Schema.NameOf()),
            ("device", Schema.NameOf().Describe("The id that it grants.")), ("ca_sha256?", Schema.Hex(64).Describe("SHA-256 of the authorities that the configuration will name.")), ("tag", Tag()));
        Add("EnrollConfirm", "confirm", "The device's proof.", ("tag", Tag()));
        Add("EnrollAbort", "abort", "The device gives up.", ("code", Schema.Of("ErrorCode")));
        Add("EnrollProgress", "progress", "The device is still reckoning: it extends the try.", ("percent", Schema.Whole(0, 100)));
        Add("EnrollGrant", "grant", "The device's configuration, for its eyes only.", ("enc", Schema.Pattern("^[A-Za-z0-9_-]+$").Describe("base64url of ciphertext and tag: AES-256-GCM under a key of this try.")));
        Add("EnrollStored", "stored", "The device keeps it.", ("tag", Tag()));
        Add("EnrollDone", "done", "The hub has enrolled it.", ("tag", Tag()));
        Add("EnrollRefuse", "refuse", "The try is over.", ("code", Schema.Of("ErrorCode")), ("reason?", Schema.Text(Limits.ReasonLength)), ("wait_ms?", Schema.Whole(0, int.MaxValue)));

        void Add(string name, string m, string description, params (string, JsonObject)[] members) => schemas[name] = Schema.Object(
            description, [("m", Schema.OneOf([m])), ("sid", Schema.Hex(32).Describe("Names the try; random.")), .. members]);
    }

    private static JsonObject Tag() => Schema.Pattern("^([0-9a-f]{64}|[0-9a-f]{128})$");
}

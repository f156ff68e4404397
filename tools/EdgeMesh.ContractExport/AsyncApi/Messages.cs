using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Security;
using Microsoft.CodeAnalysis;
using JsonReader = EdgeMesh.Protocol.Json.JsonReader;

namespace EdgeMesh.ContractExport.AsyncApi;

/// <summary>How a message is protected.</summary>
internal enum Envelope
{
    /// <summary>Not at all: nobody believes it further than its description says.</summary>
    None,

    /// <summary>Signed with the device's handshake key.</summary>
    Handshake,

    /// <summary>Counted, and signed with the session's key of its direction.</summary>
    Session,
}

/// <summary>The schemas of all messages: what <see cref="CodecSchemas"/> reads in the codec, and what only one side writes.</summary>
internal static class Messages
{
    /// <summary>Name to schema, without any envelope.</summary>
    internal static SortedDictionary<string, JsonObject> Schemas(Sources sources)
    {
        SortedDictionary<string, JsonObject> schemas = new CodecSchemas(sources).Read();
        Choose(schemas["HubStatus"], "status", HubStatus.Online, HubStatus.Offline);
        Choose(schemas["HubStatus"], "accounts", HubStatus.NotEnforced);
        Choose(schemas["DeviceStatus"], "status", DeviceStatus.Online, DeviceStatus.Sleeping);
        Choose(schemas["LogLine"], "level", "info", "warning", "error");
        Choose(schemas["CommandResponse"], "status", "ok", "error");
        Choose(schemas["IdentityAnswer"], "state", IdentityAnswer.Stored, IdentityAnswer.Rejected);
        Choose(schemas["Offer"], "encoding", ChunkEncodings.Raw, ChunkEncodings.Base64);
        Choose(schemas["Report"], "state", OtaStates.Applying, OtaStates.Confirmed, OtaStates.RolledBack);
        Choose(schemas["Reported"], "state", OtaStates.Applying, OtaStates.Confirmed, OtaStates.RolledBack);
        foreach (string name in new[] { "Abort", "CommandResponse", "IdentityAnswer", "Reject", "Report" })
        {
            schemas[name]["properties"]!["code"] = Schema.Of("ErrorCode");
        }

        schemas["Identity"]["dependencies"] = new JsonObject { ["certificate"] = new JsonArray("private_key"), ["private_key"] = new JsonArray("certificate") };
        schemas["ErrorCode"] = Schema.OneOf(Constants(typeof(ErrorCodes))).Describe(Sources.Summary(sources.TypeOf("EdgeMesh.Contracts.ErrorCodes")));
        schemas["Command"] = Command(sources.TypeOf("EdgeMesh.Contracts.Messages.Command"));
        schemas["Will"] = Schema.Object(
            "A device's will, which nobody can sign: believed as the broker's word that the device is gone, and as no more.", ("status", Schema.OneOf([DeviceStatus.Lost])));
        schemas["Readings"] = Schema.Open("Members are the program's, but for n, mac and enc.");
        schemas["PublicState"] = Schema.Open("The device's state without its envelope.");
        schemas["Availability"] = Schema.Object(
            "Whether the hub has a session with the device.", ("state", Schema.OneOf(["online", "offline"])), ("cause?", Schema.Text(Limits.ReasonLength).Describe("Why it is offline, as a sentence.")),
            ("since", Schema.Whole(0, JsonReader.IntegerMax).Describe("Seconds since 1970-01-01 UTC.")));
        schemas["Update"] = Record(sources, "EdgeMesh.Hub.Ota.OtaView");
        Choose(schemas["Update"], "state", [.. Constants(typeof(OtaStates))]);
        schemas["JobRequest"] = Record(sources, "EdgeMesh.Hub.Codegen.Jobs.JobRequest");
        schemas["JobStatus"] = Record(sources, "EdgeMesh.Hub.Codegen.Jobs.JobView");
        schemas["JobPart"] = Record(sources, "EdgeMesh.Hub.Codegen.Jobs.JobPart");
        schemas["Encrypted"] = Schema.Object(
            "What stands in the body's place where the handshake agreed on encryption of this topic: AES-256-GCM with the session's encryption key of this direction; nonce 12 bytes, "
            + "four zeros and the counter as 8 bytes, big-endian; additional data the topic and a zero byte.",
            (SessionCipher.Member, Schema.Text(Limits.JsonPayloadBytes).Describe("base64 of ciphertext and tag (16 bytes).")));
        schemas["ChunkFrame"] = ChunkFrameSchema();
        Enrollment.AddTo(schemas);
        return schemas;
    }

    /// <summary>The schema of what is on the wire.</summary>
    internal static JsonObject Wrap(string name, JsonObject schema, Envelope envelope) => envelope switch
    {
        Envelope.Handshake => schema.With((SignedJson.Member, Mac("the device's handshake key"))),
        Envelope.Session => schema.With(
            (Session.CounterMember, Schema.Whole(1, JsonReader.IntegerMax).Describe("The counter: from 1, one up with every message of this direction in the session. A receiver takes each once, and none "
                + $"{Limits.ReplayWindow} or more behind the highest.")),
            (SignedJson.Member, Mac("the session's key of this direction"))),
        _ => schema,
    };

    private static JsonObject Mac(string key) => Schema.Hex(64).Describe(
        $"Always the last member: HMAC-SHA256 with {key} over the topic, a zero byte, and the payload's bytes before ,\"mac\". Checked on the raw bytes before anything is parsed.");

    private static void Choose(JsonObject schema, string member, params string[] values)
    {
        JsonObject old = schema["properties"]![member]!.AsObject();
        schema["properties"]![member] = Schema.OneOf(values).Describe((string?)old["description"] ?? "");
    }

    private static IEnumerable<string> Constants(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.IsLiteral).OrderBy(f => f.MetadataToken).Select(f => (string)f.GetRawConstantValue()!);

    // Only devices read commands, so no codec of the hub's says what one may hold.
    private static JsonObject Command(INamedTypeSymbol type)
    {
        string Of(string name) => Sources.Summary(type.GetMembers(name).Single());
        return Schema.Object(
            Sources.Summary(type), ("name", Schema.Text(64).Describe(Of("Name"))), ("data?", Schema.Open($"{Of("Data")} At most {Limits.CommandBytes} bytes.")),
            ("transaction?", Schema.Text(64).Describe(Of("Transaction"))), ("sequence?", Schema.Whole(1, JsonReader.IntegerMax).Describe(Of("Sequence"))));
    }

    private static JsonObject Record(Sources sources, string name)
    {
        INamedTypeSymbol record = sources.TypeOf(name);
        IMethodSymbol constructor = record.InstanceConstructors.First(c => c.Parameters.Length > 1);
        return Schema.Object(Sources.Summary(record),
        [
            .. constructor.Parameters.Select(p => (Member(p.Name) + (p.HasExplicitDefaultValue ? "?" : ""), TypeOf(p.Type).Describe(Sources.Parameter(record, p.Name)))),
            // What a record has beside its constructor is written where it is there.
            .. record.GetMembers().OfType<IPropertySymbol>().Where(p => !p.IsImplicitlyDeclared && p.SetMethod is not null && constructor.Parameters.All(c => c.Name != p.Name))
                .Select(p => (Member(p.Name) + "?", TypeOf(p.Type).Describe(Sources.Summary(p)))),
        ]);
    }

    private static string Member(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static JsonObject TypeOf(ITypeSymbol type)
    {
        ITypeSymbol bare = type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;
        string name = bare.SpecialType switch { SpecialType.System_String => "string", SpecialType.System_Boolean => "boolean", _ => "integer" };
        return new JsonObject { ["type"] = type.NullableAnnotation == NullableAnnotation.Annotated ? new JsonArray(name, "null") : name };
    }

    private static JsonObject ChunkFrameSchema()
    {
        (string Name, object Bytes, string What)[] fields =
        [
            ("version", 1, $"{Limits.ProtocolVersion}. JSON begins with {{ (0x7b), so one look at the first byte tells the encodings apart."),
            ("session", 4, "The update's session."), ("sequence", 4, "Which chunk, from 0."),
            ("tag", ChunkFrame.TagBytes, "The first bytes of HMAC-SHA256 with the session's key of the hub's direction over the topic, a zero byte, the 9 bytes before the tag, and the data."),
            ("data", $"1 to {Limits.ChunkBytesMax}", $"The chunk; where the handshake agreed to encrypt down/ota/chunk its ciphertext and a GCM tag of {Gcm.TagBytes} bytes: nonce 12 bytes, "
                + "01 00 00 00, session, sequence; additional data the topic, a zero byte and the first 9 bytes."),
        ];
        return new JsonObject
        {
            ["type"] = "string",
            ["format"] = "binary",
            ["description"] = "CHUNK as a binary frame, integers big-endian. It carries no counter: a chunk that comes twice has the same bytes for the same place.",
            ["x-frame"] = new JsonArray([.. fields.Select(f => (JsonNode)new JsonObject { ["field"] = f.Name, ["bytes"] = f.Bytes is int count ? count : (string)f.Bytes, ["description"] = f.What })]),
        };
    }
}

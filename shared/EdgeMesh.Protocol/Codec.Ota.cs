using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <content>An update, from the offer to the answer to the last report.</content>
public static partial class Codec
{
    private const long Session32 = 4294967295;

    /// <summary>Members of an OFFER.</summary>
    public static JsonWriter Write(Offer m)
    {
        JsonWriter writer = new JsonWriter()
            .Add("session", m.Session).Add("manifest", m.Manifest).AddIfAny("signature", m.Signature)
            .Add("chunk_bytes", m.ChunkBytes).Add("window", m.Window).Add("encoding", m.Encoding).AddIfAny("publisher", m.Publisher);
        return m.Keys.Length > 0 ? writer.Add("keys", m.Keys) : writer;
    }

    /// <summary>Reads an OFFER.</summary>
    public static Offer ReadOffer(JsonObject o) => new Offer
    {
        Session = SessionOf(o),
        Manifest = o.String("manifest", Limits.ManifestBytes * 4 / 3 + 4),
        Signature = o.OptionalString("signature", 128),
        ChunkBytes = (int)o.Integer("chunk_bytes", Limits.ChunkBytesMin, Limits.ChunkBytesMax),
        Window = (int)o.Integer("window", 1, Limits.WindowMax),
        Encoding = o.String("encoding", 16),
        Publisher = o.Has("publisher") ? o.Hex("publisher", Limits.PublisherKeyLength) : "",
        Keys = o.OptionalStrings("keys", Limits.KeyChainLength, Limits.KeyStatementLength),
    };

    /// <summary>Members of an ACCEPT.</summary>
    public static JsonWriter Write(Accept m) => new JsonWriter().Add("session", m.Session).Add("next", m.Next).Add("window", m.Window);

    /// <summary>Reads an ACCEPT.</summary>
    public static Accept ReadAccept(JsonObject o) => new Accept
    {
        Session = SessionOf(o),
        Next = o.Integer("next", 0, Session32),
        Window = (int)o.Integer("window", 1, Limits.WindowMax),
    };

    /// <summary>Members of a REJECT.</summary>
    public static JsonWriter Write(Reject m) => Ending(m.Session, m.Code, m.Reason);

    /// <summary>Reads a REJECT.</summary>
    public static Reject ReadReject(JsonObject o) => new Reject
    {
        Session = SessionOf(o),
        Code = o.String("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    /// <summary>Members of a CHUNK in base64.</summary>
    public static JsonWriter Write(Chunk m) => new JsonWriter().Add("session", m.Session).Add("sequence", m.Sequence).Add("data", m.Data);

    /// <summary>Reads a CHUNK in base64.</summary>
    public static Chunk ReadChunk(JsonObject o) => new Chunk
    {
        Session = SessionOf(o),
        Sequence = o.Integer("sequence", 0, Session32),
        Data = o.String("data", (Limits.ChunkBytesMax + 2) / 3 * 4),
    };

    /// <summary>Members of a CHUNK_ACK.</summary>
    public static JsonWriter Write(ChunkAck m) => new JsonWriter().Add("session", m.Session).Add("next", m.Next).Add("bitmap", m.Bitmap);

    /// <summary>Reads a CHUNK_ACK.</summary>
    public static ChunkAck ReadChunkAck(JsonObject o) => new ChunkAck
    {
        Session = SessionOf(o),
        Next = o.Integer("next", 0, Session32),
        Bitmap = o.Hex("bitmap", Limits.WindowMax / 4),
    };

    /// <summary>Members of a VERIFY.</summary>
    public static JsonWriter Write(Verify m)
    {
        JsonWriter writer = new JsonWriter().Add("session", m.Session).Add("checked", m.Checked).AddIfAny("sha256", m.Sha256);
        return m.Signature > 0 ? writer.Add("signature", m.Signature) : writer;
    }

    /// <summary>Reads a VERIFY.</summary>
    public static Verify ReadVerify(JsonObject o) => new Verify
    {
        Session = SessionOf(o),
        Checked = o.Integer("checked", 0, Limits.ImageBytesMax),
        Sha256 = o.Has("sha256") ? o.Hex("sha256", Sha256Digits) : "",
        Signature = (int)o.OptionalInteger("signature", 0, 100, 0),
    };

    /// <summary>Members of a COMPLETE.</summary>
    public static JsonWriter Write(Complete m) => new JsonWriter().Add("session", m.Session);

    /// <summary>Reads a COMPLETE.</summary>
    public static Complete ReadComplete(JsonObject o) => new Complete { Session = SessionOf(o) };

    /// <summary>Members of an ABORT.</summary>
    public static JsonWriter Write(Abort m) => Ending(m.Session, m.Code, m.Reason);

    /// <summary>Reads an ABORT.</summary>
    public static Abort ReadAbort(JsonObject o) => new Abort
    {
        Session = SessionOf(o),
        Code = o.String("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    /// <summary>Members of a report.</summary>
    public static JsonWriter Write(Report m) => new JsonWriter()
        .Add("session", m.Session).Add("state", m.State).Add("id", m.Id).Add("version", m.Version).Add("sequence", m.Sequence)
        .AddIfAny("code", m.Code).AddIfAny("reason", m.Reason);

    /// <summary>Reads a report.</summary>
    public static Report ReadReport(JsonObject o) => new Report
    {
        Session = SessionOf(o),
        State = o.String("state", 16),
        Id = o.String("id", Limits.NameLength),
        Version = o.String("version", Limits.NameLength),
        Sequence = o.Integer("sequence", 0, JsonReader.IntegerMax),
        Code = o.OptionalString("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    /// <summary>Members of the answer to a report.</summary>
    public static JsonWriter Write(Reported m) => new JsonWriter().Add("session", m.Session).Add("state", m.State);

    /// <summary>Reads the answer to a report.</summary>
    public static Reported ReadReported(JsonObject o) => new Reported { Session = SessionOf(o), State = o.String("state", 16) };

    private static JsonWriter Ending(long session, string code, string reason) =>
        new JsonWriter().Add("session", session).Add("code", code).AddIfAny("reason", Shorten(reason));

    private static long SessionOf(JsonObject o) => o.Integer("session", 1, Session32);
}

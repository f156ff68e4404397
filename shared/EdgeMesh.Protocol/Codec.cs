using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <summary>Messages to JSON members and back. A reader sets <see cref="JsonObject.Problem"/> where a member is not what it must be.</summary>
public static class Codec
{
    private const long Session32 = 4294967295;
    private const long Number = 999999999999999999;
    private const int CodeLength = 40;
    private const int Sha256Digits = 64;

    /// <summary>Members of a hello.</summary>
    public static JsonWriter Write(Hello m)
    {
        JsonWriter writer = new JsonWriter().Add("v", m.Version).Add("nonce", m.Nonce);
        if (m.Encrypt)
        {
            writer.Add("encrypt", true);
        }

        if (m.Tls)
        {
            writer.Add("tls", true);
        }

        return m.Identity == 0 ? writer : writer.Add("identity", m.Identity);
    }

    /// <summary>Reads a hello.</summary>
    public static Hello ReadHello(JsonObject o) => new Hello
    {
        Version = (int)o.Integer("v", 1, 255),
        Nonce = o.Hex("nonce", 2 * Limits.NonceBytes),
        Encrypt = o.Get("encrypt") is bool encrypt && encrypt,
        Tls = o.Get("tls") is bool tls && tls,
        Identity = o.OptionalInteger("identity", 0, Number, 0),
    };

    /// <summary>Members of a welcome.</summary>
    public static JsonWriter Write(Welcome m)
    {
        JsonWriter writer = new JsonWriter().Add("device_nonce", m.DeviceNonce).Add("nonce", m.Nonce).Add("hub", m.Hub).Add("time", m.Time);
        return m.Encrypt.Length == 0 ? writer : writer.Add("encrypt", m.Encrypt);
    }

    /// <summary>Reads a welcome.</summary>
    public static Welcome ReadWelcome(JsonObject o) => new Welcome
    {
        DeviceNonce = o.Hex("device_nonce", 2 * Limits.NonceBytes),
        Nonce = o.Hex("nonce", 2 * Limits.NonceBytes),
        Hub = o.Hex("hub", 16),
        Time = o.Integer("time", 0, Number),
        Encrypt = o.OptionalStrings("encrypt", 32, 32),
    };

    /// <summary>Members of the hub's status.</summary>
    public static JsonWriter Write(HubStatus m) =>
        new JsonWriter().Add("status", m.Status).AddIfAny("boot", m.Boot).Add("time", m.Time).AddIfAny("version", m.HubVersion)
            .AddIfAny("accounts", m.Accounts);

    /// <summary>Reads the hub's status.</summary>
    public static HubStatus ReadHubStatus(JsonObject o) => new HubStatus
    {
        Status = o.String("status", 16),
        Boot = o.OptionalString("boot", 16),
        Time = o.OptionalInteger("time", 0, Number, 0),
        HubVersion = o.OptionalString("version", 32),
        Accounts = o.OptionalString("accounts", 16),
    };

    /// <summary>Members of a device's status.</summary>
    public static JsonWriter Write(DeviceStatus m) => new JsonWriter().Add("status", m.Status);

    /// <summary>Reads a device's status.</summary>
    public static DeviceStatus ReadDeviceStatus(JsonObject o) => new DeviceStatus { Status = o.String("status", 16) };

    /// <summary>Members of a line of a device's log.</summary>
    public static JsonWriter Write(LogLine m) => new JsonWriter().Add("level", m.Level).Add("text", m.Text);

    /// <summary>Reads a line of a device's log.</summary>
    public static LogLine ReadLogLine(JsonObject o) => new LogLine { Level = o.String("level", 16), Text = o.String("text", Limits.JsonPayloadBytes) };

    /// <summary>Members of a command. Its data is JSON text already.</summary>
    public static JsonWriter Write(Command m)
    {
        JsonWriter writer = new JsonWriter().Add("name", m.Name);
        if (m.Data.Length > 0)
        {
            writer.AddRaw("data", m.Data);
        }

        writer.AddIfAny("transaction", m.Transaction);
        return m.Sequence == 0 ? writer : writer.Add("sequence", m.Sequence);
    }

    /// <summary>Reads what became of a command, but for the program's answer, which is its own.</summary>
    public static CommandResponse ReadCommandResponse(JsonObject o)
    {
        o.OptionalObject("data");
        return new CommandResponse
        {
            Status = o.String("status", 16),
            Code = o.OptionalString("code", CodeLength),
            Error = o.OptionalString("error", Limits.JsonPayloadBytes),
            Transaction = o.OptionalString("transaction", 64),
        };
    }

    /// <summary>Members of an identity.</summary>
    public static JsonWriter Write(Identity m) =>
        new JsonWriter().Add("sequence", m.Sequence).Add("ca", m.Authority).AddIfAny("certificate", m.Certificate).AddIfAny("private_key", m.PrivateKey);

    /// <summary>Reads an identity: authorities, and a certificate with its key or neither.</summary>
    public static Identity ReadIdentity(JsonObject o)
    {
        Identity read = new Identity
        {
            Sequence = o.Integer("sequence", 1, Number),
            Authority = PemOf(o, "ca"),
            Certificate = o.Has("certificate") ? PemOf(o, "certificate") : "",
            PrivateKey = o.Has("private_key") ? PemOf(o, "private_key") : "",
        };
        if ((read.Certificate.Length == 0) != (read.PrivateKey.Length == 0))
        {
            o.Note("private_key", "there with \"certificate\", and only then");
        }

        return read;
    }

    /// <summary>Members of the answer to an identity.</summary>
    public static JsonWriter Write(IdentityAnswer m) =>
        new JsonWriter().Add("sequence", m.Sequence).Add("state", m.State).AddIfAny("code", m.Code).AddIfAny("reason", Shorten(m.Reason));

    /// <summary>Reads the answer to an identity.</summary>
    public static IdentityAnswer ReadIdentityAnswer(JsonObject o) => new IdentityAnswer
    {
        Sequence = o.Integer("sequence", 1, Number),
        State = o.String("state", 16),
        Code = o.OptionalString("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    /// <summary>Members of a device's info.</summary>
    public static JsonWriter Write(DeviceInfo m)
    {
        JsonWriter writer = new JsonWriter()
            .Add("type", m.Type).Add("runtime", m.Runtime).Add("agent", m.Agent).Add("kinds", m.Kinds).Add("slot_bytes", m.SlotBytes)
            .Add("window", m.Window).Add("chunk_bytes", m.ChunkBytes).Add("capabilities", m.Capabilities).Add("sequence", m.Sequence)
            .AddIfAny("program_id", m.ProgramId).AddIfAny("program_version", m.ProgramVersion).AddIfAny("board", m.Board);
        return m.FirmwareBytes > 0 ? writer.Add("firmware_bytes", m.FirmwareBytes) : writer;
    }

    /// <summary>Reads a device's info.</summary>
    public static DeviceInfo ReadDeviceInfo(JsonObject o) => new DeviceInfo
    {
        Type = o.String("type", Limits.NameLength),
        Runtime = o.String("runtime", Limits.NameLength),
        Agent = o.String("agent", Limits.NameLength),
        Kinds = o.OptionalStrings("kinds", 8, Limits.NameLength),
        SlotBytes = o.Integer("slot_bytes", 0, Number),
        FirmwareBytes = o.OptionalInteger("firmware_bytes", 0, Number, 0),
        Window = (int)o.Integer("window", 1, Limits.WindowMax),
        ChunkBytes = (int)o.Integer("chunk_bytes", Limits.ChunkBytesMin, Limits.ChunkBytesMax),
        Capabilities = o.OptionalStrings("capabilities", 64, Limits.NameLength),
        Sequence = o.OptionalInteger("sequence", 0, Number, 0),
        ProgramId = o.OptionalString("program_id", Limits.NameLength),
        ProgramVersion = o.OptionalString("program_version", Limits.NameLength),
        Board = o.OptionalString("board", Limits.NameLength),
    };

    /// <summary>Members of a program's health.</summary>
    public static JsonWriter Write(Health m) => new JsonWriter().Add("faults", m.Faults).Add("heap_free_bytes", m.HeapFreeBytes).Add("loop_ms", m.LoopMs);

    /// <summary>Reads a program's health.</summary>
    public static Health ReadHealth(JsonObject o) => new Health
    {
        Faults = o.Integer("faults", 0, Number), HeapFreeBytes = o.Integer("heap_free_bytes", 0, Number), LoopMs = o.Integer("loop_ms", 0, Number),
    };

    /// <summary>Members of a manifest, in their fixed order.</summary>
    public static JsonWriter Write(Manifest m)
    {
        JsonWriter writer = new JsonWriter()
            .Add("id", m.Id).Add("version", m.Version).Add("sequence", m.Sequence).Add("kind", m.Kind)
            .Add("device_type", m.DeviceType).Add("size", m.Size).Add("sha256", m.Sha256);
        if (m.Requires.Length > 0)
        {
            writer.Add("requires", m.Requires);
        }

        writer.Add("created", m.Created);
        return m.Expires > 0 ? writer.Add("expires", m.Expires) : writer;
    }

    /// <summary>Reads a manifest.</summary>
    public static Manifest ReadManifest(JsonObject o) => new Manifest
    {
        Id = NameOf(o, "id"),
        Version = VersionOf(o),
        Sequence = o.Integer("sequence", 1, Number),
        Kind = NameOf(o, "kind"),
        DeviceType = NameOf(o, "device_type"),
        Size = o.Integer("size", 1, Limits.ImageBytesMax),
        Sha256 = o.Hex("sha256", Sha256Digits),
        Requires = o.OptionalStrings("requires", 16, Limits.NameLength),
        Created = o.Integer("created", 0, Number),
        Expires = o.OptionalInteger("expires", 0, Number, 0),
    };

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
        Sequence = o.Integer("sequence", 0, Number),
        Code = o.OptionalString("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    /// <summary>Members of the answer to a report.</summary>
    public static JsonWriter Write(Reported m) => new JsonWriter().Add("session", m.Session).Add("state", m.State);

    /// <summary>Reads the answer to a report.</summary>
    public static Reported ReadReported(JsonObject o) => new Reported { Session = SessionOf(o), State = o.String("state", 16) };

    private static JsonWriter Ending(long session, string code, string reason) =>
        new JsonWriter().Add("session", session).Add("code", code).AddIfAny("reason", Shorten(reason));

    private static string Shorten(string reason)
    {
        string kept = Utf8.Cut(reason, Limits.ReasonLength);
        return kept.Length == reason.Length ? reason : Utf8.Cut(reason, Limits.ReasonLength - 3) + "...";
    }

    private static string NameOf(JsonObject o, string name)
    {
        string text = o.String(name, Limits.NameLength);
        if (!Names.IsValid(text))
        {
            o.Note(name, Names.Grammar);
        }

        return text;
    }

    private static string PemOf(JsonObject o, string name)
    {
        string text = o.String(name, Limits.IdentityBytes);
        if (!text.StartsWith("-----BEGIN "))
        {
            o.Note(name, "PEM");
        }

        return text;
    }

    private static string VersionOf(JsonObject o)
    {
        string text = o.String("version", Limits.NameLength);
        if (!Names.IsVersion(text))
        {
            o.Note("version", Names.VersionGrammar);
        }

        return text;
    }

    private static long SessionOf(JsonObject o) => o.Integer("session", 1, Session32);
}

using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Ota;

/// <summary>What can happen to a sender.</summary>
public enum SenderEventKind
{
    /// <summary>A handshake with the device was carried through.</summary>
    Online,

    /// <summary>The device is gone.</summary>
    Offline,

    /// <summary>An ACCEPT arrived.</summary>
    Accepted,

    /// <summary>A REJECT arrived.</summary>
    Rejected,

    /// <summary>A CHUNK_ACK arrived.</summary>
    Acknowledged,

    /// <summary>A VERIFY arrived that tells of the signature's check.</summary>
    SignatureChecked,

    /// <summary>A VERIFY arrived.</summary>
    Verified,

    /// <summary>An ABORT arrived.</summary>
    Aborted,

    /// <summary>A report arrived.</summary>
    Reported,

    /// <summary>Somebody at the hub ends the update, or the hub cannot read the image.</summary>
    Cancel,

    /// <summary>The time asked for by <see cref="OtaSender.DueMs"/> has come.</summary>
    Tick,
}

/// <summary>One event, with what belongs to its kind.</summary>
public sealed class SenderEvent
{
    private SenderEvent(SenderEventKind kind) => Kind = kind;

    /// <summary>What happened.</summary>
    public SenderEventKind Kind { get; }

    /// <summary>The next chunk wanted, the bytes checked, or the percent of a signature's check.</summary>
    public long Number { get; private set; }

    /// <summary>The window of an ACCEPT.</summary>
    public int Window { get; private set; }

    /// <summary>The bitmap of a CHUNK_ACK.</summary>
    public ulong Bitmap { get; private set; }

    /// <summary>The code of a refusal, the hash of a VERIFY, or the state of a report.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The code of a report.</summary>
    public string Code { get; private set; } = "";

    /// <summary>A sentence for people.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>A handshake with the device was carried through.</summary>
    public static SenderEvent Online() => new SenderEvent(SenderEventKind.Online);

    /// <summary>The device is gone.</summary>
    public static SenderEvent Offline() => new SenderEvent(SenderEventKind.Offline);

    /// <summary>An ACCEPT arrived.</summary>
    public static SenderEvent Accepted(long next, int window) => new SenderEvent(SenderEventKind.Accepted) { Number = next, Window = window };

    /// <summary>A REJECT arrived.</summary>
    public static SenderEvent Rejected(string code, string reason) => new SenderEvent(SenderEventKind.Rejected) { Text = code, Reason = reason };

    /// <summary>A CHUNK_ACK arrived.</summary>
    public static SenderEvent Acknowledged(long next, ulong bitmap) =>
        new SenderEvent(SenderEventKind.Acknowledged) { Number = next, Bitmap = bitmap };

    /// <summary>A VERIFY arrived.</summary>
    public static SenderEvent Of(Verify m) => m.Signature > 0
        ? new SenderEvent(SenderEventKind.SignatureChecked) { Number = m.Signature }
        : Verified(m.Checked, m.Sha256);

    /// <summary>A VERIFY about the image arrived.</summary>
    public static SenderEvent Verified(long bytes, string sha256) => new SenderEvent(SenderEventKind.Verified) { Number = bytes, Text = sha256 };

    /// <summary>An ABORT arrived.</summary>
    public static SenderEvent Aborted(string code, string reason) => new SenderEvent(SenderEventKind.Aborted) { Text = code, Reason = reason };

    /// <summary>A report arrived.</summary>
    public static SenderEvent Reported(string state, string code, string reason) =>
        new SenderEvent(SenderEventKind.Reported) { Text = state, Code = code, Reason = reason };

    /// <summary>The hub ends the update.</summary>
    public static SenderEvent Cancel(string code, string reason) => new SenderEvent(SenderEventKind.Cancel) { Text = code, Reason = reason };

    /// <summary>Time has passed.</summary>
    public static SenderEvent Tick() => new SenderEvent(SenderEventKind.Tick);
}

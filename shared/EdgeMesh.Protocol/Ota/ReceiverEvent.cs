using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Ota;

/// <summary>What can happen to a receiver.</summary>
public enum ReceiverEventKind
{
    /// <summary>The device booted with a transfer under way; the slot holds so many bytes.</summary>
    Restored,

    /// <summary>The handshake with the hub is made.</summary>
    Online,

    /// <summary>The connection is gone.</summary>
    Offline,

    /// <summary>An OFFER arrived.</summary>
    Offered,

    /// <summary>A CHUNK arrived; its signature is checked already.</summary>
    ChunkArrived,

    /// <summary>Part of the image, or all of it, is hashed.</summary>
    Hashed,

    /// <summary>A COMPLETE arrived.</summary>
    Completed,

    /// <summary>An ABORT arrived.</summary>
    Aborted,

    /// <summary>An effect on storage failed.</summary>
    StorageFailed,

    /// <summary>Part of the check of an offer's signature, or all of it, is done.</summary>
    SignatureChecked,

    /// <summary>The time asked for by <see cref="OtaReceiver.DueMs"/> has come.</summary>
    Tick,
}

/// <summary>One event, with what belongs to its kind.</summary>
public sealed class ReceiverEvent
{
    private ReceiverEvent(ReceiverEventKind kind) => Kind = kind;

    /// <summary>What happened.</summary>
    public ReceiverEventKind Kind { get; }

    /// <summary>The offer of <see cref="ReceiverEventKind.Offered"/>.</summary>
    public Offer? Offer { get; private set; }

    /// <summary>The transfer of <see cref="ReceiverEventKind.Restored"/>.</summary>
    public Transfer? Transfer { get; private set; }

    /// <summary>The session of a chunk, COMPLETE or ABORT.</summary>
    public long Session { get; private set; }

    /// <summary>The sequence of a chunk.</summary>
    public long Sequence { get; private set; }

    /// <summary>Length of a chunk's data, bytes in the slot, bytes hashed, or percent checked.</summary>
    public long Length { get; private set; }

    /// <summary>The image's SHA-256 in hex once all is hashed; the code of a failure or abort.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The key whose signature was found right; null while the check goes on, and where it was not.</summary>
    public TrustedKey? Signer { get; private set; }

    /// <summary>Why the offer is refused; null while the check goes on, and where the signature is right.</summary>
    public Reject? Refusal { get; private set; }

    /// <summary>The device booted with a transfer under way.</summary>
    public static ReceiverEvent Restored(Transfer transfer, long storedBytes) =>
        new ReceiverEvent(ReceiverEventKind.Restored) { Transfer = transfer, Length = storedBytes };

    /// <summary>The handshake is made.</summary>
    public static ReceiverEvent Online() => new ReceiverEvent(ReceiverEventKind.Online);

    /// <summary>The connection is gone.</summary>
    public static ReceiverEvent Offline() => new ReceiverEvent(ReceiverEventKind.Offline);

    /// <summary>An OFFER arrived.</summary>
    public static ReceiverEvent Offered(Offer offer) => new ReceiverEvent(ReceiverEventKind.Offered) { Offer = offer };

    /// <summary>A CHUNK arrived with so many bytes of data.</summary>
    public static ReceiverEvent ChunkArrived(long session, long sequence, long length) =>
        new ReceiverEvent(ReceiverEventKind.ChunkArrived) { Session = session, Sequence = sequence, Length = length };

    /// <summary>So many bytes are hashed; <paramref name="sha256"/> is empty until all are.</summary>
    public static ReceiverEvent Hashed(long bytes, string sha256) =>
        new ReceiverEvent(ReceiverEventKind.Hashed) { Length = bytes, Text = sha256 };

    /// <summary>So many percent of the check of the last offer's signature are done; with its result once it is over.</summary>
    public static ReceiverEvent SignatureChecked(int percent, TrustedKey? signer, Reject? refusal) =>
        new ReceiverEvent(ReceiverEventKind.SignatureChecked) { Length = percent, Signer = signer, Refusal = refusal };

    /// <summary>A COMPLETE arrived.</summary>
    public static ReceiverEvent Completed(long session) => new ReceiverEvent(ReceiverEventKind.Completed) { Session = session };

    /// <summary>An ABORT arrived.</summary>
    public static ReceiverEvent Aborted(long session, string code) =>
        new ReceiverEvent(ReceiverEventKind.Aborted) { Session = session, Text = code };

    /// <summary>Storage failed, with one of <see cref="Contracts.ErrorCodes"/>.</summary>
    public static ReceiverEvent StorageFailed(string code) => new ReceiverEvent(ReceiverEventKind.StorageFailed) { Text = code };

    /// <summary>Time has passed.</summary>
    public static ReceiverEvent Tick() => new ReceiverEvent(ReceiverEventKind.Tick);
}

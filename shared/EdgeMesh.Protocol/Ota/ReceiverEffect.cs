namespace EdgeMesh.Protocol.Ota;

/// <summary>What a receiver asks of the device. Effects are carried out in their order; where one on storage fails, the rest are dropped.</summary>
public enum ReceiverEffectKind
{
    /// <summary>Send the message.</summary>
    Send,

    /// <summary>Check the offer's signature, telling the progress; what was being checked before is of no interest any more.</summary>
    CheckSignature,

    /// <summary>Record the transfer, which voids the slot's image, and then empty the slot's file.</summary>
    OpenSlot,

    /// <summary>Record the transfer's new session.</summary>
    Adopt,

    /// <summary>Cut the slot's file to so many bytes.</summary>
    Trim,

    /// <summary>Append the event's chunk to the slot's file.</summary>
    Append,

    /// <summary>Keep the event's chunk apart, outside the slot, until its turn comes. It need not outlive a reboot.</summary>
    Hold,

    /// <summary>Append a chunk that was kept apart.</summary>
    AppendHeld,

    /// <summary>Flush the slot's file, so that a power cut leaves it whole.</summary>
    Flush,

    /// <summary>Hash the slot's file from its start, telling the progress.</summary>
    Hash,

    /// <summary>Forget the transfer and what is kept apart.</summary>
    Discard,

    /// <summary>Put the slot on trial, and boot.</summary>
    Apply,

    /// <summary>Send the report of the image applied last again, as soon as there is one to send.</summary>
    Report,

    /// <summary>Log a refusal once, and count it.</summary>
    Refuse,
}

/// <summary>One effect, with what belongs to its kind.</summary>
public sealed class ReceiverEffect
{
    /// <summary>An effect.</summary>
    public ReceiverEffect(ReceiverEffectKind kind, object? message = null, long number = 0)
    {
        Kind = kind;
        Message = message;
        Number = number;
    }

    /// <summary>What to do.</summary>
    public ReceiverEffectKind Kind { get; }

    /// <summary>
    /// The <c>Offer</c> of <c>CheckSignature</c>, the message to send (<c>Accept</c>, <c>Reject</c>, <c>ChunkAck</c>, <c>Verify</c>, <c>Abort</c>), the <see cref="Transfer"/>
    /// of <c>OpenSlot</c>, <c>Adopt</c> and <c>Apply</c>, or the <c>Reject</c> that says what <c>Refuse</c> is about.
    /// </summary>
    public object? Message { get; }

    /// <summary>The sequence of a held chunk, or the bytes of <c>Trim</c>.</summary>
    public long Number { get; }
}

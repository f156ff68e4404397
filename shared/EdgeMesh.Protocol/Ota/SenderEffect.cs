namespace EdgeMesh.Protocol.Ota;

/// <summary>What a sender asks of the hub.</summary>
public enum SenderEffectKind
{
    /// <summary>Send the OFFER.</summary>
    SendOffer,

    /// <summary>Send the chunk of this sequence.</summary>
    SendChunk,

    /// <summary>Send COMPLETE.</summary>
    SendComplete,

    /// <summary>Send ABORT with the sender's code and reason.</summary>
    SendAbort,

    /// <summary>The state, its code or its reason changed: keep it, and show it.</summary>
    Changed,
}

/// <summary>One effect.</summary>
public sealed class SenderEffect
{
    /// <summary>An effect.</summary>
    public SenderEffect(SenderEffectKind kind, long sequence = 0)
    {
        Kind = kind;
        Sequence = sequence;
    }

    /// <summary>What to do.</summary>
    public SenderEffectKind Kind { get; }

    /// <summary>The chunk of <see cref="SenderEffectKind.SendChunk"/>.</summary>
    public long Sequence { get; }
}

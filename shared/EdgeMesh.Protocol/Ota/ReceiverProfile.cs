using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Ota;

/// <summary>What a device knows of itself when it judges an offer.</summary>
public sealed class ReceiverProfile
{
    /// <summary>The device's type.</summary>
    public string DeviceType { get; set; } = "";

    /// <summary>Kinds of image it can run.</summary>
    public string[] Kinds { get; set; } = new string[0];

    /// <summary>Room of the slot that would be written, in bytes.</summary>
    public long SlotBytes { get; set; }

    /// <summary>Room of the bootloader's slot, in bytes, for images of the kind <c>esp32-image</c>; 0 where <see cref="SlotBytes"/> holds for all kinds.</summary>
    public long FirmwareBytes { get; set; }

    /// <summary>Most chunks in flight.</summary>
    public int Window { get; set; } = 8;

    /// <summary>Largest chunk, in bytes.</summary>
    public int ChunkBytes { get; set; } = Limits.ChunkBytesDefault;

    /// <summary>What images may require.</summary>
    public string[] Capabilities { get; set; } = new string[0];

    /// <summary>Highest manifest sequence ever confirmed.</summary>
    public long Sequence { get; set; }

    /// <summary>Whether a program is on trial.</summary>
    public bool OnTrial { get; set; }

    /// <summary>Session of the image applied last, whatever became of it; 0 for none. An offer of it gets the report again.</summary>
    public long AppliedSession { get; set; }

    /// <summary>
    /// The hub's time, in seconds since 1970-01-01 UTC; 0 while unknown, when no manifest counts as expired, but one of a kind that must be
    /// signed and says when it expires is refused.
    /// </summary>
    public long UnixSeconds { get; set; }

    /// <summary>The publishers' keys that are trusted now. A kind that one of them may sign must be signed; others need not be.</summary>
    public TrustedKey[] Trusted { get; set; } = new TrustedKey[0];
}

using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Slots;

/// <summary>The image that a slot holds.</summary>
public sealed class SlotImage
{
    /// <summary>The session that brought it.</summary>
    public long Session { get; set; }

    /// <summary>The firmware's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>The firmware's version.</summary>
    public string Version { get; set; } = "";

    /// <summary>The manifest's sequence.</summary>
    public long Sequence { get; set; }

    /// <summary>The image's size, in bytes: the slot's file is as long.</summary>
    public long Size { get; set; }

    /// <summary>The image's SHA-256 in hex, checked before every boot.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>The key whose signature was found right; null where none was asked for.</summary>
    public TrustedKey? Signer { get; set; }
}

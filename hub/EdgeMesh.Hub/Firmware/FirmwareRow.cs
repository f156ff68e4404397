namespace EdgeMesh.Hub.Firmware;

/// <summary>A stored firmware: the manifest's members, and the manifest itself.</summary>
public sealed record FirmwareRow
{
    /// <summary>The firmware's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>One of <see cref="Contracts.ImageKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The type of device it is for.</summary>
    public required string DeviceType { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 in hex; the image's name in the store.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The manifest's sequence.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was added, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    /// <summary>base64url of the manifest's exact bytes.</summary>
    public required string Manifest { get; init; }

    /// <summary>base64url of the publisher's signature over them; empty where the hub made the manifest.</summary>
    public string Signature { get; init; } = "";

    /// <summary>The publisher's key in hex; empty where the hub made the manifest.</summary>
    public string Publisher { get; init; } = "";

    /// <summary>The statements that lead to that key from older ones, with spaces between.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The manifest with its signature.</summary>
    internal SignedManifest Signed => new(Manifest, Signature, Publisher, SignedManifest.KeysOf(Keys));
}

namespace EdgeMesh.Contracts.Messages;

/// <summary>What an image is. It travels as the base64url of its exact bytes, so that one signature fits all languages.</summary>
public sealed class Manifest
{
    /// <summary>The firmware's id, by <see cref="Names"/>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The version people read: 1 to 32 characters, no control characters.</summary>
    public string Version { get; set; } = "";

    /// <summary>Grows with every manifest; a device takes none that is not above its highest confirmed.</summary>
    public long Sequence { get; set; }

    /// <summary>One of <see cref="ImageKinds"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The type of device it is for.</summary>
    public string DeviceType { get; set; } = "";

    /// <summary>The image's size, in bytes; at least 1.</summary>
    public long Size { get; set; }

    /// <summary>The image's SHA-256: 64 lower-case hex digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Capabilities the device must have.</summary>
    public string[] Requires { get; set; } = new string[0];

    /// <summary>When it was made, in seconds since 1970-01-01 UTC.</summary>
    public long Created { get; set; }

    /// <summary>When it runs out, in seconds since 1970-01-01 UTC; 0 for never.</summary>
    public long Expires { get; set; }
}

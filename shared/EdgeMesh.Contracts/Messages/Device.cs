namespace EdgeMesh.Contracts.Messages;

/// <summary>Retained at <c>up/status</c>. The will, which nobody can sign, says <see cref="Lost"/>.</summary>
public sealed class DeviceStatus
{
    /// <summary>Connected and listening.</summary>
    public const string Online = "online";

    /// <summary>Gone on purpose, back by itself.</summary>
    public const string Sleeping = "sleeping";

    /// <summary>Gone without a word: the broker's will.</summary>
    public const string Lost = "lost";

    /// <summary>One of the three above.</summary>
    public string Status { get; set; } = Online;
}

/// <summary>Retained at <c>up/info</c>: what the device is and can do.</summary>
public sealed class DeviceInfo
{
    /// <summary>The device's type, such as <c>esp32-mpy</c>: manifests name it.</summary>
    public string Type { get; set; } = "";

    /// <summary><c>nanoframework</c> or <c>micropython</c>.</summary>
    public string Runtime { get; set; } = "";

    /// <summary>Version of the client or agent.</summary>
    public string Agent { get; set; } = "";

    /// <summary>Kinds of image it takes: <see cref="ImageKinds"/>.</summary>
    public string[] Kinds { get; set; } = new string[0];

    /// <summary>Room of one slot, in bytes.</summary>
    public long SlotBytes { get; set; }

    /// <summary>Largest window it accepts, in chunks.</summary>
    public int Window { get; set; } = 1;

    /// <summary>Largest chunk it accepts, in bytes.</summary>
    public int ChunkBytes { get; set; } = Limits.ChunkBytesDefault;

    /// <summary>What images may require of it.</summary>
    public string[] Capabilities { get; set; } = new string[0];

    /// <summary>Highest manifest sequence it ever confirmed.</summary>
    public long Sequence { get; set; }

    /// <summary>Id of the program that runs; empty for none.</summary>
    public string ProgramId { get; set; } = "";

    /// <summary>Version of the program that runs; empty for none.</summary>
    public string ProgramVersion { get; set; } = "";
}

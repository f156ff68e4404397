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

    /// <summary>Room of the bootloader's slot, for images of the kind <see cref="ImageKinds.Esp32Image"/>, in bytes; 0 where <see cref="SlotBytes"/> holds for all kinds.</summary>
    public long FirmwareBytes { get; set; }

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

    /// <summary>The board, such as <c>esp32-c3</c>: which pins there are. Empty where its owner has not told it.</summary>
    public string Board { get; set; } = "";
}

/// <summary>How the program fares, at <c>up/health</c>: at every connect, every minute, and whenever it stopped with an exception.</summary>
public sealed class Health
{
    /// <summary>How often it stopped with an exception, or let the watchdog reset the board, since the last message.</summary>
    public long Faults { get; set; }

    /// <summary>Memory left after a collection, in bytes.</summary>
    public long HeapFreeBytes { get; set; }

    /// <summary>Longest run of its <c>loop()</c> since the last message, in milliseconds, be it the one that goes on; 0 where it has none.</summary>
    public long LoopMs { get; set; }
}

/// <summary>A line of a device's log, at <c>up/log</c>.</summary>
public sealed class LogLine
{
    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public string Level { get; set; } = "info";

    /// <summary>The line, for people.</summary>
    public string Text { get; set; } = "";
}

/// <summary>A command to the program of a device, at <c>down/command</c>.</summary>
public sealed class Command
{
    /// <summary>Which command: the program's word.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its members, as a JSON object; empty for none.</summary>
    public string Data { get; set; } = "";

    /// <summary>Given back with the answer as it came; empty for none.</summary>
    public string Transaction { get; set; } = "";

    /// <summary>Grows with every command of a hub. A device keeps the highest it began, and runs none that is not above it; 0 for a command that may repeat.</summary>
    public long Sequence { get; set; }
}

/// <summary>What became of a command, at <c>up/response</c>.</summary>
public sealed class CommandResponse
{
    /// <summary><c>ok</c> or <c>error</c>.</summary>
    public string Status { get; set; } = "ok";

    /// <summary>What the program answers, as a JSON object; empty for none.</summary>
    public string Data { get; set; } = "";

    /// <summary>Why it was not run: one of <see cref="ErrorCodes"/>; empty where it ran, also where the program failed on it.</summary>
    public string Code { get; set; } = "";

    /// <summary>Why it failed, as a sentence; empty where it did not.</summary>
    public string Error { get; set; } = "";

    /// <summary>The command's transaction.</summary>
    public string Transaction { get; set; } = "";
}

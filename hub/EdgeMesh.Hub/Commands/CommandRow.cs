namespace EdgeMesh.Hub.Commands;

/// <summary>Where a command stands.</summary>
public static class CommandStates
{
    /// <summary>It waits for its device, or for the commands before it.</summary>
    public const string Queued = "queued";

    /// <summary>It was sent, and the answer is awaited.</summary>
    public const string Sent = "sent";

    /// <summary>The program answered it.</summary>
    public const string Done = "done";

    /// <summary>The program failed on it or takes no such command.</summary>
    public const string Failed = "failed";

    /// <summary>It ran, or began to, and its answer was lost with a reset of the device. It is not run again.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>Its time ran out. Where it had been sent it may have run.</summary>
    public const string Expired = "expired";

    /// <summary>Somebody took it back before it was sent.</summary>
    public const string Cancelled = "cancelled";
}

/// <summary>A command to a device, as stored.</summary>
public sealed record CommandRow
{
    /// <summary>Its number: grows for ever, over all devices. The device keeps the highest it ran, so none runs twice.</summary>
    public long Sequence { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>Which command: the program's word.</summary>
    public required string Name { get; init; }

    /// <summary>Its members, as a JSON object.</summary>
    public required string Data { get; init; }

    /// <summary>One of <see cref="CommandStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>What the program answered, as a JSON object; null for nothing.</summary>
    public string? Answer { get; init; }

    /// <summary>Why it did not succeed: one of <see cref="Contracts.ErrorCodes"/>; empty otherwise, and where the program itself refused.</summary>
    public string Code { get; init; } = "";

    /// <summary>The cause as a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it was given, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    /// <summary>When it is given up, in seconds since 1970-01-01 UTC.</summary>
    public required long Expires { get; init; }

    /// <summary>When its state last changed, in seconds since 1970-01-01 UTC.</summary>
    public required long Updated { get; init; }

    /// <summary>Whether it waits or is under way.</summary>
    public bool IsOpen => State is CommandStates.Queued or CommandStates.Sent;
}

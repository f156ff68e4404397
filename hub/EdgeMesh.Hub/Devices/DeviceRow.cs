namespace EdgeMesh.Hub.Devices;

/// <summary>A known device, as stored.</summary>
public sealed record DeviceRow
{
    /// <summary>The device's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>When it was added, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    /// <summary>When its last handshake was made, in seconds since 1970-01-01 UTC; 0 for never.</summary>
    public required long LastSeen { get; init; }

    /// <summary>Its last verified <c>up/info</c>, as JSON; null where there was none yet.</summary>
    public string? Info { get; init; }

    /// <summary>When it was revoked, in seconds since 1970-01-01 UTC; 0 for not.</summary>
    public long Revoked { get; init; }

    /// <summary>Why it was revoked, as the owner said.</summary>
    public string RevokedReason { get; init; } = "";

    /// <summary>Highest manifest sequence it reported as confirmed.</summary>
    public required long Sequence { get; init; }

    /// <summary>Id of the program it reported as confirmed; empty for none.</summary>
    public required string ProgramId { get; init; }

    /// <summary>Version of that program.</summary>
    public required string ProgramVersion { get; init; }
}

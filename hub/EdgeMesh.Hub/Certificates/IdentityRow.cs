namespace EdgeMesh.Hub.Certificates;

/// <summary>How far an identity came.</summary>
public static class IdentityStates
{
    /// <summary>Somebody asked for one; it is made when the device is there.</summary>
    public const string Wanted = "wanted";

    /// <summary>It was sent, and the answer is awaited.</summary>
    public const string Sent = "sent";

    /// <summary>It is on the device's flash.</summary>
    public const string Stored = "stored";

    /// <summary>The device did not take it.</summary>
    public const string Rejected = "rejected";

    /// <summary>The device was here with it.</summary>
    public const string InUse = "in_use";
}

/// <summary>An identity that a device was sent, as stored: without its key, which the hub does not keep.</summary>
public sealed record IdentityRow
{
    /// <summary>Its number, above all before it.</summary>
    public required long Sequence { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The newest authority in it; 0 while it is wanted.</summary>
    public long Authority { get; init; }

    /// <summary>The serial number of the certificate in it; empty for none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>One of <see cref="IdentityStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>When it was made, in seconds since 1970-01-01 UTC.</summary>
    public required long Sent { get; init; }
}

/// <summary>What came of asking for a renewal.</summary>
/// <param name="Device">The device.</param>
/// <param name="State"><c>sent</c>, or <c>wanted</c> where it waits for the device.</param>
/// <param name="Waits">What it waits for, as a sentence; empty where it was sent.</param>
public sealed record RenewalView(string Device, string State, string Waits);

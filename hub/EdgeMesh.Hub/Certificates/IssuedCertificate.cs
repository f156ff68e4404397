namespace EdgeMesh.Hub.Certificates;

/// <summary>A certificate that was issued, as the database keeps it: without its key, which the hub does not keep.</summary>
public sealed record IssuedCertificate
{
    /// <summary>Its serial number, in hex.</summary>
    public required string Serial { get; init; }

    /// <summary><c>authority</c>, <c>hub</c> or <c>device</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The device's id; else the authority's or the hub's name.</summary>
    public required string Subject { get; init; }

    /// <summary>Number of the authority that signed it, from 1.</summary>
    public required long Authority { get; init; }

    /// <summary>When it was made, in seconds since 1970-01-01 UTC by the hub's clock.</summary>
    public required long Issued { get; init; }

    /// <summary>From when it is valid, in seconds since 1970-01-01 UTC: earlier than <see cref="Issued"/>, for clocks that lag.</summary>
    public required long NotBefore { get; init; }

    /// <summary>Until when, likewise.</summary>
    public required long NotAfter { get; init; }

    /// <summary>When it was revoked, likewise; 0 for not.</summary>
    public long Revoked { get; init; }

    /// <summary>Why it was revoked.</summary>
    public string Reason { get; init; } = "";

    /// <summary>From when on it is due for renewal, likewise. Not stored.</summary>
    public long RenewBy { get; init; }
}

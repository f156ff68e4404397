namespace EdgeMesh.Contracts.Messages;

/// <summary>
/// What a device is to connect with from now on, at <c>down/identity</c>. It keeps what it has until the hub was reached with this one; its
/// next hello names the number.
/// </summary>
public sealed class Identity
{
    /// <summary>Grows with every identity of a hub; a device takes none that is not above the one in use.</summary>
    public long Sequence { get; set; }

    /// <summary>PEM of all authorities to trust, one or in a rotation two.</summary>
    public string Authority { get; set; } = "";

    /// <summary>PEM of the device's certificate; empty where the broker asks for none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM of that one's private key. Never logged.</summary>
    public string PrivateKey { get; set; } = "";
}

/// <summary>What became of an <see cref="Identity"/>, at <c>up/identity</c>.</summary>
public sealed class IdentityAnswer
{
    /// <summary>It is on the flash, and the device connects with it next.</summary>
    public const string Stored = "stored";

    /// <summary>The device keeps what it has.</summary>
    public const string Rejected = "rejected";

    /// <summary>The identity's number.</summary>
    public long Sequence { get; set; }

    /// <summary><see cref="Stored"/> or <see cref="Rejected"/>.</summary>
    public string State { get; set; } = Stored;

    /// <summary>Why it was rejected: one of <see cref="ErrorCodes"/>; empty where it was not.</summary>
    public string Code { get; set; } = "";

    /// <summary>The cause as a sentence; empty where it was not.</summary>
    public string Reason { get; set; } = "";
}

namespace EdgeMesh.Contracts.Messages;

/// <summary>First message of every connection, signed with the device's handshake key.</summary>
public sealed class Hello
{
    /// <summary>Protocol version the device speaks: <see cref="Limits.ProtocolVersion"/>.</summary>
    public int Version { get; set; } = Limits.ProtocolVersion;

    /// <summary>The device's nonce: 32 hex digits, fresh for every hello.</summary>
    public string Nonce { get; set; } = "";

    /// <summary>Whether the device asks for encryption: it can do AES-256-GCM, and its connection is not TLS.</summary>
    public bool Encrypt { get; set; }

    /// <summary>Whether the connection is TLS to one of the device's own authorities: only then it may be sent a private key.</summary>
    public bool Tls { get; set; }

    /// <summary>The number of the <see cref="Messages.Identity"/> that this connection was made with; 0 for the one of the configuration.</summary>
    public long Identity { get; set; }
}

/// <summary>The hub's answer to a hello, signed with the device's handshake key over both nonces.</summary>
public sealed class Welcome
{
    /// <summary>
    /// The <see cref="DeviceNonce"/> of a welcome that answers no hello: the hub knows no session that the device's messages fit, and asks it to
    /// say hello again. It makes no session itself.
    /// </summary>
    public const string NoHello = "00000000000000000000000000000000";

    /// <summary>The nonce of the hello it answers: 32 hex digits; <see cref="NoHello"/> where it answers none.</summary>
    public string DeviceNonce { get; set; } = "";

    /// <summary>The hub's nonce: 32 hex digits, fresh for every welcome.</summary>
    public string Nonce { get; set; } = "";

    /// <summary>The hub's boot id: 16 hex digits. Another one in <c>hub/status</c> asks for a new hello.</summary>
    public string Hub { get; set; } = "";

    /// <summary>The hub's time, in seconds since 1970-01-01 UTC: a device has no clock of its own.</summary>
    public long Time { get; set; }

    /// <summary>
    /// What is encrypted in this session, in both directions: topics below the device's, such as <c>down/command</c>. Empty for nothing, and
    /// where the hello did not ask. What is named and comes in plain is refused.
    /// </summary>
    public string[] Encrypt { get; set; } = new string[0];
}

/// <summary>Retained at <c>hub/status</c>; the will says <c>offline</c> and nothing else. Not signed: it only prompts a hello.</summary>
public sealed class HubStatus
{
    /// <summary><c>online</c>.</summary>
    public const string Online = "online";

    /// <summary><c>offline</c>.</summary>
    public const string Offline = "offline";

    /// <summary>Of <see cref="Accounts"/>: accounts, topics and instant revocation are up to whoever administers the broker; signatures hold.</summary>
    public const string NotEnforced = "not_enforced";

    /// <summary><see cref="Online"/> or <see cref="Offline"/>.</summary>
    public string Status { get; set; } = Online;

    /// <summary>The hub's boot id: 16 hex digits; empty when offline.</summary>
    public string Boot { get; set; } = "";

    /// <summary>The hub's time, in seconds since 1970-01-01 UTC.</summary>
    public long Time { get; set; }

    /// <summary>The hub's version.</summary>
    public string HubVersion { get; set; } = "";

    /// <summary><see cref="NotEnforced"/> where the broker keeps no accounts for the hub; empty otherwise.</summary>
    public string Accounts { get; set; } = "";
}

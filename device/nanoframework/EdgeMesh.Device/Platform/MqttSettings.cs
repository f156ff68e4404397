namespace EdgeMesh.Device.Platform;

/// <summary>How to connect.</summary>
public sealed class MqttSettings
{
    /// <summary>The broker's name or address.</summary>
    public string Host { get; set; } = "";

    /// <summary>The broker's port.</summary>
    public int Port { get; set; }

    /// <summary>The authorities of which one must have signed the broker's certificate, as PEM; empty for no TLS.</summary>
    public string Authority { get; set; } = "";

    /// <summary>
    /// TLS without a look at whose certificate it is: for an enrolment alone, in which the hub proves itself by the PIN or code. Default false.
    /// </summary>
    public bool TlsUnverified { get; set; }

    /// <summary>The device's own certificate, as PEM; empty for none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>That one's private key, as PEM.</summary>
    public string PrivateKey { get; set; } = "";

    /// <summary>Client id and user name.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The account's password.</summary>
    public string Password { get; set; } = "";

    /// <summary>Topic of the retained will; empty for none.</summary>
    public string WillTopic { get; set; } = "";

    /// <summary>Payload of the will.</summary>
    public byte[] WillPayload { get; set; } = new byte[0];

    /// <summary>Filters to subscribe to, at quality of service 1.</summary>
    public string[] Filters { get; set; } = new string[0];

    /// <summary>How long connecting may block, in milliseconds.</summary>
    public int TimeoutMs { get; set; }
}

using System;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Mqtt;

/// <summary>What a client needs to know to connect. Not to be changed after it is handed over.</summary>
public sealed class MqttClientOptions
{
    /// <summary>Where the broker listens, and how to reach it.</summary>
    public MqttClientTcpOptions ChannelOptions { get; set; } = new();

    /// <summary>The client's name at the broker; a second client of the same name throws the first off. Default: a random one.</summary>
    public string ClientId { get; set; } = "edgemesh-" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>User name and password; null to connect without.</summary>
    public MqttClientCredentials? Credentials { get; set; }

    /// <summary>The broker forgets subscriptions and queued messages when the connection ends. Default true.</summary>
    public bool CleanSession { get; set; } = true;

    /// <summary>
    /// The longest silence before a ping is sent, in whole seconds on the wire, up to 65,535 s. Zero turns pings off.
    /// Default 15 s.
    /// </summary>
    public TimeSpan KeepAlivePeriod { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the broker may take: to accept a connection (name lookup, TCP, TLS and CONNACK together), to answer one packet,
    /// to take what is written, to finish a packet it began. Default 10 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest packet received or sent, header included, in bytes. Default 1 MiB.</summary>
    public uint MaximumPacketSize { get; set; } = 1024 * 1024;

    /// <summary>The topic of the will, which the broker publishes when the connection dies; null for no will.</summary>
    public string? WillTopic { get; set; }

    /// <summary>The will's payload, at most 65,535 bytes.</summary>
    public ReadOnlyMemory<byte> WillPayload { get; set; }

    /// <summary>The will's delivery guarantee.</summary>
    public MqttQualityOfServiceLevel WillQualityOfServiceLevel { get; set; }

    /// <summary>The broker shall keep the will for later subscribers.</summary>
    public bool WillRetain { get; set; }

    /// <summary>Messages that may wait to be sent; beyond it PublishAsync waits for room. Default 1,000.</summary>
    public int MaximumOutgoingMessages { get; set; } = 1000;

    /// <summary>Messages at quality 1 that may be sent and not yet acknowledged. Default 256; at most 32,768.</summary>
    public int MaximumInflightMessages { get; set; } = 256;

    /// <summary>Received messages that may wait for the handler; beyond it reading from the socket stops. Default 1,000.</summary>
    public int MaximumIncomingMessages { get; set; } = 1000;

    /// <summary>Bytes of received messages that may wait for the handler, likewise. Default 16 MiB.</summary>
    public long MaximumIncomingBytes { get; set; } = 16 * 1024 * 1024;
}

/// <summary>The TCP side of a connection.</summary>
public sealed class MqttClientTcpOptions
{
    /// <summary>The broker: a <see cref="DnsEndPoint"/> or an <see cref="IPEndPoint"/>. Default localhost:1883.</summary>
    public EndPoint RemoteEndpoint { get; set; } = new DnsEndPoint("localhost", 1883);

    /// <summary>How to speak TLS, and whether.</summary>
    public MqttClientTlsOptions TlsOptions { get; set; } = new();
}

/// <summary>The TLS side of a connection. There is no switch to accept an untrusted broker: pin its CA instead.</summary>
public sealed class MqttClientTlsOptions
{
    /// <summary>Speak TLS. Default false.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name the broker's certificate must carry. Default: the host of the remote end point.</summary>
    public string? TargetHost { get; set; }

    /// <summary>The only CA certificates to trust. Null or empty: the system's.</summary>
    public X509Certificate2Collection? TrustChain { get; set; }

    /// <summary>
    /// Takes whatever certificate is shown, so that anybody may be at the other end: only for what proves that end in another way. Default false.
    /// </summary>
    public bool AllowUntrustedCertificates { get; set; }

    /// <summary>The client's own certificate with its private key, for brokers that ask for one.</summary>
    public X509Certificate2Collection? ClientCertificates { get; set; }

    /// <summary>Whether revocation of the broker's certificate is looked up. Default: no, since hubs live offline.</summary>
    public X509RevocationMode RevocationMode { get; set; } = X509RevocationMode.NoCheck;
}

/// <summary>User name and password.</summary>
/// <param name="userName">The account at the broker.</param>
/// <param name="password">Its password as bytes; null to send none.</param>
public sealed class MqttClientCredentials(string userName, byte[]? password = null)
{
    /// <summary>The account at the broker.</summary>
    public string UserName { get; } = userName;

    /// <summary>Its password; never logged.</summary>
    // A bare null would convert to an empty password: hence the explicit type.
    public ReadOnlyMemory<byte>? Password { get; } = password is null ? default(ReadOnlyMemory<byte>?) : password;
}

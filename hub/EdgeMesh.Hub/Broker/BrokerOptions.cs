using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Broker;

/// <summary>The MQTT broker; configuration section <c>Broker</c>.</summary>
public sealed class BrokerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Broker";

    /// <summary>
    /// An external broker, <c>mqtt://host[:1883]</c> or <c>mqtts://host[:8883]</c>. Default empty: the hub runs a Mosquitto of its own.
    /// </summary>
    [Setting(Takes = "mqtt://host[:port], mqtts://host[:port], or nothing")]
    public string Url { get; set; } = "";

    /// <summary>The hub's account at an external broker. Default empty: none.</summary>
    public string User { get; set; } = "";

    /// <summary>That account's password; better kept in <see cref="PasswordFile"/>. Default empty: none.</summary>
    [Setting(Secret = true)]
    public string Password { get; set; } = "";

    /// <summary>A file whose first line is that account's password. Default empty: none.</summary>
    [Setting(Takes = "a path")]
    public string PasswordFile { get; set; } = "";

    /// <summary>
    /// The only authorities to trust at <c>mqtts://</c>, a PEM file; devices are told the same. Default empty: the system's, and then no device can be
    /// added, since devices trust only what they are given.
    /// </summary>
    [Setting(Takes = "a path")]
    public string CaFile { get; set; } = "";

    /// <summary>TCP port of the embedded broker's plain listener, 1 to 65535. Default 1883, MQTT's own.</summary>
    [Range(1, 65535), Setting(Unit = "TCP port")]
    public int Port { get; set; } = 1883;

    /// <summary>
    /// Plain MQTT beyond this machine: the embedded broker then listens on all addresses, and <c>mqtt://</c> may name another host.
    /// For a laboratory: passwords and readings can be read along. Default false: loopback only.
    /// </summary>
    public bool AllowPlain { get; set; }

    /// <summary>
    /// TCP port of the embedded broker's TLS listener, on all addresses. The hub then keeps a certificate authority. Default 8883, which
    /// is MQTT's own; 0 for none.
    /// </summary>
    [Range(1, 65535), Setting(Unit = "TCP port", Zero = "none")]
    public int TlsPort { get; set; } = 8883;

    /// <summary>
    /// The TLS listener asks every client for a certificate of the hub's authority, beside user and password. Needs <see cref="TlsPort"/>.
    /// Default false.
    /// </summary>
    [Setting(Requirement = "mutual TLS as an option")]
    public bool MutualTls { get; set; }

    /// <summary>
    /// The host name or address by which devices reach the broker: what <c>devices add</c> writes into their configuration. Default
    /// empty: with TLS this machine's name with <c>.local</c>, in plain its name where the broker listens beyond it, else the address the hub
    /// itself uses.
    /// </summary>
    [Setting(Takes = "a host name or an address")]
    public string DeviceHost { get; set; } = "";

    /// <summary>Path of the <c>mosquitto</c> program. Default empty: looked for in /usr/sbin, /usr/local/sbin and PATH.</summary>
    [Setting(Takes = "a path")]
    public string Mosquitto { get; set; } = "";
}

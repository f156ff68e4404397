using System.ComponentModel.DataAnnotations;
using System.Net;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Access;

/// <summary>The hub's HTTP listener on TCP, beside its Unix socket; configuration section <c>Http</c>. Off unless a port is given.</summary>
public sealed class AccessOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Http";

    /// <summary>TCP port, 1 to 65535; 0, the default, for none.</summary>
    [Range(1, 65535), Setting(Unit = "TCP port", Zero = "none")]
    public int Port { get; set; }

    /// <summary>The address to listen on. Default <c>127.0.0.1</c>: programs on this machine, and whoever has a tunnel to it.</summary>
    [Setting(Takes = "an IP address")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Whether tokens may cross the network in plain: an address other than loopback is refused without. Default false.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>Requests a second that one token may make, 1 to 10000. Default 50. More are answered with 429.</summary>
    [Range(1, 10_000), Setting(Unit = "requests/s")]
    public int RequestsPerSecond { get; set; } = 50;

    /// <summary>Wrong tokens a minute, of all callers together, that are answered and audited, 1 to 1000. Default 10. More are answered with 429.</summary>
    [Range(1, 1000), Setting(Unit = "refusals/min")]
    public int RefusalsPerMinute { get; set; } = 10;

    /// <summary>What is wrong with the address; empty where nothing is.</summary>
    public string Problem() =>
        !IPAddress.TryParse(Address, out IPAddress? address) ? "Http:Address takes an IP address, such as 127.0.0.1."
        : Port > 0 && !IPAddress.IsLoopback(address) && !AllowPlain
            ? "Http:Address is not loopback, and tokens would cross the network in plain. Put a TLS proxy before the hub, or accept that with Http:AllowPlain=true."
        : "";
}

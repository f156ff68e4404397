using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker;

/// <summary>Where the broker is and as whom the hub connects to it: the embedded one or the one configured.</summary>
internal sealed class BrokerEndpoint(IOptions<BrokerOptions> options, BrokerFolder folder, HubIdentity identity)
{
    /// <summary>The hub's account at the embedded broker.</summary>
    public const string HubUser = "hub";

    /// <summary>The read-only account.</summary>
    public const string ViewerUser = "viewer";

    /// <summary>The account of people and home automation: reads as the viewer does, and asks the hub for what may be asked for over MQTT.</summary>
    public const string OperatorUser = "operator";

    private readonly BrokerOptions _options = options.Value;
    private readonly Uri? _address = BrokerOptionsValidation.Address(options.Value.Url);

    public bool IsEmbedded => _address is null;

    public string Host => _address?.Host.Trim('[', ']') ?? IPAddress.Loopback.ToString();

    public int Port => _address switch
    {
        null => _options.Port,
        { Port: > 0 } => _address.Port,
        _ => UsesTls ? 8883 : 1883,
    };

    public bool UsesTls => _address?.Scheme == "mqtts";

    /// <summary>The client id of the hub's connection for messages.</summary>
    public string ClientId => "hub-" + identity.Site;

    public BrokerInfo Info => new(
        IsEmbedded && _options.AllowPlain ? Environment.MachineName : Host,
        DeviceHost,
        Port,
        UsesTls,
        IsEmbedded && _options.TlsPort > 0 ? _options.TlsPort : Port,
        UsesTls || (IsEmbedded && _options.TlsPort > 0),
        IsEmbedded,
        ViewerUser,
        folder.ViewerSecretFile,
        OperatorUser,
        folder.OperatorSecretFile,
        Topic.SiteFilter(identity.Site),
        UsesTls && _options.CaFile.Length > 0 ? File.ReadAllText(_options.CaFile) : "");

    // A home router's DNS rarely knows the hub; the Pi's own avahi answers for its name with .local (RFC 6762).
    private string DeviceHost =>
        _options.DeviceHost.Length > 0 ? _options.DeviceHost
        : IsEmbedded && _options.TlsPort > 0 ? Environment.MachineName.Split('.')[0].ToLowerInvariant() + ".local"
        : IsEmbedded && _options.AllowPlain ? Environment.MachineName : Host;

    /// <summary>Whether an id would be taken for the hub's own accounts or client ids, or push its connections off.</summary>
    public static bool IsReserved(string id) => id is HubUser or ViewerUser or OperatorUser
        || id.StartsWith("hub-", StringComparison.Ordinal) || id.StartsWith(EnrollmentSecret.UserPrefix, StringComparison.Ordinal);

    /// <summary>How to connect.</summary>
    public MqttClientOptions ClientOptions(string clientId) => new()
    {
        ClientId = clientId,
        Credentials = Credentials(),
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = IPAddress.TryParse(Host, out IPAddress? address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port),
            TlsOptions = new MqttClientTlsOptions { UseTls = UsesTls, TargetHost = Host, TrustChain = TrustChain() },
        },
    };

    private MqttClientCredentials? Credentials()
    {
        if (IsEmbedded)
        {
            return new MqttClientCredentials(HubUser, Encoding.UTF8.GetBytes(folder.HubSecret()));
        }

        string password = _options.PasswordFile.Length > 0 ? File.ReadLines(_options.PasswordFile).FirstOrDefault("") : _options.Password;
        return _options.User.Length == 0 ? null
            : new MqttClientCredentials(_options.User, password.Length == 0 ? null : Encoding.UTF8.GetBytes(password));
    }

    private X509Certificate2Collection? TrustChain()
    {
        if (_options.CaFile.Length == 0)
        {
            return null;
        }

        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(_options.CaFile);
        return authorities;
    }
}

using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>The whole hub with a Mosquitto that speaks TLS, and clients that show it whatever a test wants.</summary>
internal sealed class TlsHub : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private readonly int _tlsPort = BrokerHub.FreePort();
    private bool _mutual;
    private string[] _options = [];

    private TlsHub()
    {
    }

    public RunningHub Hub { get; private set; } = null!;

    public int EnrollmentPort { get; } = BrokerHub.FreePort();

    public int TlsPort => _tlsPort;

    public string Folder => _folder.Path;

    public int BrokerProcess => Hub.Get<EmbeddedBroker>().ProcessId;

    public static async Task<TlsHub> StartAsync(bool mutual, params string[] options)
    {
        TlsHub hub = new() { _mutual = mutual, _options = options };
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Ends the hub and its broker, and starts both again.</summary>
    public async Task RestartAsync()
    {
        await Hub.DisposeAsync();
        await StartAsync();
    }

    public async Task<DeviceConfiguration> AddAsync(string id) => (await Hub.Get<DeviceService>().AddAsync(id, "test", default)).Value;

    /// <summary>Connects over TLS; gives the broker's verdict, or why TLS did not come about.</summary>
    /// <param name="account">Whose user and password; null for none.</param>
    /// <param name="certificate">Whose certificate; null for none.</param>
    /// <param name="clientId">The client id; null for the account's own.</param>
    /// <param name="ca">PEM of whom the client trusts; null for this hub's authority.</param>
    /// <param name="host">The name that it expects of the broker.</param>
    /// <param name="port">Where; 0 for the TLS listener.</param>
    public async Task<(MqttClient Client, string Verdict)> ConnectAsync(
        DeviceConfiguration? account, X509Certificate2? certificate = null, string? clientId = null, string? ca = null, string host = "localhost", int port = 0)
    {
        MqttClient client = new();
        try
        {
            MqttClientConnectResult result = await client.ConnectAsync(new MqttClientOptions
            {
                ClientId = clientId ?? account?.Device ?? "nobody",
                Credentials = account is null ? null : new MqttClientCredentials(account.Device, Encoding.UTF8.GetBytes(PasswordOf(account))),
                ChannelOptions = new MqttClientTcpOptions
                {
                    RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, port > 0 ? port : _tlsPort),
                    TlsOptions = new MqttClientTlsOptions
                    {
                        UseTls = true, TargetHost = host, TrustChain = Authority.Pem(ca ?? Trusted), ClientCertificates = certificate is null ? null : [certificate],
                    },
                },
            });
            return (client, result.ResultCode.ToString());
        }
        catch (MqttCommunicationException refused)
        {
            return (client, "no connection: " + refused.Message);
        }
    }

    public async Task<string> VerdictAsync(
        DeviceConfiguration? account, X509Certificate2? certificate = null, string? clientId = null, string? ca = null, string host = "localhost", int port = 0)
    {
        (MqttClient client, string verdict) = await ConnectAsync(account, certificate, clientId, ca, host, port);
        await client.DisposeAsync();
        return verdict;
    }

    public static X509Certificate2 CertificateOf(DeviceConfiguration device) => X509Certificate2.CreateFromPem(device.Certificate!, device.PrivateKey!);

    public static string PasswordOf(DeviceConfiguration device) =>
        new DeviceKey(new DotNetCrypto(), Convert.FromHexString(device.Key), device.Site, device.Device).BrokerPassword();

    public X509Certificate2 AuthorityWithKey()
    {
        string pem = File.ReadAllText(Path.Combine(Folder, "certificates", "authority-1.pem"));
        return X509Certificate2.CreateFromPem(pem, pem);
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _folder.Dispose();
    }

    private string Trusted => File.ReadAllText(Path.Combine(Folder, "certificates", "ca.pem"));

    private async Task StartAsync() => Hub = await RunningHub.StartAsync(Folder, _port,
    [
        "--Broker:TlsPort", _tlsPort.ToString(CultureInfo.InvariantCulture), "--Broker:MutualTls", _mutual ? "true" : "false", "--Broker:DeviceHost", "localhost",
        "--Enrollment:Port", EnrollmentPort.ToString(CultureInfo.InvariantCulture), .. _options,
    ]);
}

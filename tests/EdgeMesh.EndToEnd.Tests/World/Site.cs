using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Mqtt;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>What a command of the CLI left.</summary>
internal sealed record Ran(string Command, int ExitCode, string[] Lines)
{
    public override string ToString() => $"edgemesh {Command}: exit code {ExitCode}\n{string.Join('\n', Lines)}";
}

/// <summary>A hub with its own Mosquitto, its devices and its viewer: real processes, a free port, a temporary folder.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Name = "e2e";

    // Small chunks, one in flight (the devices' window): a transfer lasts long enough to be hit in the middle.
    private const int ChunkBytes = 256;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgemesh-e2e-");
    private readonly List<RunningProcess> _hubs = [];
    private readonly List<Device> _devices = [];
    private string _viewerPassword = "";
    private int _brokerKills;

    // What this site's hub is told beside the usual.
    private readonly string[] _options;

    // How dotnet is started: by itself, or by what gives it an environment.
    private readonly string[] _launcher;

    // Null where the hub runs its own.
    private readonly ExternalBroker? _broker;

    private Site(string[] launcher, string[] options, ExternalBroker? broker = null)
    {
        _launcher = launcher;
        _options = options;
        _broker = broker;
        Port = broker?.Port ?? FreePort();
    }

    public string Folder => _folder.FullName;

    public int Port { get; }

    public int TlsPort { get; } = FreePort();

    public int EnrollmentPort { get; } = FreePort();

    /// <summary>What the viewer sees.</summary>
    public Wire Wire { get; private set; } = null!;

    public RunningProcess Hub => _hubs[^1];

    public string State => Path.Combine(Folder, "hub");

    private string Socket => Path.Combine(Folder, "hub.sock");

    private string BrokerConfiguration => Path.Combine(State, "broker", "mosquitto.conf");

    /// <summary>A site whose devices connect by TLS, where it is mutual each with a certificate of its own.</summary>
    public static Task<Site> StartWithTlsAsync(bool mutual = true, params string[] options) =>
        StartAsync(["--Broker:MutualTls", mutual ? "true" : "false", "--Broker:DeviceHost", "127.0.0.1", .. options]);

    /// <summary>A site whose broker is not the hub's.</summary>
    public static Task<Site> StartAsync(ExternalBroker broker) => StartAsync(new Site(["dotnet"], [], broker));

    public static Task<Site> StartAsync(params string[] options) => StartUnderAsync(["dotnet"], options);

    /// <summary>A site whose hub is started by other words than <c>dotnet</c>.</summary>
    public static Task<Site> StartUnderAsync(string[] launcher, params string[] options) => StartAsync(new Site(launcher, options));

    private static async Task<Site> StartAsync(Site site)
    {
        try
        {
            await site.BeginAsync();
            return site;
        }
        catch (Exception failure)
        {
            string logs = site.Logs();
            await site.DisposeAsync();
            throw new InvalidOperationException($"The site does not start: {failure.Message}\n{logs}", failure);
        }
    }

    private async Task BeginAsync()
    {
        if (_broker is not null)
        {
            await _broker.StartAsync(Folder);
        }

        RunHub();
        string secret = Path.Combine(State, "broker", "viewer.secret");
        await Eventually.TrueAsync(() => File.Exists(secret), "the hub has made the viewer's password");
        _viewerPassword = (await File.ReadAllTextAsync(secret)).Trim();
        Wire = await ViewAsync();
        await Eventually.TrueAsync(() => Wire.Latest(TopicKind.HubStatus) is not null, "the hub is on the wire");
    }

    /// <summary>Another viewer, who is given what the broker keeps.</summary>
    public Task<Wire> ViewAsync() => Wire.ConnectAsync(Viewer(), Name);

    /// <summary>How the read-only account connects.</summary>
    public MqttClientOptions Viewer()
    {
        string clientId = "e2e-" + Guid.NewGuid().ToString("N")[..8];
        return _broker?.Everything(clientId) ?? Account("viewer", clientId, _viewerPassword);
    }

    /// <summary>Runs a test on this site; where it fails, all that the processes printed and the wire saw comes before the failure.</summary>
    public async Task WatchAsync(ITestOutputHelper output, Func<Task> test)
    {
        try
        {
            await test();
        }
        catch
        {
            output.WriteLine(Logs());
            throw;
        }
    }

    /// <summary>Starts a hub on the state folder, and waits until it is on the wire.</summary>
    public async Task StartHubAsync()
    {
        string[] boots = Boots();
        RunHub();
        _brokerKills = 0;
        await Eventually.TrueAsync(() => Boots().Length > boots.Length, "a new hub is on the wire");
    }

    public void KillHub() => Hub.Kill();

    /// <summary>SIGKILL to the broker; the hub starts another.</summary>
    public void KillBroker()
    {
        RunningProcess.Kill(BrokerProcesses().Single());
        _brokerKills++;
    }

    /// <summary>A hub is in less and less of a hurry to restart a broker that dies again and again; a test of one kill starts afresh.</summary>
    public async Task ForgetBrokerKillsAsync()
    {
        if (_brokerKills > 1)
        {
            Hub.Terminate();
            Assert.Equal(0, await Hub.ExitedAsync());
            await StartHubAsync();
        }
    }

    public int[] BrokerProcesses() => RunningProcess.WithArgument(BrokerConfiguration);

    /// <summary>A new device, added at the hub and started.</summary>
    public async Task<Device> AddDeviceAsync(string id, string runtime, params (string Name, JsonNode Value)[] settings)
    {
        Device device = new(this, id, runtime);
        await MustAsync("devices", "add", id, "--type", device.Type, "--out", device.Configuration);
        if (_broker is not null)
        {
            await _broker.AdmitAsync(id, (string)JsonNode.Parse(await File.ReadAllTextAsync(device.Configuration))!["broker_password"]!);
        }

        device.Configure(settings);
        _devices.Add(device);
        Task<Message> online = Wire.NextAsync(m => m.Topic.Name == id && m.Says(TopicKind.PublicAvailability, "state", "online"), $"{id} is online");
        device.Start();
        await online;
        return device;
    }

    /// <summary>A new device, added at the hub and not started.</summary>
    public async Task<Device> AddStoppedDeviceAsync(string id, string runtime)
    {
        Device device = NewDevice(id, runtime);
        await MustAsync("devices", "add", id, "--type", device.Type, "--out", device.Configuration);
        device.Configure([]);
        return device;
    }

    /// <summary>A device that the hub does not know, not started.</summary>
    public Device NewDevice(string id, string runtime)
    {
        Device device = new(this, id, runtime);
        _devices.Add(device);
        return device;
    }

    /// <summary>Starts the CLI.</summary>
    public RunningProcess Run(params string[] arguments) => RunningProcess.Start("dotnet", [Repository.Cli, .. arguments, "--socket", Socket]);

    /// <summary>Runs the CLI.</summary>
    public async Task<Ran> RunAsync(params string[] arguments)
    {
        using RunningProcess cli = Run(arguments);
        int exitCode = await cli.ExitedAsync();
        return new Ran(string.Join(' ', arguments), exitCode, cli.Lines);
    }

    /// <summary>Runs a command of the CLI that has to succeed, and gives what it printed.</summary>
    public async Task<string> MustAsync(params string[] arguments)
    {
        Ran ran = await RunAsync(arguments);
        Assert.True(ran.ExitCode == 0, ran.ToString());
        return string.Join('\n', ran.Lines);
    }

    /// <summary>How one connects with the hub's own rights, to its own broker or another.</summary>
    public MqttClientOptions Everything(string clientId) =>
        _broker?.Everything(clientId) ?? Account("hub", clientId, File.ReadAllText(Path.Combine(State, "broker", "hub.secret")).Trim());

    /// <summary>How an account of the broker connects.</summary>
    public MqttClientOptions Account(string user, string clientId, string password) => new()
    {
        ChannelOptions = new MqttClientTcpOptions { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
        ClientId = clientId,
        Credentials = new MqttClientCredentials(user, Encoding.UTF8.GetBytes(password)),
    };

    public async ValueTask DisposeAsync()
    {
        if (Wire is not null)
        {
            await Wire.DisposeAsync();
        }

        foreach (int id in RunningProcess.WithArgument(Folder))
        {
            RunningProcess.Kill(id);
        }

        await Eventually.TrueAsync(() => RunningProcess.WithArgument(Folder).Length == 0, "every process of the site has ended");
        _folder.Delete(recursive: true);
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Of every hub that was online, also one that the viewer heard of only afterwards.
    private string[] Boots() => [.. Wire.Seen.Where(m => m.Says(TopicKind.HubStatus, "status", "online")).Select(m => (string)m.Json["boot"]!).Distinct()];

    private void RunHub() => _hubs.Add(RunningProcess.Start(_launcher[0],
    [
        .. _launcher[1..], Repository.Cli, "hub", "--Hub:Site", Name, "--Hub:StateFolder", State, "--Hub:Socket", Socket,
        "--Broker:Port", Port.ToString(CultureInfo.InvariantCulture), "--Ota:ChunkSize", ChunkBytes.ToString(CultureInfo.InvariantCulture),
        "--Broker:TlsPort", (_options.Contains("--Broker:MutualTls") ? TlsPort : 0).ToString(CultureInfo.InvariantCulture),
        "--Enrollment:Port", EnrollmentPort.ToString(CultureInfo.InvariantCulture), .. _broker?.HubOptions ?? [], .. _options,
    ]));

    private string Logs()
    {
        IEnumerable<(string, IEnumerable<string>)> logs =
        [
            .. _hubs.Select((hub, i) => ($"hub, start {i + 1}", hub.Lines.AsEnumerable())),
            .. _devices.SelectMany(d => d.Processes.Select((p, i) => ($"{d.Id}, start {i + 1}", p.Lines.AsEnumerable()))),
            ("broker", _broker?.Lines ?? []),
            ("wire", Wire is null ? [] : Wire.Seen.TakeLast(300).Select(m => m.ToString())),
        ];
        return string.Join('\n', logs.Select(log => $"---- {log.Item1}\n{string.Join('\n', log.Item2)}"));
    }
}

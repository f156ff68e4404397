using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Bench;

/// <summary>The hub as it is deployed, in a process of its own with its embedded Mosquitto, and its operations over HTTP.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    internal const string Site = "bench";
    private readonly ServerProcess _process;
    private readonly string _folder;

    private HubProcess(ServerProcess process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    /// <summary>The embedded broker's port, on the loopback address.</summary>
    internal int Port { get; }

    /// <summary>From the start of the process to the first answered operation, in milliseconds.</summary>
    internal double StartMs => _process.StartMs;

    /// <summary>From the start of the process until its broker is connected, in milliseconds.</summary>
    internal double ConnectedMs { get; private set; }

    /// <summary>The process's memory.</summary>
    internal ProcessMemory Memory => _process.Memory;

    /// <summary>Starts a hub on a state folder, and waits until devices can be added.</summary>
    internal static async Task<HubProcess> StartAsync(string folder, params string[] options)
    {
        string dll = Path.Combine(Root(), "hub/EdgeMesh.Cli/bin/Release/net10.0/edgemesh.dll");
        int port = FreePort();
        string socket = Path.Combine(folder, "hub.sock");
        string[] arguments =
        [
            dll, "hub", "--Hub:Site", Site, "--Hub:StateFolder", Path.Combine(folder, "hub"), "--Hub:Socket", socket, "--Broker:Port", $"{port}", "--Broker:TlsPort", "0", .. options,
        ];
        HubProcess hub = new(await ServerProcess.StartAsync(arguments, socket, "v1/operations/devices-list").ConfigureAwait(false), folder, port);
        await hub.ConnectedAsync().ConfigureAwait(false);
        return hub;
    }

    /// <summary>Runs an operation that must succeed.</summary>
    internal async Task<JsonNode> RunAsync(string operation, object? parameters = null)
    {
        JsonNode reply = await PostAsync(operation, parameters).ConfigureAwait(false);
        return (string?)reply["status"] == "ok" ? reply["data"]! : throw new InvalidOperationException($"{operation} {parameters}: {reply["error"]}");
    }

    /// <summary>Adds a device and gives its configuration.</summary>
    internal async Task<JsonObject> AddDeviceAsync(string id) => (JsonObject)await RunAsync("devices-add", new { id, type = "bench" }).ConfigureAwait(false);

    /// <summary>Adds an image of random bytes.</summary>
    internal async Task AddImageAsync(string id, int bytes)
    {
        byte[] image = new byte[bytes];
        new Random(bytes).NextBytes(image);
        using ByteArrayContent content = new(image);
        using HttpResponseMessage response = await _process.Http.PostAsync(
            new Uri($"v1/firmware?id={id}&version=1&type=bench&kind=nano-app", UriKind.Relative), content).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>How to connect to the broker as the hub, which may publish to every device.</summary>
    internal MqttClientOptions ClientOptions() => new()
    {
        ClientId = "bench",
        Credentials = new MqttClientCredentials("hub", Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(_folder, "hub/broker/hub.secret")).Trim())),
        ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
    };

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<JsonNode> PostAsync(string operation, object? parameters)
    {
        using StringContent body = new(System.Text.Json.JsonSerializer.Serialize(parameters ?? new { }), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _process.Http.PostAsync(new Uri($"v1/operations/{operation}", UriKind.Relative), body).ConfigureAwait(false);
        return (await response.Content.ReadFromJsonAsync<JsonNode>().ConfigureAwait(false))!;
    }

    // Accounts go through the broker: a device can be added once the hub is connected to it.
    private async Task ConnectedAsync()
    {
        await Progress.UntilAsync(
            async () => (string?)(await PostAsync("devices-add", new { id = "probe", type = "bench" }).ConfigureAwait(false))["status"] == "ok",
            "the hub's broker is connected").ConfigureAwait(false);
        ConnectedMs = _process.ElapsedMs;
        await RunAsync("devices-remove", new { id = "probe" }).ConfigureAwait(false);
    }

    internal static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeMesh.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The bench runs within the repository that it was built in.");
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

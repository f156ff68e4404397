using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Hub;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Cli.Tests;

/// <summary>The real hub with its own Mosquitto, state and socket in a folder of its own, and the CLI pointed at it.</summary>
public sealed class RunningHub : IAsyncLifetime
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly int _port = FreePort();
    private WebApplication? _hub;

    public string Folder { get; } = Directory.CreateTempSubdirectory("edgemesh-cli-").FullName;

    public string Socket => Path.Combine(Folder, "hub.sock");

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync()
    {
        _hub = HubApplication.Build(["--Hub:StateFolder", Path.Combine(Folder, "state"), "--Hub:Socket", Socket, "--Broker:Port", $"{_port}", "--Broker:TlsPort", "0",
            // Nobody listens there.
            "--Models:Local:Url", "http://127.0.0.1:9/v1", "--Models:Local:Model", "none"]);
        await _hub.StartAsync();
        // The broker comes up behind the hub's back: a device can be added and removed once it is there.
        await EventuallyAsync(async () => (await RunAsync("devices", "add", "probe", "--type", "relay")).ExitCode == ExitCodes.Ok, "the broker is up");
        await MustAsync("devices", "remove", "probe");
    }

    public async Task StopAsync()
    {
        if (_hub is not null)
        {
            await _hub.StopAsync();
            await _hub.DisposeAsync();
            _hub = null;
        }
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Tells whoever listens that an update moved on: the event that a device's answers cause.</summary>
    public void Publish(OtaView view, bool stateChanged = true) => _hub!.Services.GetRequiredService<HubEvents>().Publish(new OtaProgress(view, stateChanged));

    public Task<Ran> RunAsync(params string[] args) => Ran.Of([.. args, "--socket", Socket]);

    public async Task<Ran> MustAsync(params string[] args)
    {
        Ran ran = await RunAsync(args);
        Assert.True(ran.ExitCode == ExitCodes.Ok, $"edgemesh {string.Join(' ', args)}: {ran}");
        return ran;
    }

    /// <summary>A device and a firmware for it, both with this name.</summary>
    public async Task<string> AddDeviceAndFirmwareAsync(string name)
    {
        await MustAsync("devices", "add", name, "--type", "relay");
        await AddFirmwareAsync(name, "1.0.0");
        return name;
    }

    public Task<Ran> AddFirmwareAsync(string id, string version, string content = "def setup(): pass", string kind = "micropython-app")
    {
        string file = Path.Combine(Folder, $"{id}-{version}.py");
        File.WriteAllText(file, content);
        return RunAsync("firmware", "add", file, "--id", id, "--version", version, "--type", "relay", "--kind", kind);
    }

    public static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Limit, $"Not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(20);
        }
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[CollectionDefinition("hub")]
public sealed class HubCollection : ICollectionFixture<RunningHub>;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Mqtt;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>A hub of nothing but the broker, with a real Mosquitto, in a state folder of its own.</summary>
internal sealed class BrokerHub : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly bool _ownsFolder;

    public BrokerHub(Dictionary<string, string?>? settings = null, string? stateFolder = null, TimeProvider? time = null)
    {
        _ownsFolder = stateFolder is null;
        StateFolder = stateFolder ?? Directory.CreateTempSubdirectory("edgemesh-broker-").FullName;
        settings ??= [];
        settings.TryAdd("Broker:TlsPort", "0");
        settings.TryAdd("Broker:Port", FreePort().ToString(CultureInfo.InvariantCulture));
        _host = Build(StateFolder, settings, Log, time);
        Get<HubEvents>().Subscribe<HubEvent>(Events.Enqueue);
    }

    public string StateFolder { get; }

    public CapturedLog Log { get; } = new();

    public ConcurrentQueue<HubEvent> Events { get; } = [];

    public IBrokerAccounts Accounts => Get<IBrokerAccounts>();

    public BrokerConnection Connection => Get<BrokerConnection>();

    public BrokerStatus Status => Get<BrokerState>().Current;

    public EmbeddedBroker Embedded => Get<EmbeddedBroker>();

    public int Connects => Events.OfType<BrokerConnected>().Count();

    public int Port => Get<BrokerInfo>().Port;

    public static IHost Build(string stateFolder, Dictionary<string, string?> settings, ILoggerProvider? log = null, TimeProvider? time = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        settings["Hub:StateFolder"] = stateFolder;
        settings.TryAdd("Hub:Site", "home");
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.Services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<HubIdentity>();
        builder.Services.AddSingleton<HubEvents>();
        builder.Services.AddBroker();
        return builder.Build();
    }

    public static async Task<BrokerHub> StartAsync(Dictionary<string, string?>? settings = null, string? stateFolder = null)
    {
        BrokerHub hub = new(settings, stateFolder);
        await hub.StartAsync();
        await hub.ConnectedAsync();
        return hub;
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task StartAsync() => _host.StartAsync();

    public Task StopAsync() => _host.StopAsync();

    public Task ConnectedAsync(int times = 1) => Eventually.TrueAsync(() => Connects >= times, $"connected {times} times; {Said()}");

    public string BrokerFile(string name) => Path.Combine(StateFolder, "broker", name);

    public string Said() => $"{Status}\n{string.Join('\n', Log.Lines)}";

    /// <summary>Connects to the broker; gives its verdict with the client, which has a topic list of what it received.</summary>
    public async Task<(Client Client, MqttClientConnectResultCode Verdict)> ConnectAsync(string clientId, string? user = null, string password = "")
    {
        Client client = new();
        MqttClientConnectResult result = await client.Mqtt.ConnectAsync(new MqttClientOptions
        {
            ClientId = clientId,
            Credentials = user is null ? null : new MqttClientCredentials(user, Encoding.UTF8.GetBytes(password)),
            ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
        });
        return (client, result.ResultCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(StateFolder, recursive: true);
        }
    }

    internal sealed class Client : IAsyncDisposable
    {
        public Client() => Mqtt.ApplicationMessageReceivedAsync += received =>
        {
            Received.Enqueue(received.ApplicationMessage);
            return Task.CompletedTask;
        };

        public MqttClient Mqtt { get; } = new();

        public ConcurrentQueue<MqttApplicationMessage> Received { get; } = [];

        public async Task<bool> MaySubscribeAsync(string filter) =>
            (await Mqtt.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce)).Items[0].ResultCode != MqttClientSubscribeResultCode.UnspecifiedError;

        public ValueTask DisposeAsync() => Mqtt.DisposeAsync();
    }
}

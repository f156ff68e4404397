using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Mqtt;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Tests;

/// <summary>The whole hub with its own Mosquitto, in a state folder that may outlive it.</summary>
internal sealed class RunningHub : IAsyncDisposable
{
    private readonly WebApplication _hub;

    private RunningHub(WebApplication hub) => _hub = hub;

    public string Host => Get<BrokerInfo>().Host;

    public int Port => Get<BrokerInfo>().Port;

    public OtaService Ota => Get<OtaService>();

    public static async Task<RunningHub> StartAsync(string folder, int port, params string[] options)
    {
        RunningHub running = new(HubApplication.Build(
        [
            "--Hub:Site", "home", "--Hub:StateFolder", folder, "--Hub:Socket", Path.Combine(folder, "hub.sock"),
            "--Broker:Port", port.ToString(CultureInfo.InvariantCulture), "--Broker:TlsPort", "0", .. options,
        ]));
        await running._hub.StartAsync();
        await Eventually.TrueAsync(() => running.Get<BrokerState>().Current.Phase == BrokerPhase.Connected, "the broker is connected");
        return running;
    }

    public T Get<T>()
        where T : notnull => _hub.Services.GetRequiredService<T>();

    /// <summary>Adds a device and connects it.</summary>
    public async Task<TestDevice> ConnectNewAsync(string id, string type = "test", TestDeviceOptions? options = null)
    {
        TestDevice device = await NewAsync(id, type, options);
        await device.ConnectAsync(Host, Port);
        await OnlineAsync(id);
        return device;
    }

    public async Task<TestDevice> NewAsync(string id, string type = "test", TestDeviceOptions? options = null) =>
        new((await Get<DeviceService>().AddAsync(id, type, CancellationToken.None)).Value, options ?? new TestDeviceOptions());

    public Task OnlineAsync(string id) => Eventually.TrueAsync(() => Get<DeviceGateway>().IsOnline(id), $"{id} is online");

    public async Task AddFirmwareAsync(byte[] image, string id = "blink", string version = "1", string type = "test") =>
        Assert.True((await Get<FirmwareService>().AddAsync(
            new MemoryStream(image), new FirmwareDescription(id, version, type, ImageKinds.NanoApp), CancellationToken.None)).IsOk);

    /// <summary>Adds firmware and a device, connects it, and begins its update.</summary>
    public async Task<TestDevice> UpdateNewAsync(string id, byte[] image, TestDeviceOptions? options = null)
    {
        await AddFirmwareAsync(image);
        TestDevice device = await ConnectNewAsync(id, options: options);
        Assert.True(Ota.Start(id, "blink", null).IsOk);
        return device;
    }

    /// <summary>Changes the database behind the hub's back.</summary>
    public void Sql(string statement)
    {
        using SqliteConnection db = Get<Database>().Open();
        db.Execute(statement);
    }

    /// <summary>Waits until what the broker retains at a device's topic contains a text, as the viewer sees it.</summary>
    public async Task RetainedAsync(TopicKind kind, string device, string text)
    {
        ConcurrentQueue<string> seen = [];
        await using MqttClient viewer = new();
        viewer.ApplicationMessageReceivedAsync += e =>
        {
            seen.Enqueue(e.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await viewer.ConnectAsync(new MqttClientOptions
        {
            ClientId = "looker",
            Credentials = new MqttClientCredentials(Get<BrokerInfo>().ViewerUser, Encoding.UTF8.GetBytes(File.ReadAllText(Get<BrokerInfo>().ViewerPasswordFile).Trim())),
            ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
        });
        await viewer.SubscribeAsync(Topic.Format(kind, "home", device), MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => seen.Any(s => s.Contains(text, StringComparison.Ordinal)), $"{kind} of {device} says {text}; it said {string.Join(" ", seen)}");
    }

    public OtaView Latest(string device) => Ota.Status(device, 1).Value[0];

    public Task StateAsync(string device, string state) => Eventually.TrueAsync(
        () => Ota.Status(device, 1).Value is [OtaView latest] && latest.State == state,
        $"the update of {device} is {state}; it is {Ota.Status(device, 1).Value.FirstOrDefault()}");

    public Task RefusedAsync(string device, string code, long atLeast = 1) => Eventually.TrueAsync(
        () => Get<DeviceGateway>().Refusals(device).GetValueOrDefault(code) >= atLeast, $"{code} is counted for {device}");

    public async ValueTask DisposeAsync()
    {
        await _hub.StopAsync();
        await _hub.DisposeAsync();
    }
}

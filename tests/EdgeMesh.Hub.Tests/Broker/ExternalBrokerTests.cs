using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests.Broker;

public class ExternalBrokerTests
{
    private static readonly DeviceAccount Lamp = new("lamp", new string('a', 64));
    private static readonly string StatusTopic = Topic.Format(TopicKind.HubStatus, "home");

    [Fact]
    public async Task Without_dynamic_security_the_hub_says_once_what_to_set_up_and_what_it_cannot_enforce()
    {
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using BrokerHub hub = await BrokerHub.StartAsync(new() { ["Broker:Url"] = $"mqtt://127.0.0.1:{broker.Port}" });
        Assert.Equal(AccountEnforcement.NotEnforced, (await hub.Accounts.EnsureDevicesAsync([Lamp])).Value);
        Assert.Equal(AccountEnforcement.NotEnforced, (await hub.Accounts.RemoveDeviceAsync("lamp")).Value);
        (_, string notice) = Assert.Single(hub.Log.Lines, l => l.Level >= LogLevel.Warning);
        Assert.Contains(Topic.UpFilter("home", "<id>"), notice, StringComparison.Ordinal);
        Assert.Contains(Topic.DownFilter("home", "<id>"), notice, StringComparison.Ordinal);
        Assert.Contains("cannot enforce", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_dynamic_security_the_hub_keeps_the_accounts_there()
    {
        await using BrokerHub owner = await BrokerHub.StartAsync();
        await using BrokerHub hub = await BrokerHub.StartAsync(new()
        {
            ["Broker:Url"] = $"mqtt://localhost:{owner.Port}", ["Broker:User"] = "hub", ["Broker:PasswordFile"] = owner.BrokerFile("hub.secret"),
        });
        Assert.Equal(AccountEnforcement.Enforced, (await hub.Accounts.EnsureDevicesAsync([Lamp])).Value);
        Assert.Equal(MqttClientConnectResultCode.Success, (await owner.ConnectAsync("lamp", "lamp", Lamp.Password)).Verdict);
    }

    [Fact]
    public async Task The_hub_starts_without_a_broker_tells_why_and_connects_when_it_comes()
    {
        await using PlainMosquitto broker = new();
        await using BrokerHub hub = new(new() { ["Broker:Url"] = $"mqtt://127.0.0.1:{broker.Port}" });
        await hub.StartAsync();
        await Eventually.TrueAsync(() => hub.Status.Phase == BrokerPhase.Unavailable, "the missing broker to be told");
        Assert.Equal(ErrorCodes.BrokerUnavailable, hub.Status.Error!.Code);
        Assert.Contains($"127.0.0.1:{broker.Port}", hub.Status.Error.Message, StringComparison.Ordinal);
        await broker.StartAsync();
        await hub.ConnectedAsync();
        Assert.Equal(BrokerPhase.Connected, hub.Status.Phase);
    }

    [Fact]
    public async Task A_device_that_answers_the_hubs_status_at_once_is_heard()
    {
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using BrokerHub.Client device = await broker.WitnessAsync();
        device.Mqtt.ApplicationMessageReceivedAsync += received => received.ApplicationMessage.Topic == StatusTopic
            ? device.Mqtt.PublishStringAsync(Topic.Format(TopicKind.Hello, "home", "lamp"), "hello") : Task.CompletedTask;
        await using BrokerHub hub = new(new() { ["Broker:Url"] = $"mqtt://127.0.0.1:{broker.Port}" });
        ConcurrentQueue<string> heard = [];
        hub.Connection.Subscribe(Topic.AllUpFilter("home"), message =>
        {
            heard.Enqueue(message.ConvertPayloadToString());
            return Task.CompletedTask;
        });
        await hub.StartAsync();
        await Eventually.TrueAsync(() => heard.Contains("hello"), "the hello");
        HubStatus status = StatusOf(device.Received.First(m => m.Topic == StatusTopic));
        Assert.Equal((HubStatus.Online, hub.Get<HubIdentity>().Boot), (status.Status, status.Boot));
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(status.Time), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_retained_status_says_offline_when_the_hub_stops_and_when_it_dies(bool orderly)
    {
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using BrokerHub hub = await BrokerHub.StartAsync(new() { ["Broker:Url"] = $"mqtt://127.0.0.1:{broker.Port}" });
        await (orderly ? hub.StopAsync() : hub.Connection.DisposeAsync().AsTask());
        await Eventually.TrueAsync(
            async () =>
            {
                await using BrokerHub.Client late = await broker.WitnessAsync();
                await Eventually.TrueAsync(() => late.Received.Any(m => m.Topic == StatusTopic), "the retained status");
                return StatusOf(late.Received.First(m => m.Topic == StatusTopic)) is { Status: HubStatus.Offline, Boot: "" };
            },
            "offline, retained");
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_and_does_not_keep_others_from_hearing()
    {
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using BrokerHub hub = new(new() { ["Broker:Url"] = $"mqtt://127.0.0.1:{broker.Port}" });
        ConcurrentQueue<string> heard = [];
        hub.Connection.Subscribe(Topic.AllUpFilter("home"), _ => throw new InvalidOperationException("a defect"));
        hub.Connection.Subscribe(Topic.AllUpFilter("home"), message =>
        {
            heard.Enqueue(message.Topic);
            return Task.CompletedTask;
        });
        await hub.StartAsync();
        await hub.Connection.PublishAsync(Topic.Format(TopicKind.State, "home", "lamp"), "1"u8.ToArray());
        await hub.Connection.PublishAsync(Topic.Format(TopicKind.State, "home", "lamp"), "2"u8.ToArray());
        await Eventually.TrueAsync(() => heard.Count == 2, "both messages");
        Assert.Contains(hub.Log.Lines, l => l.Level == LogLevel.Error && l.Text.Contains("a defect", StringComparison.Ordinal));
    }

    private static HubStatus StatusOf(MqttApplicationMessage message) => Codec.ReadHubStatus(JsonReader.Parse(message.ConvertPayloadToString(), out _)!);
}

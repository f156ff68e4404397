using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Tests.Hostile;

/// <summary>A neighbour with an account of its own at the broker tries everything on another device, and gets nothing.</summary>
public sealed class HostileNeighbourTests : IAsyncLifetime
{
    private const string Mark = "from the neighbour";
    private readonly TempFolder _folder = new();
    private readonly MqttClient _neighbour = new();
    private readonly ConcurrentQueue<string> _overheard = [];
    private RunningHub _hub = null!;
    private TestDevice _victim = null!;
    private TestDevice _account = null!;

    private static IEnumerable<TopicKind> Kinds => Enumerable.Range(0, Topic.KindCount).Select(k => (TopicKind)k);

    private string OwnTopic => _account.Up(TopicKind.Telemetry);

    public async Task InitializeAsync()
    {
        _hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        _victim = await _hub.ConnectNewAsync("victim");
        _account = await _hub.NewAsync("neighbour");
        _neighbour.ApplicationMessageReceivedAsync += e =>
        {
            _overheard.Enqueue(e.ApplicationMessage.Topic);
            return Task.CompletedTask;
        };
        Assert.Equal(MqttClientConnectResultCode.Success, (await _neighbour.ConnectAsync(As("neighbour", "neighbour"))).ResultCode);
    }

    public async Task DisposeAsync()
    {
        await _neighbour.DisposeAsync();
        await _victim.DisposeAsync();
        await _account.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_publishes_on_no_topic_but_its_own_retained_or_not()
    {
        ConcurrentQueue<(string Topic, string Payload)> seen = [];
        await using MqttClient viewer = await ViewAsync(seen);
        string[] topics =
        [
            .. Kinds.Select(k => Topic.Format(k, "home", "victim", "light")), "$CONTROL/dynamic-security/v1", "$SYS/broker/uptime", "edgemesh/v1/other/hub/status",
            Topic.Format(TopicKind.OtaOffer, "home", "neighbour"), Topic.Format(TopicKind.PublicState, "home", "neighbour"), "a",
        ];
        foreach (string topic in topics)
        {
            foreach (bool retain in (bool[])[false, true])
            {
                await PublishAsync(topic, Mark, retain);
                await PublishAsync(topic, "", retain);
            }
        }

        // What comes after them by the same connection has arrived: so they never will.
        await PublishAsync(OwnTopic, "the last", false);
        await Eventually.TrueAsync(() => seen.Any(m => m.Payload == "the last"), "the neighbour's own topic is open to it");
        Assert.DoesNotContain(seen, m => m.Payload == Mark);
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("victim"));
        Assert.True(_hub.Get<DeviceGateway>().IsOnline("victim"));
        ConcurrentQueue<(string Topic, string Payload)> kept = [];
        await using MqttClient later = await ViewAsync(kept);
        await Eventually.TrueAsync(() => kept.Any(m => m.Topic == Topic.Format(TopicKind.PublicAvailability, "home", "victim") && m.Payload.Contains("online", StringComparison.Ordinal)), "what the broker keeps of the victim is still there");
        Assert.DoesNotContain(kept, m => m.Payload == Mark);
    }

    [Fact]
    public async Task It_subscribes_to_nothing_but_its_own_and_overhears_nothing()
    {
        string[] filters =
        [
            .. Kinds.Select(k => Topic.Format(k, "home", "victim", "light")), "#", "+/#", "edgemesh/#", Topic.SiteFilter("home"), Topic.AllUpFilter("home"),
            Topic.DownFilter("home", "victim"), "edgemesh/v1/home/devices/+/down/#", "edgemesh/v1/home/devices/#", "$SYS/#", "$CONTROL/#", "$share/x/#",
        ];
        foreach (string filter in filters.Where(f => f != Topic.Format(TopicKind.HubStatus, "home")))
        {
            try
            {
                await _neighbour.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
            }
            catch (MqttCommunicationException)
            {
                // Refused in the way that the client tells of.
            }
        }

        await _victim.SendAsync(TopicKind.State, new JsonWriter().Add("light", "on"));
        await _hub.Get<DeviceGateway>().SendAsync("victim", TopicKind.Command, new JsonWriter().Add("name", "open"), default);
        await Eventually.TrueAsync(() => _victim.Received.Any(m => m.Kind == TopicKind.Command), "the victim has its command");
        await _neighbour.SubscribeAsync(Topic.DownFilter("home", "neighbour"), MqttQualityOfServiceLevel.AtLeastOnce);
        await _hub.Get<BrokerConnection>().PublishAsync(
            Topic.Format(TopicKind.Command, "home", "neighbour"), "{}"u8.ToArray(), MqttQualityOfServiceLevel.AtLeastOnce, false, default);
        await Eventually.TrueAsync(() => !_overheard.IsEmpty, "the neighbour hears what is its own");
        Assert.All(_overheard, topic => Assert.Equal(Topic.Format(TopicKind.Command, "home", "neighbour"), topic));
    }

    [Fact]
    public async Task Its_will_is_published_on_no_other_devices_topic()
    {
        await using MqttClient dying = new();
        await _neighbour.DisconnectAsync();
        MqttClientOptions options = As("neighbour", "neighbour");
        options.WillTopic = _victim.Up(TopicKind.Status);
        options.WillPayload = Codec.Write(new DeviceStatus { Status = DeviceStatus.Lost }).ToBytes();
        options.WillRetain = true;
        // This broker lets it in, and asks for the right when the will is due: which it is before the same client is let in again.
        await dying.ConnectAsync(options);
        await dying.DisposeAsync();
        await using MqttClient again = new();
        await again.ConnectAsync(As("neighbour", "neighbour"));
        await again.PublishAsync(Message(_account.Up(TopicKind.Telemetry), "x", false));
        await _hub.RefusedAsync("neighbour", ErrorCodes.NoSession);
        Assert.True(_hub.Get<DeviceGateway>().IsOnline("victim"));
    }

    [Theory]
    [InlineData("neighbour", "victim")]
    [InlineData("neighbour", "hub-home")]
    [InlineData("neighbour", "hub-home-control")]
    [InlineData("neighbour", "viewer")]
    [InlineData("neighbour", "")]
    [InlineData("victim", "victim")]
    [InlineData("victim", "neighbour")]
    [InlineData("hub", "hub-home")]
    public async Task Its_password_opens_neither_another_account_nor_another_client_id(string user, string clientId)
    {
        await using MqttClient thief = new();
        await Refused(() => thief.ConnectAsync(As(user, clientId)));
        await _victim.SendAsync(TopicKind.OtaAccept, new JsonWriter().Add("next", 1));
        await _hub.RefusedAsync("victim", ErrorCodes.MessageInvalid);
        Assert.True(_hub.Get<DeviceGateway>().IsOnline("victim"));
    }

    [Fact]
    public async Task What_it_signs_with_its_own_key_in_the_name_of_another_opens_nothing()
    {
        await PublishAsync(_victim.Up(TopicKind.Hello), "{}", false);
        byte[] hello = SignedJson.Sign(
            new DotNetCrypto(),
            new DeviceKey(new DotNetCrypto(), Convert.FromHexString(_account.Configuration.Key), "home", "victim").Handshake,
            _account.Up(TopicKind.Hello),
            Codec.Write(new Hello { Nonce = new string('a', 32) }));
        await _neighbour.PublishAsync(new MqttApplicationMessage { Topic = _account.Up(TopicKind.Hello), Payload = new ReadOnlySequence<byte>(hello) });
        await _hub.RefusedAsync("neighbour", ErrorCodes.SignatureInvalid);
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("victim"));
    }

    private static MqttApplicationMessage Message(string topic, string payload, bool retain) => new()
    {
        Topic = topic, Payload = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)), Retain = retain,
        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
    };

    private static async Task Refused(Func<Task<MqttClientConnectResult>> connect)
    {
        try
        {
            Assert.NotEqual(MqttClientConnectResultCode.Success, (await connect()).ResultCode);
        }
        catch (MqttCommunicationException)
        {
            // Thrown off without an answer, which is as good.
        }
    }

    private Task<MqttClientPublishResult> PublishAsync(string topic, string payload, bool retain) => _neighbour.PublishAsync(Message(topic, payload, retain));

    private MqttClientOptions As(string user, string clientId) => new()
    {
        ClientId = clientId,
        Credentials = new MqttClientCredentials(user, Encoding.UTF8.GetBytes(new DeviceKey(
            new DotNetCrypto(), Convert.FromHexString(_account.Configuration.Key), "home", "neighbour").BrokerPassword())),
        ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, _hub.Port) },
    };

    private async Task<MqttClient> ViewAsync(ConcurrentQueue<(string Topic, string Payload)> seen)
    {
        MqttClient viewer = new();
        viewer.ApplicationMessageReceivedAsync += e =>
        {
            seen.Enqueue((e.ApplicationMessage.Topic, e.ApplicationMessage.ConvertPayloadToString()));
            return Task.CompletedTask;
        };
        MqttClientOptions options = As(_hub.Get<BrokerInfo>().ViewerUser, $"looker-{Guid.NewGuid():n}");
        options.Credentials = new MqttClientCredentials(
            _hub.Get<BrokerInfo>().ViewerUser, Encoding.UTF8.GetBytes(System.IO.File.ReadAllText(_hub.Get<BrokerInfo>().ViewerPasswordFile).Trim()));
        await viewer.ConnectAsync(options);
        await viewer.SubscribeAsync(Topic.SiteFilter("home"), MqttQualityOfServiceLevel.AtLeastOnce);
        return viewer;
    }
}

extern alias nano;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using nano::EdgeMesh.Device.NanoFramework;
using nano::EdgeMesh.Device.Platform;
using nano::nanoFramework.M2Mqtt;
using nano::nanoFramework.M2Mqtt.Messages;
using Settings = nano::EdgeMesh.Device.Platform.MqttSettings;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class MqttTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly Board _board = new();
    private readonly Broker _broker = new();
    private readonly M2MqttConnection _mqtt;

    public MqttTests()
    {
        MqttClient.Broker = _broker;
        _mqtt = new M2MqttConnection(new NanoClock(), _board);
    }

    public void Dispose()
    {
        _broker.Release.Set();
        _board.Dispose();
    }

    [Fact]
    public void It_connects_with_account_and_will_and_subscribes_before_it_counts_as_connected()
    {
        Assert.Equal("", _mqtt.Connect(Of()));
        Assert.True(_mqtt.Connected);
        MqttClient client = _broker.Clients.Single();
        Assert.Equal(("hub.local", 1883, false, "porch", "secret"), (client.Host, client.Port, client.Secure, client.ClientId, client.Password));
        Assert.Equal("the/will gone", client.Will);
        Assert.Equal(["a/#", "b"], _broker.Subscribed);
        _mqtt.Publish("t", [1, 2], 1, true);
        Assert.Equal(("t", 2, MqttQoSLevel.AtLeastOnce, true), _broker.Published.Single());
    }

    [Fact]
    public void Messages_come_in_their_order_and_are_forgotten_with_the_connection()
    {
        _mqtt.Connect(Of());
        for (byte i = 0; i < 3; i++)
        {
            _broker.Clients[0].Arrive("t" + i, [i]);
        }

        Assert.Equal("t0", _mqtt.Receive()!.Topic);
        Assert.Equal([1], _mqtt.Receive()!.Payload);
        Assert.Equal("", _mqtt.Connect(Of()));
        Assert.Null(_mqtt.Receive());
        Assert.False(_broker.Clients[0].IsConnected);
    }

    [Fact]
    public void A_connection_that_ends_is_seen_and_stays_ended()
    {
        _mqtt.Connect(Of());
        _broker.Clients[0].End();
        Assert.False(_mqtt.Connected);
        _mqtt.Publish("t", [], 0, false);
        Assert.Empty(_broker.Published);
        Assert.Equal("", _mqtt.Connect(Of()));
        Assert.True(_mqtt.Connected);
    }

    [Fact]
    public void Why_it_failed_is_said()
    {
        _broker.OnConnect = () => MqttReasonCode.ConnectionRefusedNotAuthorized;
        Assert.Contains("refuses the connection with code 5", _mqtt.Connect(Of()), StringComparison.Ordinal);
        _broker.OnConnect = () => throw new InvalidOperationException("Exception connecting to the broker", new InvalidOperationException("no route"));
        Assert.Contains("no route", _mqtt.Connect(Of()), StringComparison.Ordinal);
        _broker.OnConnect = () => MqttReasonCode.Success;
        _broker.Granted = [MqttQoSLevel.AtLeastOnce, MqttQoSLevel.GrantedFailure];
        Assert.Contains("refuses a subscription", _mqtt.Connect(Of()), StringComparison.Ordinal);
        Assert.False(_mqtt.Connected);
        _broker.Granted = [];
        Assert.Contains("did not answer in 100 ms", _mqtt.Connect(Of(timeoutMs: 100)), StringComparison.Ordinal);
        Assert.All(_broker.Clients, c => Assert.False(c.IsConnected));
    }

    [Fact]
    public void While_an_attempt_hangs_in_the_network_no_second_one_is_made_beside_it()
    {
        _broker.OnConstruct = () => Assert.True(_broker.Release.Wait(Limit));
        Assert.Contains("did not answer", _mqtt.Connect(Of(timeoutMs: 50)), StringComparison.Ordinal);
        Assert.Contains("still hangs", _mqtt.Connect(Of(timeoutMs: 50)), StringComparison.Ordinal);
        Assert.Single(_broker.Clients);
        _broker.OnConstruct = () => { };
        _broker.Release.Set();
        Assert.True(SpinWait.SpinUntil(() => _mqtt.Connect(Of()).Length == 0, Limit));
        Assert.Equal(2, _broker.Clients.Count);
        Assert.False(_broker.Clients[0].IsConnected);
    }

    [Fact]
    public void A_hanging_handshake_is_ended_by_closing_its_socket()
    {
        _broker.OnConnect = () => _broker.Closed.Wait(Limit) ? throw new InvalidOperationException("the socket is closed") : MqttReasonCode.Success;
        Assert.Contains("did not answer", _mqtt.Connect(Of(timeoutMs: 50)), StringComparison.Ordinal);
        _broker.OnConnect = () => MqttReasonCode.Success;
        Assert.True(SpinWait.SpinUntil(() => _mqtt.Connect(Of()).Length == 0, Limit));
    }

    [Fact]
    public void What_comes_faster_than_it_is_taken_ends_the_connection_before_it_fills_the_memory()
    {
        _mqtt.Connect(Of());
        for (int i = 0; i < 30; i++)
        {
            _broker.Clients[0].Arrive("t", new byte[4096]);
        }

        Assert.False(_mqtt.Connected);
        Assert.Single(_board.Lines, l => l.Contains("More came in than there is room for", StringComparison.Ordinal));
    }

    [Fact]
    public void A_queue_that_takes_no_more_ends_the_connection()
    {
        _mqtt.Connect(Of());
        Assert.InRange(nano::nanoFramework.M2Mqtt.MqttSettings.Instance.InflightQueueSize, 1, 1000);
        _broker.OnPublish = () => throw new InvalidOperationException("InflightQueueFull");
        _mqtt.Publish("t", [], 1, false);
        Assert.False(_mqtt.Connected);
    }

    [Fact]
    public void With_an_authority_the_certificate_is_verified_whatever_an_enrolment_before_has_set()
    {
        Settings enrolment = Of();
        enrolment.TlsUnverified = true;
        Assert.Equal("", _mqtt.Connect(enrolment));
        Assert.False(nano::nanoFramework.M2Mqtt.MqttSettings.Instance.ValidateServerCertificate);
        Assert.True(_broker.Clients[0].Secure && _broker.Clients[0].Authority == null && _broker.Clients[0].Protocol == MqttSslProtocols.TLSv1_2);

        Settings device = Of();
        (device.Authority, device.Certificate, device.PrivateKey) = (Pem("the CA"), Pem("its own"), "its key");
        device.TlsUnverified = true;
        Assert.Equal("", _mqtt.Connect(device));
        Assert.True(nano::nanoFramework.M2Mqtt.MqttSettings.Instance.ValidateServerCertificate);
        var own = Assert.IsType<nano::System.Security.Cryptography.X509Certificates.X509Certificate2>(_broker.Clients[1].Own);
        Assert.Equal((device.Authority, device.Certificate, "its key"), (_broker.Clients[1].Authority!.Pem, own.Pem, own.Key));
    }

    [Fact]
    public void An_authority_that_is_no_certificate_connects_to_nobody()
    {
        Settings settings = Of();
        settings.Authority = "not PEM";
        Assert.Contains("is not reached", _mqtt.Connect(settings), StringComparison.Ordinal);
        Assert.Empty(_broker.Clients);
    }

    private static string Pem(string text) => new(PemEncoding.Write("CERTIFICATE", System.Text.Encoding.UTF8.GetBytes(text)));

    private static Settings Of(int timeoutMs = 20_000) => new()
    {
        Host = "hub.local", Port = 1883, ClientId = "porch", Password = "secret", WillTopic = "the/will", WillPayload = "gone"u8.ToArray(),
        Filters = ["a/#", "b"], TimeoutMs = timeoutMs,
    };

    private sealed class Broker : IStubBroker
    {
        public ManualResetEventSlim Release { get; } = new();

        public ManualResetEventSlim Closed { get; } = new();

        public List<MqttClient> Clients { get; } = [];

        public List<string> Subscribed { get; } = [];

        public List<(string Topic, int Length, MqttQoSLevel Level, bool Retain)> Published { get; } = [];

        public MqttQoSLevel[] Granted { get; set; } = [MqttQoSLevel.AtLeastOnce, MqttQoSLevel.AtLeastOnce];

        public Action OnConstruct { get; set; } = () => { };

        public Func<MqttReasonCode> OnConnect { get; set; } = () => MqttReasonCode.Success;

        public Action OnPublish { get; set; } = () => { };

        public void Construct(MqttClient client)
        {
            Clients.Add(client);
            OnConstruct();
        }

        public MqttReasonCode Connect(MqttClient client) => OnConnect();

        public void Subscribe(MqttClient client, string[] topics, MqttQoSLevel[] levels)
        {
            Subscribed.Clear();
            Subscribed.AddRange(topics);
            if (Granted.Length > 0) client.Grant(Granted);
        }

        public void Publish(MqttClient client, string topic, byte[] message, MqttQoSLevel level, bool retain)
        {
            OnPublish();
            Published.Add((topic, message.Length, level, retain));
        }

        public void Close(MqttClient client) => Closed.Set();
    }
}

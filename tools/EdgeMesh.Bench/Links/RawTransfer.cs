using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Bench.Links;

/// <summary>The peer: the same bytes on the same topics through the same broker at quality 0, published and received and nothing more.</summary>
/// <remarks>
/// Paced: at most so many messages are under way at once, so that no queue of the broker overflows. What does not arrive is counted.
/// </remarks>
internal sealed class RawTransfer : IAsyncDisposable
{
    private const int UnderWayMax = 512;
    private readonly MqttClient _publisher = new();
    private readonly List<MqttClient> _subscribers = [];
    private readonly List<string> _topics = [];
    private readonly SemaphoreSlim _pace = new(UnderWayMax);
    private TaskCompletionSource _arrived = new();
    private long _missing;

    /// <summary>Messages that were published and did not arrive.</summary>
    internal long Dropped { get; private set; }

    /// <summary>Connects the publisher as the hub, and a subscriber for each device with that device's account.</summary>
    internal static async Task<RawTransfer> ConnectAsync(HubProcess hub, int port, IEnumerable<JsonObject> devices)
    {
        RawTransfer raw = new();
        await ConnectAsync(raw._publisher, hub.ClientOptions()).ConfigureAwait(false);
        foreach (JsonObject device in devices)
        {
            string id = (string)device["device"]!;
            DeviceKey key = new(new DotNetCrypto(), Convert.FromHexString((string)device["key"]!), HubProcess.Site, id);
            MqttClient subscriber = new();
            subscriber.ApplicationMessageReceivedAsync += raw.TakeAsync;
            await ConnectAsync(subscriber, new MqttClientOptions
            {
                ClientId = id,
                Credentials = new MqttClientCredentials(id, Encoding.UTF8.GetBytes(key.BrokerPassword())),
                ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, port) },
            }).ConfigureAwait(false);
            raw._subscribers.Add(subscriber);
            raw._topics.Add(Topic.Format(TopicKind.OtaChunk, HubProcess.Site, id));
            await subscriber.SubscribeAsync([new MqttTopicFilter(raw._topics[^1])]).ConfigureAwait(false);
        }

        return raw;
    }

    /// <summary>Sends so many bytes to every device and gives the bytes per second of all of them together.</summary>
    internal async Task<double> RunAsync(int bytes, int messageBytes)
    {
        ReadOnlySequence<byte> payload = new(new byte[messageBytes]);
        int messages = bytes / messageBytes;
        _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _missing, (long)messages * _topics.Count);
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < messages; i++)
        {
            foreach (string topic in _topics)
            {
                await _pace.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
                await _publisher.PublishAsync(new MqttApplicationMessage { Topic = topic, Payload = payload }).ConfigureAwait(false);
            }
        }

        await Task.WhenAny(_arrived.Task, Task.Delay(TimeSpan.FromSeconds(5))).ConfigureAwait(false);
        Dropped += Volatile.Read(ref _missing);
        return (double)messages * messageBytes * _topics.Count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>The median time from a publish at quality 1 to its acknowledgement, in seconds: a round trip of the first subscriber's link.</summary>
    internal async Task<double> RoundTripAsync()
    {
        // A QoS 1 publish where the account may not publish is acknowledged all the same, and goes nowhere.
        List<double> seconds = [];
        for (int i = 0; i < 21; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            await _subscribers[0].PublishAsync(new MqttApplicationMessage
            {
                Topic = _topics[0], QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            }).ConfigureAwait(false);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        return Figure.Median(seconds);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MqttClient client in _subscribers.Append(_publisher))
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }

        _pace.Dispose();
    }

    private static async Task ConnectAsync(MqttClient client, MqttClientOptions options)
    {
        MqttClientConnectResult result = await client.ConnectAsync(options).ConfigureAwait(false);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"{options.ClientId} cannot connect: {result.ReasonString}");
        }
    }

    private Task TakeAsync(MqttApplicationMessageReceivedEventArgs e)
    {
        _pace.Release();
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _arrived.TrySetResult();
        }

        return Task.CompletedTask;
    }
}

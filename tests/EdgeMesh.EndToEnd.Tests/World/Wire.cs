using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>A message as the viewer account sees it.</summary>
/// <param name="Topic">Where.</param>
/// <param name="Payload">Its bytes.</param>
/// <param name="Retained">Whether the broker had kept it: then it may be old.</param>
internal sealed record Message(Topic Topic, byte[] Payload, bool Retained)
{
    public TopicKind Kind => Topic.Kind;

    public JsonNode Json => JsonNode.Parse(Payload)!;

    /// <summary>A chunk's number.</summary>
    public long Sequence => ChunkFrame.SequenceOf(Payload);

    /// <summary>The member <c>next</c> of an ACCEPT or CHUNK_ACK.</summary>
    public long Next => (long)Json["next"]!;

    public bool Says(TopicKind kind, string member, string value) => Kind == kind && Payload.Length > 0 && (string?)Json[member] == value;

    public override string ToString() =>
        $"{(Retained ? "(retained) " : "")}{Topic} {(Kind == TopicKind.OtaChunk ? $"#{Sequence}, {Payload.Length} bytes" : Encoding.UTF8.GetString(Payload))}";
}

/// <summary>Everything on a site's topics, read by the viewer account as MQTT Explorer does; it comes back by itself after the broker does.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly ReconnectingMqttClient _client = new();
    private readonly List<Message> _seen = [];
    private readonly List<(Func<Message, bool> Fits, Action? Act, TaskCompletionSource<Message> Met)> _watches = [];

    private Wire() => _client.ApplicationMessageReceivedAsync += received =>
    {
        Take(received.ApplicationMessage);
        return Task.CompletedTask;
    };

    /// <summary>All messages so far.</summary>
    public Message[] Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public static async Task<Wire> ConnectAsync(MqttClientOptions viewer, string site)
    {
        Wire wire = new();
        // Back before anybody else is, so that it misses nothing.
        await wire._client.StartAsync(new ReconnectingMqttClientOptions
        {
            ClientOptions = viewer, InitialReconnectDelay = TimeSpan.FromMilliseconds(10), MaximumReconnectDelay = TimeSpan.FromMilliseconds(20),
        });
        await wire._client.SubscribeAsync([new MqttTopicFilter(Topic.SiteFilter(site), MqttQualityOfServiceLevel.AtLeastOnce)]);
        return wire;
    }

    /// <summary>The next live message that fits. <paramref name="act"/> runs the moment it arrives, before anything else is read.</summary>
    public Task<Message> NextAsync(Func<Message, bool> fits, string what, Action? act = null)
    {
        TaskCompletionSource<Message> met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_seen)
        {
            _watches.Add((fits, act, met));
        }

        return Eventually.InTimeAsync(met.Task, $"{what}, on the wire");
    }

    /// <summary>The retained message of a topic, as somebody who comes later is given it.</summary>
    public Message? Latest(TopicKind kind, string name = "") => Seen.LastOrDefault(m => m.Kind == kind && m.Topic.Name == name);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Take(MqttApplicationMessage received)
    {
        Topic topic = Topic.Parse(received.Topic) ?? throw new InvalidDataException($"{received.Topic} is no topic of EdgeMesh.");
        Message message = new(topic, received.Payload.ToArray(), received.Retain);
        lock (_seen)
        {
            _seen.Add(message);
            foreach (var watch in message.Retained ? [] : _watches.ToArray())
            {
                if (watch.Fits(message))
                {
                    watch.Act?.Invoke();
                    _watches.Remove(watch);
                    watch.Met.SetResult(message);
                }
            }
        }
    }
}

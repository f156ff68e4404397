using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Tests;

/// <summary>How a test's device behaves.</summary>
internal sealed class TestDeviceOptions
{
    public long SlotBytes { get; init; } = 1 << 20;

    /// <summary>The kind of image it takes.</summary>
    public string Kind { get; init; } = ImageKinds.NanoApp;

    public int Window { get; init; } = 8;

    /// <summary>Chunks after which it stops to acknowledge, as one that loses power does.</summary>
    public long StopAfter { get; set; } = long.MaxValue;

    /// <summary>Whether it asks for encryption.</summary>
    public bool Encrypts { get; init; } = true;

    /// <summary>Whether it says that its connection is TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether it answers updates at all.</summary>
    public bool AnswersUpdates { get; init; } = true;
}

/// <summary>A device over the real broker with the production link and receiver; its slot is memory, and it applies nothing by itself.</summary>
internal sealed class TestDevice : IAsyncDisposable
{
    private readonly TestDeviceOptions _options;
    private readonly DeviceKey _key;
    private OtaReceiver _receiver;
    private readonly MemoryStream _slot = new();
    private readonly Dictionary<long, byte[]> _held = [];
    private readonly Lock _gate = new();
    private MqttClient _client = new();
    private DeviceLink _link;

    public TestDevice(DeviceConfiguration configuration, TestDeviceOptions options)
    {
        Configuration = configuration;
        _options = options;
        _key = new DeviceKey(new DotNetCrypto(), Convert.FromHexString(configuration.Key), configuration.Site, configuration.Device);
        _link = NewLink();
        _receiver = NewReceiver();
    }

    public DeviceConfiguration Configuration { get; }

    /// <summary>With which of the hub's identities it says to connect.</summary>
    public long Identity { get; set; }

    public string Id => Configuration.Device;

    /// <summary>Whether the receiver asked for the image to be applied.</summary>
    public bool Applied { get; private set; }

    public byte[] Image => _slot.ToArray();

    public ConcurrentQueue<long> Accepted { get; } = [];

    public ConcurrentQueue<long> ChunksReceived { get; } = [];

    public ConcurrentQueue<(TopicKind Kind, JsonObject? Body)> Received { get; } = [];

    private static long NowMs => Environment.TickCount64;

    public async Task<MqttClientConnectResultCode> ConnectAsync(string host, int port, string? password = null)
    {
        _client = new MqttClient();
        _link = NewLink();
        _client.ApplicationMessageReceivedAsync += e => TakeAsync(e.ApplicationMessage);
        MqttClientConnectResult result = await _client.ConnectAsync(new MqttClientOptions
        {
            ClientId = Id,
            Credentials = new MqttClientCredentials(Id, Encoding.UTF8.GetBytes(password ?? _key.BrokerPassword())),
            ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Parse(host), port) },
            WillTopic = Up(TopicKind.Status),
            WillPayload = Codec.Write(new DeviceStatus { Status = DeviceStatus.Lost }).ToBytes(),
            WillRetain = true,
        });
        if (result.ResultCode == MqttClientConnectResultCode.Success)
        {
            await _client.SubscribeAsync(Topic.DownFilter(Configuration.Site, Id), MqttQualityOfServiceLevel.AtLeastOnce);
            _link.Connected(NowMs);
            await PublishAsync(Up(TopicKind.Hello), _link.Poll(NowMs)!);
        }

        return result.ResultCode;
    }

    /// <summary>The plug is pulled: the broker learns of it by the broken connection.</summary>
    public async Task LosePowerAsync() => await _client.DisposeAsync();

    public byte[] Seal(TopicKind kind, JsonWriter body)
    {
        lock (_gate)
        {
            return _link.Seal(kind, body);
        }
    }

    public Task SendAsync(TopicKind kind, JsonWriter body) => PublishAsync(Up(kind), Seal(kind, body));

    public Task PublishAsync(string topic, byte[] payload) => _client.PublishAsync(new MqttApplicationMessage
    {
        Topic = topic, Payload = new ReadOnlySequence<byte>(payload), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
    });

    public string Up(TopicKind kind) => Topic.Format(kind, Configuration.Site, Id);

    /// <summary>The manifest that was offered last.</summary>
    public Offer? Offered { get; private set; }

    /// <summary>Starts anew, as a device does to run what it was given: it takes the next image then.</summary>
    public async Task RebootAsync()
    {
        _receiver = NewReceiver();
        Applied = false;
        await StepAsync(ReceiverEvent.Online(), default);
    }

    public async Task ReportAsync(string state, string code = "", string reason = "", string id = "blink", string version = "1", long sequence = 1)
    {
        long session = Session;
        Report report = new() { Session = session, State = state, Id = id, Version = version, Sequence = sequence, Code = code, Reason = reason };
        await SendAsync(TopicKind.OtaReport, Codec.Write(report));
        await Eventually.TrueAsync(
            () => Received.Any(m => m.Kind == TopicKind.Reported && m.Body!.String("state", 16) == state && m.Body.Integer("session", 1, uint.MaxValue) == session), $"the hub answers the report {state}");
    }

    public long Session { get; private set; }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();

    private OtaReceiver NewReceiver() => new(new ReceiverProfile
    {
        DeviceType = Configuration.Type, Kinds = [_options.Kind], SlotBytes = _options.SlotBytes, Window = _options.Window, ChunkBytes = Limits.ChunkBytesMax,
    });

    private DeviceLink NewLink() => new(new DotNetCrypto(), _key, Configuration.Site, Configuration.Device, _options.Encrypts) { Tls = _options.Tls, Identity = Identity };

    private async Task TakeAsync(MqttApplicationMessage message)
    {
        TopicKind kind = Topic.Parse(message.Topic)!.Kind;
        byte[] payload = message.Payload.ToArray();
        if (kind == TopicKind.Welcome)
        {
            if (_link.Welcomed(payload, 0, out _).Body is null)
            {
                return;
            }

            await SendAsync(TopicKind.Status, Codec.Write(new DeviceStatus()));
            await SendAsync(TopicKind.Info, Codec.Write(Info()));
            await StepAsync(ReceiverEvent.Online(), default);
            return;
        }

        if (kind == TopicKind.OtaChunk && payload[0] == Limits.ProtocolVersion)
        {
            byte[]? frame = _link.OpenChunk(payload);
            Assert.True(frame is not null, "the hub's chunks are signed");
            await TakeChunkAsync(ChunkFrame.SessionOf(frame), ChunkFrame.SequenceOf(frame), frame.AsMemory(ChunkFrame.Overhead));
            return;
        }

        JsonObject? body;
        lock (_gate)
        {
            body = _link.Open(kind, payload).Body;
        }

        Received.Enqueue((kind, body));
        if (body is null || !_options.AnswersUpdates)
        {
            return;
        }

        switch (kind)
        {
            case TopicKind.OtaOffer:
                Offer offer = Codec.ReadOffer(body);
                Session = offer.Session;
                Offered = offer;
                await StepAsync(ReceiverEvent.Offered(offer), default);
                break;
            case TopicKind.OtaChunk:
                Chunk chunk = Codec.ReadChunk(body);
                await TakeChunkAsync(chunk.Session, chunk.Sequence, Convert.FromBase64String(chunk.Data));
                break;
            case TopicKind.OtaComplete: await StepAsync(ReceiverEvent.Completed(Codec.ReadComplete(body).Session), default); break;
            case TopicKind.OtaAbortDown: await StepAsync(ReceiverEvent.Aborted(Codec.ReadAbort(body).Session, "aborted"), default); break;
            default: break;
        }
    }

    private DeviceInfo Info() => new()
    {
        Type = Configuration.Type, Runtime = "test", Agent = "1", Kinds = [_options.Kind], SlotBytes = _options.SlotBytes, Window = _options.Window,
        ChunkBytes = Limits.ChunkBytesMax,
    };

    private Task TakeChunkAsync(long session, long sequence, ReadOnlyMemory<byte> data)
    {
        ChunksReceived.Enqueue(sequence);
        return sequence >= _options.StopAfter ? Task.CompletedTask : StepAsync(ReceiverEvent.ChunkArrived(session, sequence, data.Length), data);
    }

    private async Task StepAsync(ReceiverEvent e, ReadOnlyMemory<byte> data)
    {
        foreach (ReceiverEffect effect in _receiver.Step(e, NowMs))
        {
            switch (effect.Kind)
            {
                case ReceiverEffectKind.Send: await SendMessageAsync(effect.Message!); break;
                case ReceiverEffectKind.OpenSlot: _slot.SetLength(0); break;
                case ReceiverEffectKind.Append: _slot.Write(data.Span); break;
                case ReceiverEffectKind.Hold: _held[effect.Number] = data.ToArray(); break;
                case ReceiverEffectKind.AppendHeld: _slot.Write(_held[effect.Number]); break;
                case ReceiverEffectKind.Hash: await StepAsync(ReceiverEvent.Hashed(_slot.Length, Convert.ToHexStringLower(SHA256.HashData(_slot.ToArray()))), default); break;
                case ReceiverEffectKind.Apply: Applied = true; break;
                default: break;
            }
        }
    }

    private Task SendMessageAsync(object message)
    {
        if (message is Accept accept)
        {
            Accepted.Enqueue(accept.Next);
        }

        return message switch
        {
            Accept m => SendAsync(TopicKind.OtaAccept, Codec.Write(m)),
            Reject m => SendAsync(TopicKind.OtaReject, Codec.Write(m)),
            ChunkAck m => SendAsync(TopicKind.OtaChunkAck, Codec.Write(m)),
            Verify m => SendAsync(TopicKind.OtaVerify, Codec.Write(m)),
            Abort m => SendAsync(TopicKind.OtaAbortUp, Codec.Write(m)),
            _ => throw new ArgumentException($"No topic for {message}."),
        };
    }
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Messaging;

/// <summary>The way to the hub: broker, handshake, signatures. What it hands on is verified, what it refuses is counted.</summary>
internal sealed partial class HubConnection
{
    private const int ConnectTimeoutMs = 10000;

    // The answer gets a moment to leave before the connection with the old identity ends.
    private const long SwitchAfterMs = 500;

    private readonly Board _board;
    private readonly MqttSettings _settings;
    private readonly DeviceLink _link;
    private readonly Backoff _backoff;
    private readonly IdentityStore _identities;
    private readonly int _chunkBytes;
    private bool _up;
    private long _connectMs;
    private long _switchMs = long.MaxValue;
    private long _welcomeMs;
    private long _welcomeUnixSeconds;

    internal HubConnection(Board board, DeviceConfiguration configuration, Refusals refusals)
    {
        _board = board;
        Refusals = refusals;
        _backoff = new Backoff(board.Crypto);
        _chunkBytes = configuration.ChunkBytes;
        DeviceKey key = new DeviceKey(board.Crypto, configuration.Key, configuration.Site, configuration.Device);
        _link = new DeviceLink(board.Crypto, key, configuration.Site, configuration.Device, configuration.Encrypt && configuration.Authority.Length == 0);
        _identities = new IdentityStore(board.Storage, board.Crypto, configuration);
        _settings = new MqttSettings
        {
            Host = configuration.Host,
            Port = configuration.Port,
            ClientId = configuration.Device,
            Password = key.BrokerPassword(),
            WillTopic = _link.TopicOf(TopicKind.Status),
            WillPayload = Codec.Write(new DeviceStatus { Status = DeviceStatus.Lost }).ToBytes(),
            Filters = new[] { Topic.DownFilter(configuration.Site, configuration.Device), Topic.Format(TopicKind.HubStatus, configuration.Site) },
            TimeoutMs = (int)Math.Min(ConnectTimeoutMs, configuration.WatchdogMs / 2),
        };
    }

    /// <summary>Whether the hub is reached: a connection stands and the handshake is made.</summary>
    internal bool Online => _up && _link.Established;

    /// <summary>What was refused so far.</summary>
    internal Refusals Refusals { get; }

    /// <summary>When it wants to be polled, in milliseconds; messages that wait apart.</summary>
    internal long DueMs => _up ? Math.Min(_link.DueMs, _switchMs) : _connectMs;

    /// <summary>The hub's time, in seconds since 1970-01-01 UTC; 0 while unknown.</summary>
    internal long UnixSeconds(long nowMs) => _welcomeUnixSeconds == 0 ? 0 : _welcomeUnixSeconds + ((nowMs - _welcomeMs) / 1000);

    /// <summary>Connects, notices a lost connection, says hello: whatever is due.</summary>
    internal void Poll(long nowMs)
    {
        if (_up && !_board.Mqtt.Connected)
        {
            if (!_link.Established)
            {
                // Perhaps the broker let it in only to refuse its certificate, as TLS 1.3 has it.
                _identities.Failed();
            }

            Down();
            _connectMs = nowMs + _backoff.NextMs();
            _board.Log.Write(LogLevel.Warning, "The connection to the broker is lost.");
        }

        if (_up && nowMs >= _switchMs)
        {
            Down();
            _board.Mqtt.Close();
            _connectMs = nowMs;
            _board.Log.Write(LogLevel.Info, "Connects anew, with the identity that the hub sent.");
        }

        if (!_up && nowMs >= _connectMs)
        {
            Connect();
        }

        byte[]? hello = _up ? _link.Poll(_board.Clock.NowMs) : null;
        if (hello != null)
        {
            _board.Mqtt.Publish(_link.TopicOf(TopicKind.Hello), hello, 1, false);
        }
    }

    /// <summary>Signs and publishes a message.</summary>
    /// <returns>Whether it went out: false while the hub is not reached, or where it is over the size limit.</returns>
    internal bool Send(TopicKind kind, JsonWriter body, int qos = 1, bool retain = false)
    {
        if (!Online)
        {
            return false;
        }

        byte[] payload = _link.Seal(kind, body);
        if (payload.Length > Limits.JsonPayloadBytes)
        {
            _board.Log.Write(LogLevel.Error, "A message of " + payload.Length.ToString() + " bytes was not sent: the limit is "
                + Limits.JsonPayloadBytes.ToString() + "; publish less at once.");
            return false;
        }

        _board.Mqtt.Publish(_link.TopicOf(kind), payload, qos, retain);
        return true;
    }

    /// <summary>Takes the next message that waits.</summary>
    /// <param name="nowMs">The time.</param>
    /// <param name="message">What the device must act on; null where it was refused or belongs to the connection itself.</param>
    /// <returns>Whether one waited.</returns>
    internal bool Receive(long nowMs, out HubMessage? message)
    {
        MqttMessage? raw = _up ? _board.Mqtt.Receive() : null;
        message = raw == null ? null : Open(raw, nowMs);
        return raw != null;
    }

    private void Down()
    {
        _up = false;
        _switchMs = long.MaxValue;
        _link.Disconnected();
    }

    private void Connect()
    {
        Identity identity = _identities.Begin();
        _settings.Authority = identity.Authority;
        _settings.Certificate = identity.Certificate;
        _settings.PrivateKey = identity.PrivateKey;
        _link.Tls = identity.Authority.Length > 0;
        _link.Identity = identity.Sequence;
        string problem = _board.Mqtt.Connect(_settings);
        long nowMs = _board.Clock.NowMs;
        if (problem.Length == 0)
        {
            _up = true;
            _link.Connected(nowMs);
            _board.Log.Write(LogLevel.Info, "Connected to the broker at " + _settings.Host + ".");
            return;
        }

        _identities.Failed();
        long waitMs = _backoff.NextMs();
        _connectMs = nowMs + waitMs;
        _board.Log.Write(LogLevel.Warning, "No connection to the broker, next try in " + waitMs.ToString() + " ms: " + problem);
    }

    private HubMessage? Open(MqttMessage raw, long nowMs)
    {
        if (raw.Payload.Length > Limits.JsonPayloadBytes)
        {
            return Refuse(ErrorCodes.MessageTooLarge, "A message has " + raw.Payload.Length.ToString() + " bytes.");
        }

        Topic? topic = Topic.Parse(raw.Topic);
        if (topic == null || topic.Site != _link.Site || (topic.Kind != TopicKind.HubStatus && topic.Name != _link.Device))
        {
            return Refuse(ErrorCodes.TopicForbidden, "A message came on a topic that is not this device's.");
        }

        switch (topic.Kind)
        {
            case TopicKind.HubStatus: return SeeHub(raw.Payload, nowMs);
            case TopicKind.Welcome: return TakeWelcome(raw.Payload, nowMs);
            case TopicKind.OtaChunk:
                return raw.Payload.Length > 0 && raw.Payload[0] == Limits.ProtocolVersion ? OpenFrame(raw.Payload) : OpenJson(topic.Kind, raw.Payload);
            case TopicKind.Identity: return TakeIdentity(raw.Payload, nowMs);
            case TopicKind.Command:
            case TopicKind.Reported:
            case TopicKind.OtaOffer:
            case TopicKind.OtaComplete:
            case TopicKind.OtaAbortDown:
                return OpenJson(topic.Kind, raw.Payload);
            default:
                return Refuse(ErrorCodes.TopicForbidden, "A message came on a topic that only this device writes.");
        }
    }

    private HubMessage? OpenJson(TopicKind kind, byte[] payload)
    {
        Opened opened = _link.Open(kind, payload);
        return opened.Body == null ? Refuse(opened.Code, opened.Reason) : HubMessage.Json(kind, opened.Body);
    }

    private HubMessage? OpenFrame(byte[] frame)
    {
        if (frame.Length > _chunkBytes + ChunkFrame.Overhead + Gcm.TagBytes)
        {
            return Refuse(ErrorCodes.MessageTooLarge, "A chunk frame has " + frame.Length.ToString() + " bytes.");
        }

        byte[]? plain = _link.OpenChunk(frame);
        return plain != null ? HubMessage.Chunk(plain) : Refuse(ErrorCodes.SignatureInvalid, "A chunk's tag fits no session of this device.");
    }

    private HubMessage? SeeHub(byte[] payload, long nowMs)
    {
        JsonObject? body = JsonReader.Parse(payload, payload.Length, out string problem);
        HubStatus? status = body == null ? null : Codec.ReadHubStatus(body);
        if (status == null || body!.Problem.Length > 0)
        {
            return Refuse(ErrorCodes.MessageInvalid, "The hub's status cannot be read: " + (status == null ? problem : body!.Problem) + ".");
        }

        // An absent hub keeps its sessions or comes back with another boot id: nothing to do before that.
        if (status.Status == HubStatus.Online)
        {
            _link.HubSeen(status.Boot, nowMs);
        }

        return null;
    }

    private HubMessage? TakeWelcome(byte[] payload, long nowMs)
    {
        Opened opened = _link.Welcomed(payload, nowMs, out Welcome? welcome);
        if (welcome == null)
        {
            return Refuse(opened.Code, opened.Reason);
        }

        KeepReached();
        _backoff.Reset();
        _welcomeMs = nowMs;
        _welcomeUnixSeconds = welcome.Time;
        return null;
    }

    private HubMessage? Refuse(string code, string reason)
    {
        Refusals.Add(code, reason);
        return null;
    }
}

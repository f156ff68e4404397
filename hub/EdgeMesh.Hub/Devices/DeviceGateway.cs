using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Devices;

/// <summary>Between the broker and the features: verifies what devices send, and signs what they are sent.</summary>
/// <remarks>Nothing of a device passes that is not live, signed and new; the one exception is the will, believed as "gone" and no more.</remarks>
public sealed class DeviceGateway(
    DeviceStore store, BrokerConnection broker, HubEvents events, HubIdentity identity, ICrypto crypto, IOptions<DeviceOptions> limits, TimeProvider time,
    ILogger<DeviceGateway> log)
{
    private readonly ConcurrentDictionary<string, DeviceConnection> _connections = new();
    private readonly string[] _encrypt = limits.Value.EncryptedTopics()!;
    private readonly DeviceRefusals _refusals = new(events, limits.Value, log);

    /// <summary>Subscribes to every device's messages. Called once, before the broker connection starts.</summary>
    public void Start()
    {
        if (limits.Value.AllowUnauthenticated)
        {
            log.LogCritical("Devices:AllowUnauthenticated is on: whoever reaches the broker with a device's account can speak for that device WITHOUT ITS KEY. Switch it off outside a laboratory.");
        }

        broker.Subscribe(Topic.AllUpFilter(identity.Site), ReceiveAsync);
        events.Subscribe<BrokerDisconnected>(_ => AllOffline("the broker connection is lost"));
    }

    /// <summary>Whether a session with the device is in use.</summary>
    public bool IsOnline(string id) => _connections.TryGetValue(id, out DeviceConnection? connection) && connection.Online;

    /// <summary>What the device said when the session in use began; null where it is not online.</summary>
    public Hello? HelloOf(string id) => _connections.TryGetValue(id, out DeviceConnection? connection) && connection.Online ? connection.Hello : null;

    /// <summary>How many messages of the device were refused since the hub started, by code.</summary>
    public IReadOnlyDictionary<string, long> Refusals(string id) =>
        _connections.TryGetValue(id, out DeviceConnection? connection) ? connection.Refusals() : new Dictionary<string, long>();

    /// <summary>Signs and sends a message; false where the device has no session.</summary>
    public async Task<bool> SendAsync(string id, TopicKind kind, JsonWriter body, CancellationToken cancellation)
    {
        DeviceConnection? connection = Connection(id);
        if (connection?.Seal(kind, body) is not byte[] payload)
        {
            return false;
        }

        MqttQualityOfServiceLevel level = kind == TopicKind.OtaChunk ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce;
        await broker.PublishAsync(connection.TopicOf(kind), payload, level, false, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Signs and sends a chunk frame whose data is in place; false where the device has no session.</summary>
    public async Task<bool> SendChunkAsync(string id, long session, long sequence, byte[] frame, CancellationToken cancellation)
    {
        DeviceConnection? connection = Connection(id);
        if (connection?.SealChunk(session, sequence, frame) is not byte[] payload)
        {
            return false;
        }

        await broker.PublishAsync(connection.TopicOf(TopicKind.OtaChunk), payload, MqttQualityOfServiceLevel.AtMostOnce, false, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Ends what the hub holds of a device: its key no longer opens anything.</summary>
    /// <param name="id">The device.</param>
    /// <param name="cause">Why it counts as gone.</param>
    public void Forget(string id, string cause)
    {
        GoOffline(id, cause);
        _connections.TryRemove(id, out _);
    }

    /// <summary>Counts a refusal and, for the first and every tenfold, logs it.</summary>
    public void Refuse(string id, string code, string reason) => _refusals.Count(id, _connections.GetValueOrDefault(id), code, reason);

    private DeviceConnection? Connection(string id)
    {
        if (_connections.TryGetValue(id, out DeviceConnection? known))
        {
            return known;
        }

        if (store.Secret(id) is not byte[] secret)
        {
            return null;
        }

        DeviceConnection added = _connections.GetOrAdd(
            id,
            static (key, made) => new DeviceConnection(made.Site, key, made.secret, made.crypto, made.limits, made.time),
            (identity.Site, secret, crypto, limits: limits.Value, time));
        if (store.Secret(id) is null)
        {
            // It was removed in between: its key opens nothing any more.
            _connections.TryRemove(id, out _);
            return null;
        }

        return added;
    }

    private async Task ReceiveAsync(MqttApplicationMessage message)
    {
        byte[] payload = message.Payload.ToArray();
        if (Topic.Parse(message.Topic) is not Topic topic)
        {
            Refuse("a device", ErrorCodes.TopicForbidden, $"The topic {message.Topic} is none of EdgeMesh's.");
            return;
        }

        if (topic.Kind == TopicKind.Status && IsWill(payload))
        {
            GoOffline(topic.Name, "its connection broke");
            return;
        }

        if (message.Retain)
        {
            return;
        }

        if (Connection(topic.Name) is not DeviceConnection connection)
        {
            (string code, string reason) = store.Find(topic.Name) is { Revoked: > 0 }
                ? (ErrorCodes.DeviceRevoked, "The device is revoked.")
                : (ErrorCodes.DeviceUnknown, "No such device is known here; add it with `edgemesh devices add`.");
            Refuse(topic.Name, code, reason);
        }
        else if (!connection.MaySend(topic.Kind))
        {
            _refusals.CountFlood(connection);
        }
        else if (topic.Kind == TopicKind.Hello)
        {
            await GreetAsync(connection, payload).ConfigureAwait(false);
        }
        else
        {
            await TakeAsync(connection, topic.Kind, payload).ConfigureAwait(false);
        }
    }

    private async Task GreetAsync(DeviceConnection connection, byte[] payload)
    {
        Opened opened = connection.Greet(payload, identity.Boot, time.GetUtcNow().ToUnixTimeSeconds(), _encrypt, out byte[]? welcome);
        if (welcome is null)
        {
            Refuse(connection.Id, opened.Code, opened.Reason);
            return;
        }

        await SendWelcomeAsync(connection, welcome).ConfigureAwait(false);
    }

    private Task SendWelcomeAsync(DeviceConnection connection, byte[] welcome) =>
        broker.PublishAsync(connection.TopicOf(TopicKind.Welcome), welcome, MqttQualityOfServiceLevel.AtLeastOnce, false, CancellationToken.None);

    private async Task TakeAsync(DeviceConnection connection, TopicKind kind, byte[] payload)
    {
        Opened opened = connection.Open(kind, payload, out bool cameOnline);
        if (opened.Body is null && limits.Value.AllowUnauthenticated && Unsigned(kind, payload) is JsonObject body)
        {
            opened = Opened.Good(body);
        }

        if (opened.Body is null)
        {
            Refuse(connection.Id, opened.Code, opened.Reason);
            if (opened.Code is ErrorCodes.SignatureInvalid or ErrorCodes.NoSession
                && connection.AskForHello(identity.Boot, time.GetUtcNow().ToUnixTimeSeconds()) is byte[] ask)
            {
                await SendWelcomeAsync(connection, ask).ConfigureAwait(false);
            }

            return;
        }

        if (cameOnline)
        {
            events.Publish(new DeviceOnline(connection.Id));
        }

        if (kind == TopicKind.Status && Codec.ReadDeviceStatus(opened.Body).Status == DeviceStatus.Sleeping)
        {
            GoOffline(connection.Id, "it sleeps");
        }

        events.Publish(new DeviceMessage(connection.Id, kind, opened.Body, opened.Plain ?? payload));
    }

    // What a device says of itself, and no more: an update never hangs on something that anybody can send.
    private static JsonObject? Unsigned(TopicKind kind, byte[] payload) =>
        kind is TopicKind.Status or TopicKind.Info or TopicKind.State or TopicKind.Telemetry or TopicKind.Log or TopicKind.Response
            && payload.Length <= Limits.JsonPayloadBytes && JsonReader.Parse(payload, payload.Length, out _) is JsonObject body
            && !body.Has(SignedJson.Member) && !body.Has(Session.CounterMember)
        ? body
        : null;

    private static bool IsWill(byte[] payload) =>
        payload.Length < SignedJson.TailBytes && JsonReader.Parse(payload, payload.Length, out _) is JsonObject will
        && Codec.ReadDeviceStatus(will).Status == DeviceStatus.Lost;

    private void GoOffline(string id, string cause)
    {
        if (_connections.TryGetValue(id, out DeviceConnection? connection) && connection.GoOffline())
        {
            events.Publish(new DeviceOffline(id, cause));
        }
    }

    private void AllOffline(string cause)
    {
        foreach (string id in _connections.Keys)
        {
            GoOffline(id, cause);
        }
    }
}

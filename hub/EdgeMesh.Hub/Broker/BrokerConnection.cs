using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Broker;

/// <summary>The hub's connection for messages: it stays connected, keeps its subscriptions, and tells the devices that the hub is there.</summary>
public sealed class BrokerConnection : IAsyncDisposable
{
    // How old the time in the retained hub/status may get.
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromHours(1);

    // How long a stopping hub waits for the broker to take its good-bye.
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);

    private readonly BrokerEndpoint _endpoint;
    private readonly HubIdentity _identity;
    private readonly HubEvents _events;
    private readonly BrokerState _state;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerConnection> _log;
    private readonly ReconnectingMqttClient _client;
    private readonly BrokerSubscriptions _subscriptions;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<CancellationToken, Task> _prepare = _ => Task.CompletedTask;
    private CancellationTokenSource _connected = new();
    private Task _attending = Task.CompletedTask;
    private string? _lastReason;
    private bool _told;
    private bool _disposed;

    internal BrokerConnection(
        BrokerEndpoint endpoint, HubIdentity identity, HubEvents events, BrokerState state, TimeProvider time, ILogger<BrokerConnection> log)
    {
        _endpoint = endpoint;
        _identity = identity;
        _events = events;
        _state = state;
        _time = time;
        _log = log;
        _subscriptions = new BrokerSubscriptions(time, log);
        _client = new ReconnectingMqttClient(time);
        _client.ApplicationMessageReceivedAsync += arguments => _subscriptions.DispatchAsync(arguments.ApplicationMessage);
        _client.ConnectedAsync += _ => OnConnectedAsync();
        _client.DisconnectedAsync += OnDisconnectedAsync;
        _client.SubscriptionRefusedAsync += OnSubscriptionRefusedAsync;
        _client.HandlerFailedAsync += OnHandlerFailedAsync;
    }

    /// <summary>Whether a connection stands.</summary>
    public bool IsConnected => _client.IsConnected;

    /// <summary>How long the message now in hand is being handled; null where none is.</summary>
    internal TimeSpan? Handling => _subscriptions.Handling;

    private string StatusTopic => Topic.Format(TopicKind.HubStatus, _identity.Site);

    /// <summary>
    /// Has <paramref name="handler"/> called for every message that meets the filter, one message at a time, in order; quality 1 is
    /// acknowledged when it is done. Called before the hub starts. Filters of different registrations should not overlap: an
    /// external broker may deliver such a message once for each.
    /// </summary>
    public void Subscribe(
        string filter,
        Func<MqttApplicationMessage, Task> handler,
        MqttQualityOfServiceLevel quality = MqttQualityOfServiceLevel.AtLeastOnce)
    {
        if (_started.Task.IsCompleted)
        {
            throw new InvalidOperationException($"Subscribe to {filter} before the hub starts: later, messages would be missed.");
        }

        _subscriptions.Add(filter, quality, handler);
    }

    /// <summary>
    /// Publishes. Without a connection it waits for one, in order; at quality 0 it completes when the message is queued, at quality 1
    /// when the broker has acknowledged it. Cancel it where that may take too long.
    /// </summary>
    /// <exception cref="MqttProtocolViolationException">The message cannot be sent: bad topic, or too large.</exception>
    public async Task PublishAsync(
        string topic,
        ReadOnlyMemory<byte> payload,
        MqttQualityOfServiceLevel quality = MqttQualityOfServiceLevel.AtLeastOnce,
        bool retain = false,
        CancellationToken cancellationToken = default)
    {
        await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _client.PublishBinaryAsync(topic, payload, quality, retain, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes at quality 1 without waiting for it; a failure is logged. For what people look at, where the next message mends a lost one.</summary>
    public void Post(string topic, ReadOnlyMemory<byte> payload, bool retain = false) => PublishAsync(topic, payload, retain: retain).ContinueWith(
        failed => _log.LogWarning("Could not publish at {Topic}: {Reason}", topic, failed.Exception!.GetBaseException().Message),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    /// <summary>Ends the connection at once; the broker publishes the will.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _connected.CancelAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        await _attending.ConfigureAwait(false);
        _connected.Dispose();
    }

    /// <summary>Begins to connect, and returns.</summary>
    /// <param name="prepare">Runs at every connect before <see cref="BrokerConnected"/> is raised.</param>
    internal async Task StartAsync(Func<CancellationToken, Task> prepare)
    {
        _prepare = prepare;
        foreach ((string filter, MqttQualityOfServiceLevel quality) in _subscriptions.Filters)
        {
            await _client.SubscribeAsync(filter, quality).ConfigureAwait(false);
        }

        MqttClientOptions options = _endpoint.ClientOptions(_endpoint.ClientId);
        options.WillTopic = StatusTopic;
        options.WillPayload = Codec.Write(new HubStatus { Status = HubStatus.Offline }).ToBytes();
        options.WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        options.WillRetain = true;
        // The embedded broker is asked on loopback and by its only hub: there is no herd to spread, and devices wait.
        TimeSpan patience = TimeSpan.FromSeconds(_endpoint.IsEmbedded ? 1 : 30);
        await _client.StartAsync(new ReconnectingMqttClientOptions { ClientOptions = options, MaximumReconnectDelay = patience }).ConfigureAwait(false);
        _started.TrySetResult();
    }

    /// <summary>Says offline, sends what waits and ends the connection.</summary>
    internal async Task StopAsync()
    {
        if (!_started.Task.IsCompleted)
        {
            return;
        }

        if (IsConnected)
        {
            using CancellationTokenSource limit = new(FarewellLimit, _time);
            try
            {
                await PublishStatusAsync(new HubStatus { Status = HubStatus.Offline, Time = Now() }, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException)
            {
                _log.LogWarning("The broker did not take the hub's good-bye: {Reason} Its will says the same.", e.Message);
            }
        }

        await _client.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Begins to attend to the connection and returns: what waits for the broker here must not keep its end from being seen.</summary>
    private Task OnConnectedAsync()
    {
        _connected.Dispose();
        _connected = new CancellationTokenSource();
        _identity.Renew();
        _attending = Task.Run(() => AttendAsync(_connected.Token));
        return Task.CompletedTask;
    }

    private async Task AttendAsync(CancellationToken ended)
    {
        try
        {
            await PublishOnlineAsync(ended).ConfigureAwait(false);
            await _prepare(ended).ConfigureAwait(false);
            if (_state.Accounts == AccountEnforcement.NotEnforced)
            {
                // Only now it is known. The boot id is the same, so no device says hello for it.
                await PublishOnlineAsync(ended).ConfigureAwait(false);
            }

            ended.ThrowIfCancellationRequested();
            _log.LogInformation("Connected to the broker at {Host}:{Port}", _endpoint.Host, _endpoint.Port);
            _state.Current = new BrokerStatus(BrokerPhase.Connected);
            _lastReason = null;
            _told = true;
            _events.Publish(new BrokerConnected());
            while (true)
            {
                await Task.Delay(StatusPeriod, _time, ended).ConfigureAwait(false);
                await PublishOnlineAsync(ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The connection ended, which OnDisconnectedAsync tells.
        }
        catch (Exception failure)
        {
            _log.LogError(failure, "Attending to the broker's connection failed");
        }
    }

    private async Task OnDisconnectedAsync(MqttClientDisconnectedEventArgs why)
    {
        await _connected.CancelAsync().ConfigureAwait(false);
        await _attending.ConfigureAwait(false);
        string reason = $"The broker at {_endpoint.Host}:{_endpoint.Port} cannot be reached: {why.ReasonString}";
        if (why.ReconnectDelay is not null && reason != _lastReason)
        {
            _lastReason = reason;
            _log.LogWarning("{Reason} The hub tries again by itself.", reason);
        }

        // Where Mosquitto itself is not running, that is the cause to show.
        if (why.ReconnectDelay is not null && !(_endpoint.IsEmbedded && _state.Current.Phase == BrokerPhase.Unavailable))
        {
            _state.Current = new BrokerStatus(BrokerPhase.Unavailable, new Error(ErrorCodes.BrokerUnavailable, reason));
        }

        if (_told)
        {
            _told = false;
            _events.Publish(new BrokerDisconnected(why.ReasonString));
        }
    }

    private Task OnSubscriptionRefusedAsync(MqttSubscriptionRefusedEventArgs refused)
    {
        _log.LogError(
            "The broker refuses the hub's subscription to {Filter}, so the hub hears nothing there. Give the hub's account the right to read it.",
            refused.TopicFilter.Topic);
        return Task.CompletedTask;
    }

    private Task OnHandlerFailedAsync(MqttHandlerFailedEventArgs failed)
    {
        _log.LogError(failed.Exception, "A handler of the broker's connection failed");
        return Task.CompletedTask;
    }

    private Task PublishOnlineAsync(CancellationToken cancellationToken)
    {
        string accounts = _state.Accounts == AccountEnforcement.NotEnforced ? HubStatus.NotEnforced : "";
        HubStatus online = new() { Status = HubStatus.Online, Boot = _identity.Boot, Time = Now(), HubVersion = _identity.Version, Accounts = accounts };
        return PublishStatusAsync(online, cancellationToken);
    }

    private Task PublishStatusAsync(HubStatus status, CancellationToken cancellationToken) =>
        PublishAsync(StatusTopic, Codec.Write(status).ToBytes(), MqttQualityOfServiceLevel.AtLeastOnce, retain: true, cancellationToken);

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();
}

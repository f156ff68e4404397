using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Connections;

namespace EdgeMesh.Mqtt;

/// <summary>
/// A client that stays connected: it tries again for as long as it runs, renews its subscriptions before anything else, then
/// sends what it still owes. Messages wait, in order and bounded, while there is no connection; those of quality 1 sent and not
/// acknowledged are sent again as duplicates.
/// </summary>
public sealed class ReconnectingMqttClient : IMqttPublisher, IAsyncDisposable
{
    // Keeps a SUBSCRIBE far below the packet limits that brokers set.
    private const int FiltersPerPacket = 100;

    private readonly Lock gate = new();
    private readonly Dictionary<string, MqttTopicFilter> subscriptions = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeProvider timeProvider;
    private readonly Random random;
    private readonly MqttClient client;
    private volatile bool stopRequested;
    private Task running = Task.CompletedTask;
    private MqttClientDisconnectedEventArgs? ended;

    /// <summary>Makes a client; time and randomness are the system's unless given.</summary>
    public ReconnectingMqttClient(TimeProvider? timeProvider = null, Random? random = null)
    {
        this.timeProvider = timeProvider ?? TimeProvider.System;
        this.random = random ?? Random.Shared;
        client = new MqttClient(timeProvider, keepsMessages: true);
        client.DisconnectedAsync += arguments =>
        {
            ended = arguments;
            return Task.CompletedTask;
        };
    }

    /// <summary>A message has arrived. Handlers run one message at a time, in order; quality 1 is acknowledged when they are done.</summary>
    public event Func<MqttApplicationMessageReceivedEventArgs, Task>? ApplicationMessageReceivedAsync
    {
        add => client.ApplicationMessageReceivedAsync += value;
        remove => client.ApplicationMessageReceivedAsync -= value;
    }

    /// <summary>A connection stands and the subscriptions are renewed; waiting messages begin to go.</summary>
    public event Func<MqttClientConnectedEventArgs, Task>? ConnectedAsync;

    /// <summary>A connection has ended or could not be made; the argument says why, and when the next attempt is.</summary>
    public event Func<MqttClientDisconnectedEventArgs, Task>? DisconnectedAsync;

    /// <summary>The broker refused to renew a subscription.</summary>
    public event Func<MqttSubscriptionRefusedEventArgs, Task>? SubscriptionRefusedAsync;

    /// <summary>A handler has thrown. With nobody listening here the connection ends with what it threw as the cause.</summary>
    public event Func<MqttHandlerFailedEventArgs, Task>? HandlerFailedAsync
    {
        add => client.HandlerFailedAsync += value;
        remove => client.HandlerFailedAsync -= value;
    }

    /// <summary>A connection stands.</summary>
    public bool IsConnected => client.IsConnected;

    /// <summary>Received messages that wait for the handler.</summary>
    public int IncomingMessages => client.IncomingMessages;

    /// <summary>Messages that wait to be sent.</summary>
    public int OutgoingMessages => client.OutgoingMessages;

    /// <summary>Runs as long as the client does; fails where a handler threw and nobody listens to that.</summary>
    public Task Completion => running;

    /// <summary>Begins to connect, and returns at once; the events tell how it goes. Once for each client.</summary>
    public Task StartAsync(ReconnectingMqttClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!running.IsCompleted) throw new InvalidOperationException("The client runs already.");
        ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
        client.Prepare(options.ClientOptions);
        running = Task.Run(() => RunAsync(options), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Sends what waits, says good-bye and stops for good. Messages of quality 1 that the broker has not acknowledged by then fail.
    /// Not to be awaited in a handler of ConnectedAsync or DisconnectedAsync, which it waits for.
    /// </summary>
    public async Task StopAsync()
    {
        stopRequested = true;
        await client.DisconnectAsync().ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Publishes, also while there is no connection; see <see cref="IMqttPublisher.PublishAsync"/>.</summary>
    public Task<MqttClientPublishResult> PublishAsync(MqttApplicationMessage applicationMessage, CancellationToken cancellationToken = default) =>
        client.PublishAsync(applicationMessage, cancellationToken);

    /// <summary>Subscribes from now on, across reconnects.</summary>
    /// <returns>The broker's verdicts; null while there is no connection: it is subscribed at the next one.</returns>
    public async Task<MqttClientSubscribeResult?> SubscribeAsync(
        IReadOnlyList<MqttTopicFilter> topicFilters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topicFilters);
        MqttClient.CheckFilters(topicFilters.Select(filter => filter.Topic));
        lock (gate)
        {
            foreach (var filter in topicFilters) subscriptions[filter.Topic] = filter;
        }
        if (!IsConnected) return null;
        try
        {
            return await client.SubscribeAsync(topicFilters, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttCommunicationException)
        {
            // The connection ended meanwhile, which DisconnectedAsync tells; the next one subscribes.
            return null;
        }
    }

    /// <summary>Subscribes to one filter from now on, across reconnects.</summary>
    public Task<MqttClientSubscribeResult?> SubscribeAsync(
        string topic,
        MqttQualityOfServiceLevel qualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce,
        CancellationToken cancellationToken = default) =>
        SubscribeAsync([new MqttTopicFilter(topic, qualityOfServiceLevel)], cancellationToken);

    /// <summary>Ends subscriptions. Without a connection there is nothing more to do, since a clean session forgets them.</summary>
    public async Task UnsubscribeAsync(IReadOnlyList<string> topicFilters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topicFilters);
        lock (gate)
        {
            foreach (string filter in topicFilters) subscriptions.Remove(filter);
        }
        if (!IsConnected) return;
        try
        {
            await client.UnsubscribeAsync(topicFilters, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttCommunicationException)
        {
            // The connection ended meanwhile, and the subscription with it; DisconnectedAsync tells.
        }
    }

    /// <summary>Stops at once, without a good-bye: the broker publishes the will.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync().ConfigureAwait(false);
        await client.DisposeAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    private async Task RunAsync(ReconnectingMqttClientOptions options)
    {
        var backoff = new ReconnectBackoff(options.InitialReconnectDelay, options.MaximumReconnectDelay, random);
        while (true)
        {
            long began = timeProvider.GetTimestamp();
            var why = await ConnectOnceAsync(options.ClientOptions).ConfigureAwait(false);
            if (why.ClientWasConnected && timeProvider.GetElapsedTime(began) >= options.MaximumReconnectDelay) backoff.Reset();
            TimeSpan? delay = stopRequested || stopping.IsCancellationRequested ? null : backoff.Next();
            var told = new MqttClientDisconnectedEventArgs
            {
                ClientWasConnected = why.ClientWasConnected,
                ReasonString = why.ReasonString,
                Exception = why.Exception,
                ConnectResult = why.ConnectResult,
                ReconnectDelay = delay,
            };
            await client.RaiseAsync(DisconnectedAsync, told, null).ConfigureAwait(false);
            if (delay is not { } pause) return;
            await Task.Delay(pause, timeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopRequested || stopping.IsCancellationRequested) return;
        }
    }

    /// <summary>Connects and stays until the connection ends; gives the cause of that, or of not getting there.</summary>
    private async Task<MqttClientDisconnectedEventArgs> ConnectOnceAsync(MqttClientOptions options)
    {
        ended = null;
        MqttConnection? connection = null;
        try
        {
            (connection, var result) = await client.OpenAsync(options, stopping.Token).ConfigureAwait(false);
            if (connection is null)
                return new MqttClientDisconnectedEventArgs { ClientWasConnected = false, ReasonString = result.ReasonString, ConnectResult = result };
            await ResubscribeAsync(connection).ConfigureAwait(false);
            connection.StartPublishing();
            await client.RaiseAsync(ConnectedAsync, new MqttClientConnectedEventArgs(result), connection).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever it is, it is told as the cause and the next attempt is made: giving up would strand an unattended hub.
            var cause = stopping.IsCancellationRequested ? null : exception;
            connection?.Abort(cause);
            if (connection is null)
                return new MqttClientDisconnectedEventArgs
                {
                    ClientWasConnected = false,
                    ReasonString = cause?.Message ?? "The client was stopped before it connected.",
                    Exception = cause,
                };
        }
        await client.Supervising.ConfigureAwait(false);
        return ended!;
    }

    private async Task ResubscribeAsync(MqttConnection connection)
    {
        MqttTopicFilter[] filters;
        lock (gate) filters = [.. subscriptions.Values];
        foreach (var some in filters.Chunk(FiltersPerPacket))
        {
            var result = await client.SubscribeAsync(some, stopping.Token).ConfigureAwait(false);
            foreach (var item in result.Items.Where(item => item.ResultCode == MqttClientSubscribeResultCode.UnspecifiedError))
                await client.RaiseAsync(SubscriptionRefusedAsync, new MqttSubscriptionRefusedEventArgs(item.TopicFilter), connection).ConfigureAwait(false);
        }
    }
}

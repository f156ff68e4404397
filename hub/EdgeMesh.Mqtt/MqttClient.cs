using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Connections;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt;

/// <summary>
/// A client of one broker, one connection at a time. It does not reconnect: see <see cref="ReconnectingMqttClient"/>. The bounds
/// of its queues are those of the options it first connects with.
/// </summary>
public sealed class MqttClient : IMqttClient
{
    private static readonly Task<MqttClientPublishResult> AtMostOnce = Task.FromResult(MqttClientPublishResult.AtMostOnce);

    private readonly TimeProvider timeProvider;
    private readonly bool keepsMessages;
    private readonly CancellationTokenSource disposing = new();
    private readonly SemaphoreSlim connecting = new(1, 1);
    private MqttClientOptions? options;
    private MqttSession? session;
    private MqttInbox? inbox;
    private Task dispatching = Task.CompletedTask;
    private Task supervising = Task.CompletedTask;
    private volatile MqttConnection? connection;

    /// <summary>Makes a client; time is the system's unless given.</summary>
    public MqttClient(TimeProvider? timeProvider = null) : this(timeProvider, keepsMessages: false) { }

    /// <param name="timeProvider">The clock.</param>
    /// <param name="keepsMessages">Messages survive the end of a connection, and may be published without one.</param>
    internal MqttClient(TimeProvider? timeProvider, bool keepsMessages)
    {
        this.timeProvider = timeProvider ?? TimeProvider.System;
        this.keepsMessages = keepsMessages;
    }

    /// <inheritdoc/>
    public event Func<MqttApplicationMessageReceivedEventArgs, Task>? ApplicationMessageReceivedAsync;

    /// <inheritdoc/>
    public event Func<MqttClientConnectedEventArgs, Task>? ConnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttClientDisconnectedEventArgs, Task>? DisconnectedAsync;

    /// <inheritdoc/>
    public event Func<MqttHandlerFailedEventArgs, Task>? HandlerFailedAsync;

    /// <inheritdoc/>
    public bool IsConnected => connection is not null;

    /// <summary>Received messages that wait for the handler.</summary>
    public int IncomingMessages => inbox?.Count ?? 0;

    /// <summary>Messages that wait to be sent.</summary>
    public int OutgoingMessages => session?.WaitingCount ?? 0;

    /// <inheritdoc/>
    public async Task<MqttClientConnectResult> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken = default)
    {
        var (opened, result) = await OpenAsync(options, cancellationToken).ConfigureAwait(false);
        if (opened is null) return result;
        opened.StartPublishing();
        await RaiseAsync(ConnectedAsync, new MqttClientConnectedEventArgs(result), opened).ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public async Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        if (connection is not { } current) return;
        await current.DisconnectAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (inbox is { IsInHandler: false }) await supervising.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<MqttClientPublishResult> PublishAsync(MqttApplicationMessage applicationMessage, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(applicationMessage);
        ObjectDisposedException.ThrowIf(disposing.IsCancellationRequested, this);
        if (session is not { } queue || inbox is null || (!keepsMessages && !IsConnected)) throw new MqttClientNotConnectedException();
        if (MqttPacketWriter.PublishFault(applicationMessage, options!.MaximumPacketSize) is { } fault) throw new MqttProtocolViolationException(fault);
        if (applicationMessage.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce
            && connection is not null && queue.TryEnqueue(new MqttOutgoingMessage(applicationMessage, null)))
            return AtMostOnce;
        return inbox.AwaitBrokerAsync(() => PublishAsync(queue, applicationMessage, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<MqttClientSubscribeResult> SubscribeAsync(
        IReadOnlyList<MqttTopicFilter> topicFilters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topicFilters);
        CheckFilters(topicFilters.Select(filter => filter.Topic));
        var answer = (MqttSubAckPacket)await AskAsync(
            typeof(MqttSubAckPacket), identifier => new MqttSubscribePacket(identifier, topicFilters), cancellationToken).ConfigureAwait(false);
        if (answer.ReturnCodes.Count != topicFilters.Count)
            throw new MqttProtocolViolationException($"The broker gave {answer.ReturnCodes.Count} verdicts on {topicFilters.Count} topic filters.");
        return new MqttClientSubscribeResult([.. topicFilters.Zip(answer.ReturnCodes, (filter, code) => new MqttClientSubscribeResultItem(filter, code))]);
    }

    /// <inheritdoc/>
    public async Task UnsubscribeAsync(IReadOnlyList<string> topicFilters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topicFilters);
        CheckFilters(topicFilters);
        await AskAsync(typeof(MqttUnsubAckPacket), identifier => new MqttUnsubscribePacket(identifier, topicFilters), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection at once, without a good-bye: the broker publishes the will. Messages not yet sent are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposing.IsCancellationRequested) return;
        await disposing.CancelAsync().ConfigureAwait(false);
        // Taken for good: an attempt under way is cancelled and ends first.
        await connecting.WaitAsync().ConfigureAwait(false);
        connection?.Abort(null);
        bool inHandler = inbox is { IsInHandler: true };
        if (!inHandler) await supervising.ConfigureAwait(false);
        session?.EndConnection(new ObjectDisposedException(nameof(MqttClient)), keepMessages: false);
        if (!inHandler) await dispatching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Connects without letting waiting messages go yet, and without the event.</summary>
    internal async Task<(MqttConnection? Connection, MqttClientConnectResult Result)> OpenAsync(
        MqttClientOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(disposing.IsCancellationRequested, this);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(disposing.Token, cancellationToken);
        await connecting.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            if (IsConnected) throw new InvalidOperationException("The client is connected already. Disconnect first.");
            Prepare(options);
            var (opened, result) = await MqttConnection.OpenAsync(options, session!, inbox!, timeProvider, either.Token).ConfigureAwait(false);
            connection = opened;
            if (opened is not null) supervising = SuperviseAsync(opened);
            return (opened, result);
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary>Completes when the last connection has ended and that has been told.</summary>
    internal Task Supervising => supervising;

    /// <summary>Makes the queues, so that messages can be published before there is a connection.</summary>
    internal void Prepare(MqttClientOptions options)
    {
        MqttHandshake.Check(options);
        this.options = options;
        session ??= new MqttSession(options.MaximumOutgoingMessages, options.MaximumInflightMessages, timeProvider);
        if (inbox is not null) return;
        inbox = new MqttInbox(options.MaximumIncomingMessages, options.MaximumIncomingBytes);
        dispatching = Task.Run(() => inbox.DispatchAsync(DeliverAsync, disposing.Token), CancellationToken.None);
    }

    /// <summary>Calls handlers; what they throw goes to <see cref="HandlerFailedAsync"/>, or else ends the connection.</summary>
    /// <returns>The handlers are done, or what they threw was reported.</returns>
    internal async Task<bool> RaiseAsync<T>(Func<T, Task>? handlers, T argument, MqttConnection? source, MqttApplicationMessage? message = null)
    {
        try
        {
            await handlers.InvokeAsync(argument).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (HandlerFailedAsync is not null)
        {
            await HandlerFailedAsync.InvokeAsync(new MqttHandlerFailedEventArgs(exception, message)).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (source is not null)
        {
            source.Abort(new MqttCommunicationException($"A handler threw, so the client hung up: {exception.Message}", exception));
            return false;
        }
    }

    /// <summary>Refuses an empty list of filters and filters that break the rules.</summary>
    internal static void CheckFilters(IEnumerable<string> filters)
    {
        int count = 0;
        foreach (string filter in filters)
        {
            count++;
            if (MqttTopicFilterComparer.FilterFault(filter) is { } fault)
                throw new MqttProtocolViolationException($"The topic filter '{filter}' is bad: {fault}");
        }
        if (count == 0) throw new MqttProtocolViolationException("At least one topic filter is needed.");
    }

    private async Task<MqttClientPublishResult> PublishAsync(
        MqttSession queue, MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        var exchange = message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce ? null : new MqttExchange(typeof(MqttPubAckPacket), message);
        await queue.EnqueueAsync(new MqttOutgoingMessage(message, exchange), cancellationToken).ConfigureAwait(false);
        // The connection may have ended between the check and the queue; nobody else would fail the message then.
        if (disposing.IsCancellationRequested) queue.EndConnection(new ObjectDisposedException(nameof(MqttClient)), keepMessages: false);
        else if (!keepsMessages && connection is null) queue.EndConnection(new MqttClientNotConnectedException(), keepMessages: false);
        if (exchange is null) return MqttClientPublishResult.AtMostOnce;
        // A message given up before it was sent is skipped; one already sent stays under way.
        using var cancelling = cancellationToken.Register(() => exchange.Answer.TrySetCanceled(cancellationToken));
        var answer = await exchange.Answer.Task.ConfigureAwait(false);
        return new MqttClientPublishResult { PacketIdentifier = answer.PacketIdentifier };
    }

    private async Task<MqttAcknowledgement> AskAsync(Type answerType, Func<ushort, MqttPacket> packet, CancellationToken cancellationToken)
    {
        if (connection is not { } current) throw new MqttClientNotConnectedException();
        return await inbox!.AwaitBrokerAsync(async () =>
        {
            var exchange = new MqttExchange(answerType);
            session!.Begin(exchange);
            await current.SendAsync(packet(exchange.PacketIdentifier)).ConfigureAwait(false);
            await Task.WhenAny(exchange.Answer.Task, current.Closed).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (exchange.Answer.Task.IsCompleted) return await exchange.Answer.Task.ConfigureAwait(false);
            session.Abandon(exchange);
            throw await current.Closed.ConfigureAwait(false) ?? new MqttClientNotConnectedException("The client disconnected before the broker answered.");
        }).ConfigureAwait(false);
    }

    private async Task DeliverAsync(MqttDelivery delivery)
    {
        var (packet, source) = delivery;
        var arguments = new MqttApplicationMessageReceivedEventArgs(options!.ClientId, packet.Message);
        try
        {
            bool handled = await RaiseAsync(ApplicationMessageReceivedAsync, arguments, source, packet.Message).ConfigureAwait(false);
            // Nothing to acknowledge to where the connection has ended meanwhile: the broker has forgotten, or will resend.
            if (handled && packet.PacketIdentifier != 0) await source.SendAsync(new MqttPubAckPacket(packet.PacketIdentifier)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whoever was to hear of a failed handler has failed too. The dispatch loop must outlive that.
            source.Abort(exception);
        }
    }

    private async Task SuperviseAsync(MqttConnection opened)
    {
        var cause = await opened.Closed.ConfigureAwait(false);
        connection = null;
        session!.EndConnection(cause ?? new MqttClientNotConnectedException("The client disconnected before the broker acknowledged."), keepsMessages);
        string reason = cause?.Message ?? "The client disconnected.";
        var ended = new MqttClientDisconnectedEventArgs { ClientWasConnected = true, ReasonString = reason, Exception = cause };
        await RaiseAsync(DisconnectedAsync, ended, null).ConfigureAwait(false);
    }
}

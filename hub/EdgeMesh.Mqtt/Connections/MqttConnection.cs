using System;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>
/// One TCP connection after CONNACK: a loop that reads, a loop that writes, and a watch that ends the connection when the broker
/// falls silent. Whichever fails first gives the cause; <see cref="Closed"/> then completes with it, never as a failed task.
/// </summary>
internal sealed class MqttConnection : IAsyncDisposable
{
    // One flush carries what has gathered up to here: some thirty 4 KiB messages in one system call or TLS record run.
    private const int BatchBytes = 128 * 1024;
    private const int BufferBytes = 64 * 1024;
    private const int MaximumControlPackets = 1024;
    private static readonly TimeSpan LongestLinger = TimeSpan.FromSeconds(1);

    private readonly Stream stream;
    private readonly PipeReader reader;
    private readonly PipeWriter writer;
    private readonly MqttClientOptions options;
    private readonly MqttSession session;
    private readonly MqttInbox inbox;
    private readonly MqttConnectionWatch watch;
    private readonly TimeProvider timeProvider;
    // Never disposed: it has no timer to free, and a late Abort must find it alive.
    private readonly CancellationTokenSource stopping = new();
    private readonly MqttSignal wake = new();
    private readonly Channel<MqttPacket> controls = Channel.CreateBounded<MqttPacket>(MaximumControlPackets);
    private volatile bool publishing;
    private volatile bool disconnecting;
    private volatile bool disconnected;
    private Exception? cause;

    private MqttConnection(Stream stream, MqttClientOptions options, MqttSession session, MqttInbox inbox, TimeProvider timeProvider)
    {
        this.stream = stream;
        this.options = options;
        this.session = session;
        this.inbox = inbox;
        this.timeProvider = timeProvider;
        reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, minimumReadSize: BufferBytes / 4));
        writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes));
        watch = new MqttConnectionWatch(options, session, inbox, timeProvider);
    }

    /// <summary>Completes when the connection has ended, with the cause; null where the end was asked for.</summary>
    public Task<Exception?> Closed { get; private set; } = Task.FromResult<Exception?>(null);

    /// <summary>Opens a stream, says CONNECT and awaits the verdict. The connection is null where the broker refused.</summary>
    /// <exception cref="MqttCommunicationException">The broker cannot be reached, or hung up.</exception>
    /// <exception cref="MqttProtocolViolationException">What answered does not speak MQTT 3.1.1.</exception>
    public static async Task<(MqttConnection? Connection, MqttClientConnectResult Result)> OpenAsync(
        MqttClientOptions options, MqttSession session, MqttInbox inbox, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        MqttConnection? connection = null;
        try
        {
            var stream = await MqttChannel.OpenAsync(options.ChannelOptions, either.Token).ConfigureAwait(false);
            connection = new MqttConnection(stream, options, session, inbox, timeProvider);
            var result = await connection.HandshakeAsync(either.Token).ConfigureAwait(false);
            if (result.ResultCode == MqttClientConnectResultCode.Success)
            {
                connection.Closed = Task.Run(connection.RunAsync, CancellationToken.None);
                return (connection, result);
            }
            await connection.DisposeAsync().ConfigureAwait(false);
            return (null, result);
        }
        catch (Exception exception)
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            string broker = MqttChannel.Describe(options.ChannelOptions.RemoteEndpoint);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new MqttCommunicationTimedOutException(
                    $"The broker at {broker} did not accept the connection within {options.Timeout.TotalSeconds:0.###} s.", exception);
            if (exception is IOException)
                throw new MqttCommunicationException($"The connection to {broker} broke before the broker accepted it: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>Lets the waiting messages go; before it only subscriptions and the like are sent.</summary>
    public void StartPublishing()
    {
        publishing = true;
        wake.Set();
    }

    /// <summary>Queues a packet that goes before all messages; false if the connection has ended.</summary>
    public async ValueTask<bool> SendAsync(MqttPacket packet)
    {
        while (await controls.Writer.WaitToWriteAsync().ConfigureAwait(false))
        {
            if (TrySend(packet)) return true;
        }
        return false;
    }

    /// <summary>Queues a packet that goes before all messages, unless too many wait already.</summary>
    public bool TrySend(MqttPacket packet)
    {
        if (!controls.Writer.TryWrite(packet)) return false;
        wake.Set();
        return true;
    }

    /// <summary>Sends what waits, says DISCONNECT and ends; what cannot be sent within the timeout is given up.</summary>
    public async Task DisconnectAsync()
    {
        disconnecting = true;
        wake.Set();
        await Closed.ConfigureAwait(false);
    }

    /// <summary>Ends the connection at once, with a cause unless one is known already.</summary>
    public void Abort(Exception? why)
    {
        if (!disconnected) Interlocked.CompareExchange(ref cause, why, null);
        stopping.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        controls.Writer.TryComplete();
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<MqttClientConnectResult> HandshakeAsync(CancellationToken cancellationToken)
    {
        MqttPacketWriter.Write(writer, MqttHandshake.Connect(options));
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            if (MqttPacketReader.TryRead(ref buffer, options.MaximumPacketSize, out var packet))
            {
                reader.AdvanceTo(buffer.Start);
                return MqttHandshake.Result(packet!, options);
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted) throw new MqttCommunicationException(MqttHandshake.HungUp(options));
        }
    }

    private async Task<Exception?> RunAsync()
    {
        session.Changed += wake.Set;
        Task[] loops = [GuardAsync(ReadAsync), GuardAsync(WriteAsync), GuardAsync(token => watch.RunAsync(this, token))];
        await Task.WhenAll(loops).ConfigureAwait(false);
        session.Changed -= wake.Set;
        await DisposeAsync().ConfigureAwait(false);
        return cause;
    }

    /// <summary>Runs a loop; its end, of whatever kind, ends the other loops too.</summary>
    private async Task GuardAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(stopping.Token).ConfigureAwait(false);
            Abort(null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Another loop, or the owner, ended the connection and has given the cause.
        }
        catch (IOException exception)
        {
            Abort(new MqttCommunicationException($"The connection to the broker broke: {exception.Message}", exception));
        }
        catch (Exception exception)
        {
            Abort(exception);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (MqttPacketReader.TryRead(ref buffer, options.MaximumPacketSize, out var packet))
            {
                Receive(packet!);
                if (inbox.HasRoom) continue;
                watch.PauseReading();
                await inbox.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
                watch.ResumeReading();
            }
            watch.Received(packetIncomplete: !buffer.IsEmpty);
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted) continue;
            if (disconnected) return;
            throw new MqttCommunicationException(buffer.IsEmpty
                ? "The broker closed the connection. Another client may have taken the client id, the account may have been disabled, or the broker was stopped."
                : "The broker closed the connection in the middle of a packet.");
        }
    }

    private void Receive(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublishPacket publish: inbox.Add(new MqttDelivery(publish, this)); break;
            case MqttAcknowledgement answer: session.Complete(answer); break;
            case MqttPingRespPacket: watch.Pong(); break;
            default: throw new MqttProtocolViolationException($"A broker must not send a {MqttHandshake.Name(packet)} packet here.");
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool drained = !FillBatch();
            bool last = drained && disconnecting;
            if (last) MqttPacketWriter.Write(writer, MqttDisconnectPacket.Instance);
            if (writer.UnflushedBytes > 0)
            {
                watch.FlushBegins();
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                watch.FlushEnds();
            }
            if (last)
            {
                // The broker closes after DISCONNECT. Closing first could reset the connection and lose what was just sent.
                disconnected = true;
                await Task.Delay(options.Timeout < LongestLinger ? options.Timeout : LongestLinger, timeProvider, cancellationToken).ConfigureAwait(false);
                return;
            }
            if (drained) await wake.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Encodes what waits into one batch; true if it stopped because the batch is full.</summary>
    private bool FillBatch()
    {
        while (writer.UnflushedBytes < BatchBytes)
        {
            if (controls.Reader.TryRead(out var packet))
                MqttPacketWriter.Write(writer, packet);
            else if (publishing && session.TryTake(out var outgoing))
                MqttPacketWriter.WritePublish(
                    writer, outgoing.Message, outgoing.Exchange?.PacketIdentifier ?? 0, outgoing.Message.Dup || outgoing.Exchange is { Resent: true });
            else
                return false;
        }
        return true;
    }
}

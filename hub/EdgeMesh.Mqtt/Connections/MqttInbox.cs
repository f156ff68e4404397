using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>A received message with the connection that an acknowledgement goes back on.</summary>
internal readonly record struct MqttDelivery(MqttPublishPacket Packet, MqttConnection Connection)
{
    /// <summary>What the message costs while it waits, in bytes.</summary>
    public long Bytes => Packet.Message.Payload.Length + 128;
}

/// <summary>
/// Received messages that wait for the handler, in order, bounded in number and bytes. The connection's reader stops while it is
/// full. One exception keeps a handler that publishes from waiting for ever: while it awaits the broker's answer, which comes
/// behind messages on the same socket, the reader may go on up to <see cref="ExtraRoomFactor"/> times the bound.
/// </summary>
internal sealed class MqttInbox(int maximumMessages, long maximumBytes)
{
    public const int ExtraRoomFactor = 8;

    private readonly Channel<MqttDelivery> deliveries = Channel.CreateUnbounded<MqttDelivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly AsyncLocal<bool> inHandler = new();
    private readonly MqttSignal roomMade = new();
    private int messages;
    private long bytes;
    private int waitingHandlers;

    /// <summary>The call stack runs in a message handler.</summary>
    public bool IsInHandler => inHandler.Value;

    public int Count => Volatile.Read(ref messages);

    public bool HasRoom
    {
        get
        {
            long factor = Volatile.Read(ref waitingHandlers) > 0 ? ExtraRoomFactor : 1;
            return Volatile.Read(ref messages) < maximumMessages * factor && Volatile.Read(ref bytes) < maximumBytes * factor;
        }
    }

    /// <summary>A handler awaits the broker, whose answer cannot be read for want of room.</summary>
    public bool IsStuck => Volatile.Read(ref waitingHandlers) > 0 && !HasRoom;

    public void Add(MqttDelivery delivery)
    {
        Interlocked.Increment(ref messages);
        Interlocked.Add(ref bytes, delivery.Bytes);
        deliveries.Writer.TryWrite(delivery);
    }

    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (!HasRoom) await roomMade.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a request that awaits the broker's answer; inside a handler it lends the reader extra room.</summary>
    public async Task<T> AwaitBrokerAsync<T>(Func<Task<T>> request)
    {
        if (!IsInHandler) return await request().ConfigureAwait(false);
        Interlocked.Increment(ref waitingHandlers);
        roomMade.Set();
        try
        {
            return await request().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref waitingHandlers);
        }
    }

    /// <summary>Hands the messages to <paramref name="deliver"/> one after the other until cancelled.</summary>
    public async Task DispatchAsync(Func<MqttDelivery, Task> deliver, CancellationToken cancellationToken)
    {
        inHandler.Value = true;
        while (await deliveries.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (deliveries.Reader.TryRead(out var delivery))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await deliver(delivery).ConfigureAwait(false);
                Interlocked.Decrement(ref messages);
                Interlocked.Add(ref bytes, -delivery.Bytes);
                roomMade.Set();
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>A packet that the broker has yet to answer: a publish at quality 1, a subscription or its end.</summary>
internal sealed class MqttExchange(Type answerType, MqttApplicationMessage? message = null)
{
    public readonly TaskCompletionSource<MqttAcknowledgement> Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Type AnswerType { get; } = answerType;
    public MqttApplicationMessage? Message { get; } = message;
    public ushort PacketIdentifier { get; set; }
    public long Sequence { get; set; }
    public long SentAt { get; set; }
    public bool Resent { get; set; }
}

/// <summary>A message to write. <paramref name="Exchange"/> is null at quality 0, which nobody answers.</summary>
internal readonly record struct MqttOutgoingMessage(MqttApplicationMessage Message, MqttExchange? Exchange);

/// <summary>
/// What outlives one connection: messages that wait to be sent, and exchanges that wait for the broker's answer. Messages
/// leave in the order in which they came; those sent and not acknowledged go first after a reconnect, as duplicates.
/// </summary>
internal sealed class MqttSession(int maximumOutgoing, int maximumInflight, TimeProvider timeProvider)
{
    private readonly Lock gate = new();
    private readonly Channel<MqttOutgoingMessage> waiting = Channel.CreateBounded<MqttOutgoingMessage>(
        new BoundedChannelOptions(maximumOutgoing) { SingleReader = false });
    private readonly Dictionary<ushort, MqttExchange> inflight = [];
    private readonly Queue<MqttExchange> resends = [];
    private int inflightPublishes;
    private ushort lastIdentifier;
    private long lastSequence;

    /// <summary>Raised when there may be something new to write.</summary>
    public event Action? Changed;

    public int WaitingCount => waiting.Reader.Count;

    public async ValueTask EnqueueAsync(MqttOutgoingMessage outgoing, CancellationToken cancellationToken)
    {
        await waiting.Writer.WriteAsync(outgoing, cancellationToken).ConfigureAwait(false);
        Changed?.Invoke();
    }

    public bool TryEnqueue(MqttOutgoingMessage outgoing)
    {
        if (!waiting.Writer.TryWrite(outgoing)) return false;
        Changed?.Invoke();
        return true;
    }

    /// <summary>Takes the next message to write, unless the number of unacknowledged ones forbids it.</summary>
    public bool TryTake(out MqttOutgoingMessage outgoing)
    {
        lock (gate)
        {
            while (resends.TryDequeue(out var again))
            {
                if (!inflight.ContainsKey(again.PacketIdentifier)) continue;
                again.SentAt = timeProvider.GetTimestamp();
                again.Resent = true;
                outgoing = new MqttOutgoingMessage(again.Message!, again);
                return true;
            }
            while (waiting.Reader.TryPeek(out outgoing))
            {
                bool abandoned = outgoing.Exchange is { Answer.Task.IsCompleted: true };
                if (!abandoned && outgoing.Exchange is not null && inflightPublishes >= maximumInflight) return false;
                waiting.Reader.TryRead(out outgoing);
                if (abandoned) continue;
                if (outgoing.Exchange is { } exchange) Register(exchange);
                return true;
            }
            return false;
        }
    }

    /// <summary>Gives an exchange its identifier and begins to await its answer.</summary>
    public void Begin(MqttExchange exchange)
    {
        lock (gate) Register(exchange);
    }

    /// <summary>Hands an answer to the exchange it belongs to.</summary>
    /// <exception cref="MqttProtocolViolationException">Nothing was awaited under this identifier, or something else.</exception>
    public void Complete(MqttAcknowledgement answer)
    {
        MqttExchange? exchange;
        lock (gate)
        {
            if (!inflight.TryGetValue(answer.PacketIdentifier, out exchange) || exchange.AnswerType != answer.GetType())
                throw new MqttProtocolViolationException(
                    $"The broker answered the packet {answer.PacketIdentifier} with a {answer.GetType().Name}, which nothing waits for.");
            Remove(exchange);
        }
        exchange.Answer.TrySetResult(answer);
        Changed?.Invoke();
    }

    /// <summary>Forgets an exchange whose answer can no longer come.</summary>
    public void Abandon(MqttExchange exchange)
    {
        lock (gate)
        {
            if (inflight.TryGetValue(exchange.PacketIdentifier, out var current) && current == exchange) Remove(exchange);
        }
    }

    /// <summary>The time stamp of the longest unanswered packet; null if all are answered.</summary>
    public long? OldestSentAt()
    {
        lock (gate) return inflight.Count == 0 ? null : inflight.Values.Min(exchange => exchange.SentAt);
    }

    /// <summary>A connection has ended: whoever awaits an answer that can no longer come gets <paramref name="cause"/>.</summary>
    /// <param name="cause">The failure to hand out.</param>
    /// <param name="keepMessages">Keep messages for the next connection, sent or not; otherwise they fail too.</param>
    public void EndConnection(Exception cause, bool keepMessages)
    {
        var failed = new List<MqttExchange>();
        lock (gate)
        {
            resends.Clear();
            failed.AddRange(inflight.Values.Where(exchange => !keepMessages || exchange.Message is null));
            foreach (var exchange in failed) Remove(exchange);
            foreach (var exchange in inflight.Values.OrderBy(exchange => exchange.Sequence)) resends.Enqueue(exchange);
            while (!keepMessages && waiting.Reader.TryRead(out var outgoing))
                if (outgoing.Exchange is { } exchange) failed.Add(exchange);
        }
        foreach (var exchange in failed) exchange.Answer.TrySetException(cause);
    }

    private void Register(MqttExchange exchange)
    {
        if (inflight.Count >= ushort.MaxValue) throw new MqttProtocolViolationException("All 65,535 packet identifiers await an answer.");
        do lastIdentifier++;
        while (lastIdentifier == 0 || inflight.ContainsKey(lastIdentifier));
        exchange.PacketIdentifier = lastIdentifier;
        exchange.Sequence = ++lastSequence;
        exchange.SentAt = timeProvider.GetTimestamp();
        inflight.Add(lastIdentifier, exchange);
        if (exchange.Message is not null) inflightPublishes++;
    }

    private void Remove(MqttExchange exchange)
    {
        inflight.Remove(exchange.PacketIdentifier);
        if (exchange.Message is not null) inflightPublishes--;
    }
}

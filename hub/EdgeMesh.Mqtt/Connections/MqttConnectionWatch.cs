using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>
/// Pings an idle broker, and ends the connection where the broker owes something for longer than the timeout: an answer, the rest
/// of a packet, room for what is written. While reading is paused for a slow handler the broker owes nothing.
/// </summary>
internal sealed class MqttConnectionWatch
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(20);

    private readonly MqttClientOptions options;
    private readonly MqttSession session;
    private readonly MqttInbox inbox;
    private readonly TimeProvider timeProvider;
    private long receivedAt;
    private long pausedAt;
    private long resumedAt;
    private long sentAt;
    private long flushBeganAt;
    private long pingedAt;
    private volatile bool readingPaused;
    private volatile bool packetIncomplete;

    public MqttConnectionWatch(MqttClientOptions options, MqttSession session, MqttInbox inbox, TimeProvider timeProvider)
    {
        this.options = options;
        this.session = session;
        this.inbox = inbox;
        this.timeProvider = timeProvider;
        receivedAt = resumedAt = sentAt = timeProvider.GetTimestamp();
    }

    public void Received(bool packetIncomplete)
    {
        this.packetIncomplete = packetIncomplete;
        Volatile.Write(ref receivedAt, timeProvider.GetTimestamp());
    }

    public void PauseReading()
    {
        Volatile.Write(ref pausedAt, timeProvider.GetTimestamp());
        readingPaused = true;
    }

    public void ResumeReading()
    {
        Volatile.Write(ref resumedAt, timeProvider.GetTimestamp());
        readingPaused = false;
    }

    public void Pong() => Volatile.Write(ref pingedAt, 0);

    public void FlushBegins() => Volatile.Write(ref flushBeganAt, timeProvider.GetTimestamp());

    public void FlushEnds()
    {
        Volatile.Write(ref flushBeganAt, 0);
        Volatile.Write(ref sentAt, timeProvider.GetTimestamp());
    }

    public async Task RunAsync(MqttConnection connection, CancellationToken cancellationToken)
    {
        var keepAlive = options.KeepAlivePeriod;
        var shortest = keepAlive > TimeSpan.Zero && keepAlive < options.Timeout ? keepAlive : options.Timeout;
        var tick = TimeSpan.FromTicks(Math.Clamp(shortest.Ticks / 8, ShortestTick.Ticks, LongestTick.Ticks));
        using var timer = new PeriodicTimer(tick, timeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Overdue() is { } what)
                throw new MqttCommunicationTimedOutException($"{what} within {options.Timeout.TotalSeconds:0.###} s.");
            if (!PingIsDue(keepAlive - tick - tick)) continue;
            // Where even a ping finds no room the writer is stuck, which the flush tells. Set first: the answer may be quick.
            Volatile.Write(ref pingedAt, timeProvider.GetTimestamp());
            if (!connection.TrySend(MqttPingReqPacket.Instance)) Volatile.Write(ref pingedAt, 0);
        }
    }

    /// <summary>What is owed for too long; null if nothing.</summary>
    private string? Overdue()
    {
        if (Volatile.Read(ref flushBeganAt) is var flush and not 0 && IsOverdue(flush)) return "The broker did not take what was written";
        if (readingPaused && inbox.IsStuck && IsOverdue(Volatile.Read(ref pausedAt)))
            return "A message handler awaits the broker's answer behind more messages than may wait, and did not get it";
        if (readingPaused || !IsOverdue(Volatile.Read(ref resumedAt))) return null;
        if (packetIncomplete && IsOverdue(Volatile.Read(ref receivedAt))) return "The broker did not send the rest of a packet";
        // A broker that is busy sending answers when its queue is through: silence counts from the last byte.
        if (!IsOverdue(Volatile.Read(ref receivedAt))) return null;
        if (Volatile.Read(ref pingedAt) is var ping and not 0 && IsOverdue(ping)) return "The broker did not answer a ping";
        return session.OldestSentAt() is { } sent && IsOverdue(sent) ? "The broker did not acknowledge a packet" : null;
    }

    private bool PingIsDue(TimeSpan after)
    {
        if (options.KeepAlivePeriod <= TimeSpan.Zero || Volatile.Read(ref pingedAt) != 0) return false;
        return timeProvider.GetElapsedTime(Volatile.Read(ref sentAt)) >= after
            || timeProvider.GetElapsedTime(Volatile.Read(ref receivedAt)) >= after;
    }

    private bool IsOverdue(long since) => timeProvider.GetElapsedTime(since) > options.Timeout;
}

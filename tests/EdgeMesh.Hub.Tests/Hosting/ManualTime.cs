using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace EdgeMesh.Hub.Tests.Hosting;

/// <summary>Time that goes on when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private TimeSpan _now;

    /// <summary>How many wait for the time to go on.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _alarms.Count(alarm => alarm.Due != TimeSpan.MaxValue);
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    public void Advance(TimeSpan by)
    {
        Alarm[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _alarms.Where(alarm => alarm.Due <= _now)];
            Array.ForEach(due, alarm => alarm.Due = TimeSpan.MaxValue);
        }

        Array.ForEach(due, alarm => alarm.Ring());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, () => callback(state));
        _ = alarm.Change(dueTime, period);
        lock (_lock)
        {
            _alarms.Add(alarm);
        }

        return alarm;
    }

    private sealed class Alarm(ManualTime time, Action ring) : ITimer
    {
        public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : time._now + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._alarms.Remove(this);
            }
        }

        public System.Threading.Tasks.ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

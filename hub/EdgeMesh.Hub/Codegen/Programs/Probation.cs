using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>How a probation stands.</summary>
public enum ProbationVerdict
{
    /// <summary>It goes on.</summary>
    GoesOn,

    /// <summary>The time is over and nothing was found.</summary>
    Healthy,

    /// <summary>The program is condemned.</summary>
    Unhealthy,
}

/// <summary>Watches one program after its device confirmed it. Pure: told what happens and what time it is, it gives a verdict.</summary>
/// <remarks>
/// Times are those of a clock that never steps. Silence counts only while the device is online: that a network is down is no fault of the program. It goes on
/// where it stood when the device comes back, or a program that keeps resetting its board would never be silent for long. The probation ends well only
/// where the device is there to be asked, and whatever is expected of it came at least once.
/// </remarks>
public sealed class Probation(ExpectedBehaviour expected, ProgramOptions options, TimeSpan until, long faults)
{
    // What a device says when it comes back, it says within this.
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(5);

    private readonly Dictionary<ExpectedReading, TimeSpan> _silence = expected.Readings.ToDictionary(r => r, _ => TimeSpan.Zero);
    private readonly HashSet<ExpectedReading> _awaited = [.. expected.Readings];
    private TimeSpan? _onlineSince;
    private TimeSpan _countedTo;
    private string _lastError = "";
    private int _lowHeaps;
    private string _cause = "";

    /// <summary>How often the program stopped so far.</summary>
    public long Faults { get; private set; } = faults;

    /// <summary>Why it is condemned, as a sentence.</summary>
    public string Cause => _cause;

    /// <summary>The device is there, from now on.</summary>
    public void Online(TimeSpan now)
    {
        Count(now);
        _onlineSince = now;
    }

    /// <summary>The device is gone.</summary>
    public void Offline(TimeSpan now)
    {
        Count(now);
        _onlineSince = null;
    }

    /// <summary>The hub itself was away: what the device published meanwhile cannot be known, so the silence begins anew.</summary>
    public void Missed(TimeSpan now)
    {
        Offline(now);
        foreach (ExpectedReading reading in expected.Readings)
        {
            _silence[reading] = TimeSpan.Zero;
        }
    }

    /// <summary>The device's log says that something is wrong.</summary>
    public void Complained(string line) => _lastError = line;

    /// <summary>The device published.</summary>
    /// <param name="kind"><c>telemetry</c> or <c>state</c>.</param>
    /// <param name="members">The names of what it published.</param>
    /// <param name="now">The time.</param>
    public void Published(string kind, IReadOnlySet<string> members, TimeSpan now)
    {
        Count(now);
        foreach (ExpectedReading reading in expected.Readings.Where(r => r.Kind == kind && members.Contains(r.Member)))
        {
            _silence[reading] = TimeSpan.Zero;
            _awaited.Remove(reading);
        }
    }

    /// <summary>The device said how the program fares.</summary>
    public void Reported(Health health)
    {
        Faults += health.Faults;
        _lowHeaps = options.HeapFreeBytesMin > 0 && health.HeapFreeBytes < options.HeapFreeBytesMin ? _lowHeaps + 1 : 0;
        double longestS = (expected.LoopS * options.Tolerance) + options.SlackS;
        if (Faults >= options.FaultsMax)
        {
            Condemn($"It stopped {Faults} times.{(_lastError.Length > 0 ? $" The device says: {_lastError}" : "")}");
        }
        else if (_lowHeaps > 1)
        {
            Condemn($"It leaves {health.HeapFreeBytes} bytes of memory; {options.HeapFreeBytesMin} are the least.");
        }
        else if (expected.LoopS > 0 && health.LoopMs > longestS * 1000)
        {
            Condemn(string.Create(CultureInfo.InvariantCulture, $"Its loop() took {health.LoopMs / 1000.0:0.#} s; {expected.LoopS:0.###} s was the longest in its dry run."));
        }
    }

    /// <summary>The verdict at a time.</summary>
    public ProbationVerdict At(TimeSpan now)
    {
        Count(now);
        if (_cause.Length == 0 && _onlineSince is not null)
        {
            foreach ((ExpectedReading reading, TimeSpan silence) in _silence)
            {
                TimeSpan patience = TimeSpan.FromSeconds((reading.GapS * options.Tolerance) + options.SlackS);
                if (silence > patience)
                {
                    Condemn(string.Create(
                        CultureInfo.InvariantCulture,
                        $"It published no {reading.Member} for {silence.TotalSeconds:0} s; in its dry run {reading.GapS:0.#} s was the longest.{(_lastError.Length > 0 ? $" The device says: {_lastError}" : "")}"));
                }
            }
        }

        return _cause.Length > 0 ? ProbationVerdict.Unhealthy
            : now >= until && _awaited.Count == 0 && _onlineSince is { } since && now - since >= Hearing ? ProbationVerdict.Healthy
            : ProbationVerdict.GoesOn;
    }

    private void Count(TimeSpan now)
    {
        foreach (ExpectedReading reading in _onlineSince is null ? [] : expected.Readings)
        {
            _silence[reading] += now - _countedTo;
        }

        _countedTo = now;
    }

    private void Condemn(string cause) => _cause = _cause.Length > 0 ? _cause : cause;
}

using System;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Ota;

/// <summary>Which chunks are on their way, which were lost, and how many may fly: selective repeat with an adaptive window.</summary>
/// <remarks>
/// A chunk counts as lost when three sent after it have arrived (as in RFC 6675), or when its timeout (RFC 6298) has passed. The window
/// grows with every acknowledgement, and halves only for a timeout or where more than an eighth of a round is lost: a chunk that
/// goes missing now and then says nothing of the path's capacity, since TCP below already fits itself to that.
/// </remarks>
internal sealed class SendWindow
{
    private const int Slots = Limits.WindowMax;
    private const int ReorderThreshold = 3;
    private const long TimeoutMinMs = 300;
    private const long TimeoutMaxMs = 10000;

    private readonly long _count;
    private readonly Flight[] _flights = new Flight[Slots];
    private readonly long[] _sentMs = new long[Slots];
    private readonly long[] _serial = new long[Slots];
    private readonly bool[] _resent = new bool[Slots];
    private long _top;
    private int _flying;
    private int _allowed = 1;
    private int _window = 1;
    private long _nextSerial;
    private long _highestArrived = -1;
    private int _roundArrived;
    private int _roundLost;
    private bool _slowStart = true;
    private long _smoothedMs;
    private long _deviationMs;
    private long _backoff = 1;

    internal SendWindow(long chunkCount) => _count = chunkCount;

    private enum Flight : byte
    {
        None,
        Flying,
        Lost,
        Arrived,
    }

    /// <summary>The first chunk that the device lacks.</summary>
    internal long Next { get; private set; }

    /// <summary>Chunks that may fly at once now.</summary>
    internal int Window => _window;

    /// <summary>When the oldest flying chunk times out; <see cref="long.MaxValue"/> where none flies.</summary>
    internal long DueMs
    {
        get
        {
            long oldest = long.MaxValue;
            for (long s = Next; _flying > 0 && s < _top; s++)
            {
                if (_flights[s % Slots] == Flight.Flying)
                {
                    oldest = Math.Min(oldest, _sentMs[s % Slots]);
                }
            }

            return oldest == long.MaxValue ? oldest : oldest + TimeoutMs;
        }
    }

    private long TimeoutMs
    {
        get
        {
            long estimate = _smoothedMs == 0 ? 1000 : _smoothedMs + (4 * _deviationMs) + OtaReceiver.AckDelayMs;
            return Math.Min(Math.Max(estimate, TimeoutMinMs) * _backoff, TimeoutMaxMs);
        }
    }

    /// <summary>Begins anew at a chunk, with what the device allows.</summary>
    internal void Restart(long next, int allowed)
    {
        Next = next;
        _top = next;
        _flying = 0;
        _highestArrived = -1;
        _allowed = allowed;
        // The first flight is at least what the device acknowledges at once: a smaller one would wait for its delayed acknowledgement.
        _window = Math.Min(Math.Max(_window, Math.Max(4, allowed / OtaReceiver.AcksPerWindow)), allowed);
        _slowStart = true;
        for (int i = 0; i < Slots; i++)
        {
            _flights[i] = Flight.None;
        }
    }

    /// <summary>Whether a chunk may fly now.</summary>
    internal bool Ready => _flying < _window && Find() >= 0;

    /// <summary>Whether the device has acknowledged all that was sent.</summary>
    internal bool Idle => _top == Next;

    /// <summary>The next chunk to send now; -1 where none may fly.</summary>
    internal long Take(long nowMs)
    {
        long sequence = _flying < _window ? Find() : -1;
        if (sequence < 0)
        {
            return -1;
        }

        _resent[sequence % Slots] = sequence < _top;
        _top = Math.Max(_top, sequence + 1);
        _flights[sequence % Slots] = Flight.Flying;
        _sentMs[sequence % Slots] = nowMs;
        _serial[sequence % Slots] = _nextSerial++;
        _flying++;
        return sequence;
    }

    /// <summary>Takes an acknowledgement.</summary>
    /// <returns>Whether it told anything new.</returns>
    internal bool Acknowledge(long next, ulong bitmap, long nowMs)
    {
        if (next < Next || next > _top)
        {
            return false;
        }

        bool news = false;
        for (long s = Next; s < next; s++)
        {
            news |= Arrive(s, nowMs);
            _flights[s % Slots] = Flight.None;
            news = true;
        }

        Next = next;
        for (int i = 0; i < Slots - 1 && bitmap != 0; i++, bitmap >>= 1)
        {
            long s = next + 1 + i;
            if ((bitmap & 1) != 0 && s < _top)
            {
                news |= Arrive(s, nowMs);
            }
        }

        FindLost();
        return news;
    }

    /// <summary>Declares lost what has flown longer than its timeout.</summary>
    internal void Expire(long nowMs)
    {
        bool any = false;
        for (long s = Next; s < _top; s++)
        {
            if (_flights[s % Slots] == Flight.Flying && nowMs - _sentMs[s % Slots] >= TimeoutMs)
            {
                Lose(s);
                any = true;
            }
        }

        if (any)
        {
            _backoff = Math.Min(_backoff * 2, 16);
            Shrink();
        }
    }

    /// <summary>The first chunk that was lost, or else the first that never flew; -1 where the device allows no more.</summary>
    private long Find()
    {
        long sequence = Next;
        while (sequence < _top && _flights[sequence % Slots] != Flight.Lost)
        {
            sequence++;
        }

        return sequence < _top || (_top < _count && _top < Next + _allowed) ? sequence : -1;
    }

    private bool Arrive(long s, long nowMs)
    {
        int i = (int)(s % Slots);
        if (_flights[i] == Flight.Arrived)
        {
            return false;
        }

        if (_flights[i] == Flight.Flying)
        {
            _flying--;
            if (!_resent[i])
            {
                Measure(nowMs - _sentMs[i]);
            }
        }

        _flights[i] = Flight.Arrived;
        _highestArrived = Math.Max(_highestArrived, _serial[i]);
        _backoff = 1;
        Grow();
        return true;
    }

    private void Measure(long ms)
    {
        // RFC 6298 with its gains of 1/8 and 1/4; a resent chunk tells nothing (Karn).
        ms = Math.Max(ms, 1);
        if (_smoothedMs == 0)
        {
            _smoothedMs = ms;
            _deviationMs = ms / 2;
            return;
        }

        _deviationMs += (Math.Abs(_smoothedMs - ms) - _deviationMs) / 4;
        _smoothedMs += (ms - _smoothedMs) / 8;
    }

    private void Grow()
    {
        _roundArrived++;
        if (_slowStart)
        {
            _window = Math.Min(_window + 1, _allowed);
        }

        if (_roundArrived >= _window)
        {
            if (_roundLost * 8 > _roundArrived)
            {
                Shrink();
            }
            else if (!_slowStart)
            {
                _window = Math.Min(_window + 1, _allowed);
            }

            _roundArrived = 0;
            _roundLost = 0;
        }
    }

    private void Shrink()
    {
        _slowStart = false;
        _window = Math.Max(1, _window / 2);
        _roundArrived = 0;
        _roundLost = 0;
    }

    private void FindLost()
    {
        for (long s = Next; s < _top; s++)
        {
            if (_flights[s % Slots] == Flight.Flying && _serial[s % Slots] + ReorderThreshold <= _highestArrived)
            {
                Lose(s);
            }
        }
    }

    private void Lose(long s)
    {
        _flights[s % Slots] = Flight.Lost;
        _flying--;
        _roundLost++;
    }
}

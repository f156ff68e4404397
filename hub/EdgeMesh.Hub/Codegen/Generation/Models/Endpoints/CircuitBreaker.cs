using System;
using System.Threading;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;

/// <summary>
/// Leaves alone what failed several times in a row: after a pause, one call tries whether it works again, and all others wait for what comes of it.
/// </summary>
/// <remarks>A count of failures in a row, which is what <c>Models:FailuresMax</c> promises; ratios over a window, as libraries have them, forgive what worked before.</remarks>
/// <param name="failuresMax">How many failures in a row open it.</param>
/// <param name="pause">How long it stays open.</param>
/// <param name="time">The clock.</param>
public sealed class CircuitBreaker(int failuresMax, TimeSpan pause, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _failures;
    private long? _opened;
    private bool _probing;

    /// <summary>Where it stands.</summary>
    public BreakerState State
    {
        get
        {
            lock (_lock)
            {
                return _opened is null ? BreakerState.Closed : _probing || Left() <= TimeSpan.Zero ? BreakerState.HalfOpen : BreakerState.Open;
            }
        }
    }

    /// <summary>Failures in a row.</summary>
    public int Failures
    {
        get
        {
            lock (_lock)
            {
                return _failures;
            }
        }
    }

    /// <summary>How long no call passes yet; zero where one does, or a probe is under way.</summary>
    public TimeSpan Rest
    {
        get
        {
            lock (_lock)
            {
                TimeSpan left = _opened is null ? TimeSpan.Zero : Left();
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Asks for a call to pass; null where none may now. Dispose what is given: a call without a verdict says nothing of the endpoint, and frees the probe.</summary>
    public Passage? TryEnter()
    {
        lock (_lock)
        {
            if (_opened is null)
            {
                return new Passage(this, probe: false);
            }

            if (_probing || Left() > TimeSpan.Zero)
            {
                return null;
            }

            _probing = true;
            return new Passage(this, probe: true);
        }
    }

    private TimeSpan Left() => pause - time.GetElapsedTime(_opened!.Value);

    private void End(bool probe, bool? succeeded)
    {
        lock (_lock)
        {
            // Of calls that began before it opened, only a success counts: they know no more than what opened it.
            _probing &= !probe;
            if (succeeded == true)
            {
                _failures = 0;
                _opened = null;
            }
            else if (succeeded == false && (probe || _opened is null) && (++_failures >= failuresMax || probe))
            {
                _opened = time.GetTimestamp();
            }
        }
    }

    /// <summary>A call that may be made.</summary>
    public sealed class Passage : IDisposable
    {
        private readonly CircuitBreaker _breaker;
        private readonly bool _probe;
        private bool _ended;

        internal Passage(CircuitBreaker breaker, bool probe) => (_breaker, _probe) = (breaker, probe);

        /// <summary>The endpoint works.</summary>
        public void Succeeded() => End(true);

        /// <summary>The endpoint failed.</summary>
        public void Failed() => End(false);

        /// <inheritdoc/>
        public void Dispose() => End(null);

        private void End(bool? succeeded)
        {
            if (!_ended)
            {
                _ended = true;
                _breaker.End(_probe, succeeded);
            }
        }
    }
}

/// <summary>Where a <see cref="CircuitBreaker"/> stands.</summary>
public enum BreakerState
{
    /// <summary>Calls pass.</summary>
    Closed,

    /// <summary>None passes.</summary>
    Open,

    /// <summary>One may pass, or is under way.</summary>
    HalfOpen,
}

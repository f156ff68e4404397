using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>A thread that resets the board when nobody feeds it: nanoFramework lends no hardware watchdog to programs.</summary>
/// <remarks>It ends a program that loops for ever, since the interpreter takes turns; a native call that never returns stops it too.</remarks>
public sealed class ThreadDeadMan : IDeadMan
{
    private const int LooksPerTimeout = 8;
    private readonly object _lock = new object();
    private readonly IClock _clock;
    private readonly IPower _power;
    private readonly IDeviceLog _log;
    private long _timeoutMs;
    private long _fedMs;
    private bool _hungry;

    /// <summary>A dead-man that is not started yet.</summary>
    public ThreadDeadMan(IClock clock, IPower power, IDeviceLog log)
    {
        _clock = clock;
        _power = power;
        _log = log;
    }

    /// <inheritdoc/>
    public void Start(long timeoutMs)
    {
        _timeoutMs = timeoutMs;
        Feed();
        Thread thread = new Thread(Watch);
        thread.Priority = ThreadPriority.Highest;
        thread.Start();
    }

    /// <inheritdoc/>
    public void Feed()
    {
        // A long is written in two steps on a chip of 32 bits.
        lock (_lock)
        {
            _fedMs = _clock.NowMs;
        }
    }

    /// <summary>Resets the board where it was not fed in time, and not since the look before either.</summary>
    /// <remarks>A look-up of a name or a TLS handshake halts all threads: after it the one that feeds must get its turn before this one judges.</remarks>
    public void Look()
    {
        long hungryMs;
        lock (_lock)
        {
            hungryMs = _clock.NowMs - _fedMs;
        }

        bool again = _hungry;
        _hungry = hungryMs >= _timeoutMs;
        if (_hungry && again)
        {
            _log.Write(LogLevel.Error, "The dead-man resets the board: nothing moved for " + hungryMs.ToString() + " ms.");
            _power.Reboot();
        }
    }

    private void Watch()
    {
        while (true)
        {
            Thread.Sleep((int)(_timeoutMs / LooksPerTimeout));
            Look();
        }
    }
}

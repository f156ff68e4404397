using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

/// <summary>The monotonic clock, whose waits end with a message.</summary>
internal sealed class HostClock : IClock, IDisposable
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly AutoResetEvent _wake = new(false);

    public long NowMs => _watch.ElapsedMilliseconds;

    public void Wait(long milliseconds)
    {
        if (milliseconds > 0) _wake.WaitOne(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)));
    }

    /// <summary>A message has arrived.</summary>
    internal void Wake() => _wake.Set();

    public void Dispose() => _wake.Dispose();
}

/// <summary>A line per event on the standard output: <c>HH:mm:ss level text</c>, in UTC.</summary>
internal sealed class ConsoleLog(LogLevel least) : IDeviceLog
{
    private readonly TimeProvider _time = TimeProvider.System;

    public void Write(LogLevel level, string text)
    {
        if (level < least) return;
        string time = _time.GetUtcNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string word = level switch { LogLevel.Debug => "debug", LogLevel.Info => "info", LogLevel.Warning => "warning", _ => "error" };
        lock (_time)
        {
            // One write a line: the parent writes to the same pipe.
            Console.Out.Write($"{time} {word} {text.ReplaceLineEndings(" ")}\n");
            Console.Out.Flush();
        }
    }
}

/// <summary>A reboot: the process ends, and its parent starts it again.</summary>
internal sealed class ProcessPower : IPower
{
    public void Reboot() => Environment.Exit(ExitCodes.Reboot);
}

/// <summary>A thread that kills the process when nobody feeds it: nothing that hangs in the process can stop that.</summary>
internal sealed class ThreadDeadMan(HostClock clock, IDeviceLog log) : IDeadMan
{
    private const int LooksPerTimeout = 8;
    private long _fedMs;

    public void Start(long timeoutMs)
    {
        Feed();
        new Thread(() => Watch(timeoutMs)) { IsBackground = true, Name = "dead-man", Priority = ThreadPriority.AboveNormal }.Start();
    }

    public void Feed() => Volatile.Write(ref _fedMs, clock.NowMs);

    private void Watch(long timeoutMs)
    {
        while (clock.NowMs - Volatile.Read(ref _fedMs) < timeoutMs)
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(timeoutMs / LooksPerTimeout));
        }

        log.Write(LogLevel.Error, $"The dead-man ends the board: nothing moved for {timeoutMs} ms.");
        Process.GetCurrentProcess().Kill();
    }
}

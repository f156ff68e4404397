using System;
using System.Diagnostics;
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

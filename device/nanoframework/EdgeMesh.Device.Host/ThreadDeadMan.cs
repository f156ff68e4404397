using System;
using System.Diagnostics;
using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

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

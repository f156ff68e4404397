using System;
using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Milliseconds since the board started; waits end with a message.</summary>
public sealed class NanoClock : IClock
{
    private readonly AutoResetEvent _wake = new AutoResetEvent(false);

    /// <inheritdoc/>
    public long NowMs => Environment.TickCount64;

    /// <inheritdoc/>
    public void Wait(long milliseconds)
    {
        if (milliseconds > 0)
        {
            _wake.WaitOne((int)Math.Min(milliseconds, int.MaxValue), false);
        }
    }

    /// <summary>A message has arrived, or the connection is gone.</summary>
    public void Wake() => _wake.Set();
}

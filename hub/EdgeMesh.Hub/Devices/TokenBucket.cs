using System;

namespace EdgeMesh.Hub.Devices;

/// <summary>A token bucket: so many a second on and on, and so many at once after a quiet time. Not for two threads at once.</summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private double _tokens = burst;
    private long _filled = time.GetTimestamp();

    /// <summary>Takes one; false where none is left.</summary>
    public bool TryTake()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (perSecond * time.GetElapsedTime(_filled, now).TotalSeconds));
        _filled = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}

using System;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Device;

/// <summary>Waits that double, with jitter, so that a fleet does not come back in one moment.</summary>
internal sealed class Backoff
{
    /// <summary>First wait, in milliseconds.</summary>
    internal const long FirstMs = 1000;

    /// <summary>Longest wait, in milliseconds.</summary>
    internal const long LongestMs = 60000;

    private readonly ICrypto _crypto;
    private long _spanMs = FirstMs;

    internal Backoff(ICrypto crypto) => _crypto = crypto;

    /// <summary>What was waited for has come about.</summary>
    internal void Reset() => _spanMs = FirstMs;

    /// <summary>The next wait: the doubling span and up to half of it again, in milliseconds.</summary>
    internal long NextMs()
    {
        byte[] random = _crypto.Random(2);
        long jitterMs = _spanMs / 2 * ((random[0] << 8) | random[1]) / 65536;
        long waitMs = Math.Min(_spanMs + jitterMs, LongestMs);
        _spanMs = Math.Min(_spanMs * 2, LongestMs * 2 / 3);
        return waitMs;
    }
}

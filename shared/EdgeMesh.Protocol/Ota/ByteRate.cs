using System;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Ota;

/// <summary>A limit in bytes per second that any number of senders share: the generic cell rate algorithm, which is a token bucket without a timer.</summary>
/// <remarks>
/// A sender reserves and is told when it may go. Reservations are served in the order in which they come, and a sender holds one at most, so
/// those that always have something to send take turns: deficit round robin, with the bytes of one reservation as its quantum. May be used from
/// several threads.
/// </remarks>
public sealed class ByteRate
{
    /// <summary>What may go at once after a pause, in milliseconds of the rate; at least one chunk of the largest size may.</summary>
    public const long BurstMs = 100;

    private readonly object _gate = new object();
    private long _freeUs = long.MinValue;

    /// <summary>A limit of so many bytes per second, above 0.</summary>
    public ByteRate(long bytesPerSecond)
    {
        BytesPerSecond = bytesPerSecond;
        BurstBytes = Math.Max(Limits.ChunkBytesMax, bytesPerSecond * BurstMs / 1000);
    }

    /// <summary>Bytes per second.</summary>
    public long BytesPerSecond { get; }

    /// <summary>Bytes that may go at once after a pause.</summary>
    public long BurstBytes { get; }

    /// <summary>Reserves room for bytes, at most <see cref="BurstBytes"/> of them.</summary>
    /// <returns>When they may go, in milliseconds of the same clock: now, or later.</returns>
    public long Reserve(long bytes, long nowMs)
    {
        long nowUs = nowMs * 1000;
        lock (_gate)
        {
            // Rounded up, so that many small reservations do not add up to more than the rate.
            _freeUs = Math.Max(_freeUs, nowUs) + Microseconds(bytes);
            long startUs = _freeUs - (BurstBytes * 1000000 / BytesPerSecond);
            return startUs <= nowUs ? nowMs : (startUs + 999) / 1000;
        }
    }

    private long Microseconds(long bytes) => ((bytes * 1000000) + BytesPerSecond - 1) / BytesPerSecond;
}

using System;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Ota;

/// <summary>When one sender may send its next chunk, under a limit of its own and one that it shares with others.</summary>
internal sealed class Pace
{
    private readonly ByteRate? _own;
    private readonly ByteRate? _shared;
    private long _credit;
    private long _sharedCredit;

    internal Pace(ByteRate? own, ByteRate? shared)
    {
        _own = own;
        _shared = shared;
    }

    /// <summary>When the chunk that had to wait may go, in milliseconds.</summary>
    internal long DueMs { get; private set; } = long.MinValue;

    /// <summary>Whether a chunk may go now; where not, <see cref="DueMs"/> says when to ask again.</summary>
    internal bool Allows(int bytes, long nowMs)
    {
        if (nowMs < DueMs)
        {
            return false;
        }

        if (_own != null && _credit < bytes)
        {
            DueMs = _own.Reserve(bytes, nowMs);
            _credit += bytes;
        }

        if (_shared != null && _sharedCredit < bytes)
        {
            // As much as the largest chunk, so that turns are equal in bytes and not in chunks.
            DueMs = Math.Max(DueMs, _shared.Reserve(Limits.ChunkBytesMax, nowMs));
            _sharedCredit += Limits.ChunkBytesMax;
        }

        return nowMs >= DueMs;
    }

    /// <summary>A chunk goes.</summary>
    internal void Spend(int bytes)
    {
        _credit -= _own == null ? 0 : bytes;
        _sharedCredit -= _shared == null ? 0 : bytes;
    }
}

using System;
using EdgeMesh.Device.Boot;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Device.Updates;

/// <summary>Hashes a slot's file a slice at a time, so that everything else goes on meanwhile.</summary>
internal sealed class ImageHasher
{
    /// <summary>Bytes of one slice: the erase block of an ESP32's flash, some 10 ms of work there.</summary>
    internal const int SliceBytes = 4096;

    /// <summary>How often the progress is told, in milliseconds.</summary>
    internal const long ProgressMs = 2000;

    private readonly SlotFiles _slots;
    private readonly string _slot;
    private readonly long _size;
    private readonly IHash _hash;
    private readonly byte[] _slice = new byte[SliceBytes];
    private long _toldMs;

    internal ImageHasher(SlotFiles slots, string slot, long size, ICrypto crypto, long nowMs)
    {
        _slots = slots;
        _slot = slot;
        _size = size;
        _hash = crypto.CreateSha256();
        _toldMs = nowMs;
    }

    /// <summary>Bytes hashed so far.</summary>
    internal long Done { get; private set; }

    /// <summary>Hashes the next slice.</summary>
    /// <returns>The hash in hex once all is read; empty until then.</returns>
    internal string Step()
    {
        int count = (int)Math.Min(SliceBytes, _size - Done);
        _slots.Read(_slot, Done, _slice, count);
        _hash.Update(_slice, 0, count);
        Done += count;
        return Done == _size ? Hex.Encode(_hash.Finish()) : "";
    }

    /// <summary>Whether it is time to tell the progress; it counts as told then.</summary>
    internal bool ProgressDue(long nowMs)
    {
        if (nowMs < _toldMs + ProgressMs)
        {
            return false;
        }

        _toldMs = nowMs;
        return true;
    }
}

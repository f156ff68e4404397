using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Simulation.Device;

/// <summary>One file: what is on the flash, and what was written since and not flushed.</summary>
internal sealed class MemoryFile
{
    private readonly List<(long Position, byte[] Bytes)> _pending = [];
    /// <summary>What is on the flash for good.</summary>
    internal byte[] Durable { get; private set; } = [];

    /// <summary>What a read sees now.</summary>
    internal byte[] Live { get; private set; } = [];

    internal long DurableLength => _pending.Count == 0 ? Durable.Length : Math.Min(Durable.Length, _pending.Min(p => p.Position));

    internal void Replace(byte[] bytes)
    {
        Durable = bytes;
        Live = bytes;
        _pending.Clear();
    }

    internal void Write(long position, byte[] bytes)
    {
        _pending.Add((position, bytes));
        Live = Apply(Live, position, bytes);
    }

    internal void Flush() => Replace(Live);

    internal void Truncate(long length) => Replace(Live[..(int)Math.Min(length, Live.Length)]);

    internal void LosePart() => _pending.RemoveRange(_pending.Count / 2, _pending.Count - (_pending.Count / 2));

    internal void LoseUnflushed(Remains remains, Random random)
    {
        List<(long Position, byte[] Bytes)> kept = remains switch
        {
            Remains.Nothing => [],
            Remains.All => [.. _pending],
            Remains.Any => [.. _pending.Where(_ => random.Next(2) == 0)],
            _ => [.. _pending.Take((_pending.Count + 1) / 2)],
        };
        if (remains == Remains.Part && kept.Count > 0)
        {
            byte[] last = kept[^1].Bytes;
            kept[^1] = (kept[^1].Position, last[..random.Next(last.Length)]);
        }

        Replace(kept.Aggregate(Durable, (bytes, write) => Apply(bytes, write.Position, write.Bytes)));
    }

    internal void Damage()
    {
        byte[] bytes = [.. Live];
        bytes[bytes.Length / 2] ^= 1;
        Replace(bytes);
    }

    private static byte[] Apply(byte[] bytes, long position, byte[] added)
    {
        byte[] result = new byte[Math.Max(bytes.Length, position + added.Length)];
        bytes.CopyTo(result, 0);
        added.CopyTo(result, position);
        return result;
    }
}

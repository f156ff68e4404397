using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Tests.World;

/// <summary>What a cut leaves of the call it hits, and of what was not flushed before it.</summary>
public enum Remains
{
    Nothing,
    Part,
    All,
}

/// <summary>The power went.</summary>
public sealed class PowerCutException() : BoardResetException("The power was cut.");

/// <summary>Files whose power can be cut at any call that changes them.</summary>
public sealed class MemoryStorage : IStorage
{
    private sealed class Stored
    {
        public byte[] Durable = [];
        public List<(long Position, byte[] Bytes)> Pending = [];

        public byte[] Live => Apply(Durable, Pending);
    }

    private readonly Dictionary<string, Stored> _files = [];
    private Random _random = new(1);

    /// <summary>Calls so far that changed something.</summary>
    public int Changes { get; private set; }

    /// <summary>The change at which the power goes; -1 for never.</summary>
    public int CutAt { get; set; } = -1;

    public Remains OfCall { get; set; }

    public Remains OfUnflushed { get; set; }

    /// <summary>Bytes that fit in all files together.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>How many of the next reads of a part of a file fail.</summary>
    public int FailingReads { get; set; }

    public Dictionary<string, byte[]> Snapshot() => _files.ToDictionary(f => f.Key, f => f.Value.Live);

    public void Restore(Dictionary<string, byte[]> snapshot)
    {
        _files.Clear();
        foreach (var (name, bytes) in snapshot) _files[name] = new Stored { Durable = [.. bytes] };
    }

    /// <summary>The board ended: what was not flushed is gone, or part of it, or nothing of it.</summary>
    public void LoseUnflushed(Remains remains)
    {
        foreach (var file in _files.Values)
        {
            int kept = remains switch { Remains.Nothing => 0, Remains.All => file.Pending.Count, _ => (file.Pending.Count + 1) / 2 };
            var pending = file.Pending.Take(kept).ToList();
            if (remains == Remains.Part && kept > 0) pending[^1] = (pending[^1].Position, Part(pending[^1].Bytes));
            file.Durable = Apply(file.Durable, pending);
            file.Pending = [];
        }
    }

    public void Damage(string name) => _files[name].Durable[_files[name].Durable.Length / 2] ^= 1;

    public byte[]? Read(string name, int maxBytes) =>
        _files.TryGetValue(name, out var file) && file.Live.Length <= maxBytes ? file.Live : null;

    public long Length(string name) => _files.TryGetValue(name, out var file) ? file.Live.Length : 0;

    public void ReadAt(string name, long position, byte[] buffer, int offset, int count)
    {
        if (FailingReads > 0)
        {
            FailingReads--;
            throw new StorageException(ErrorCodes.StorageFailed, $"{name} cannot be read.");
        }

        if (position + count > Length(name)) throw new StorageException(ErrorCodes.StorageFailed, $"{name} is shorter.");
        Array.Copy(_files[name].Live, position, buffer, offset, count);
    }

    public void Write(string name, byte[] bytes) => Change(
        () => { Room(name, bytes.Length); File(name).Durable = [.. bytes]; File(name).Pending = []; },
        () => { File(name).Durable = Part(bytes); File(name).Pending = []; });

    public void WriteAt(string name, long position, byte[] buffer, int offset, int count)
    {
        byte[] bytes = buffer[offset..(offset + count)];
        Change(
            () => { Room(name, Math.Max(Length(name), position + count)); File(name).Pending.Add((position, bytes)); },
            () => File(name).Pending.Add((position, Part(bytes))));
    }

    public void Flush(string name) => Change(
        () => { File(name).Durable = File(name).Live; File(name).Pending = []; },
        () => LosePart(File(name)));

    public void Truncate(string name, long length) => Change(
        () => { File(name).Durable = File(name).Live[..(int)Math.Min(length, Length(name))]; File(name).Pending = []; },
        () => LosePart(File(name)));

    public void Delete(string name) => Change(() => _files.Remove(name), () => { });

    private static void LosePart(Stored file) => file.Pending = file.Pending.Take(file.Pending.Count / 2).ToList();

    private static byte[] Apply(byte[] bytes, List<(long Position, byte[] Bytes)> writes)
    {
        byte[] result = bytes;
        foreach (var (position, added) in writes)
        {
            byte[] next = new byte[Math.Max(result.Length, position + added.Length)];
            result.CopyTo(next, 0);
            added.CopyTo(next, position);
            result = next;
        }

        return result;
    }

    private byte[] Part(byte[] bytes) => bytes[.._random.Next(bytes.Length)];

    private Stored File(string name)
    {
        if (!_files.TryGetValue(name, out var file)) _files[name] = file = new Stored();
        return file;
    }

    private void Room(string name, long length)
    {
        long others = _files.Where(f => f.Key != name).Sum(f => (long)f.Value.Live.Length);
        if (others + length > Capacity) throw new StorageException(ErrorCodes.StorageFull, $"No room for {name}.");
    }

    private void Change(Action whole, Action part)
    {
        bool cut = Changes++ == CutAt;
        if (!cut)
        {
            whole();
            return;
        }

        _random = new Random(CutAt);
        if (OfCall == Remains.All) whole();
        if (OfCall == Remains.Part) part();
        LoseUnflushed(OfUnflushed);
        throw new PowerCutException();
    }
}

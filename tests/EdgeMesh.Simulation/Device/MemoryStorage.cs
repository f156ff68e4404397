using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Simulation.Device;

/// <summary>What a cut leaves of the call it hits, and of what was not flushed before it.</summary>
public enum Remains
{
    /// <summary>None of it.</summary>
    Nothing,

    /// <summary>A beginning of it.</summary>
    Part,

    /// <summary>All of it.</summary>
    All,

    /// <summary>Any of it: writes that were not flushed survive or vanish each by itself, a replaced file is new at its start and old at its end.</summary>
    Any,
}

/// <summary>The power went.</summary>
public sealed class PowerCutException() : BoardResetException("The power was cut.");

/// <summary>Files whose power can be cut at any call that changes them.</summary>
public sealed class MemoryStorage : IStorage
{
    private readonly Dictionary<string, MemoryFile> _files = [];
    private Random _random = new(1);

    /// <summary>Calls so far that changed something.</summary>
    public int Changes { get; private set; }

    /// <summary>The change at which the power goes; -1 for never.</summary>
    public int CutAt { get; set; } = -1;

    /// <summary>How the name of a file begins whose change the cut waits for; empty for any.</summary>
    public string CutOf { get; set; } = "";

    /// <summary>What the cut leaves of the call it hits.</summary>
    public Remains OfCall { get; set; }

    /// <summary>What the cut leaves of what was not flushed.</summary>
    public Remains OfUnflushed { get; set; }

    /// <summary>Bytes that fit in all files together.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>How many of the next reads of a part of a file fail.</summary>
    public int FailingReads { get; set; }

    /// <summary>Bytes in all files together.</summary>
    public long UsedBytes => _files.Values.Sum(f => (long)f.Live.Length);

    /// <summary>Runs before every change: it may take time, throw a <see cref="StorageException"/>, or reset the board.</summary>
    public Action<string>? Changing { get; set; }

    /// <summary>Runs after a file was replaced whole.</summary>
    public Action<string>? Replaced { get; set; }

    /// <summary>What every file holds now.</summary>
    public Dictionary<string, byte[]> Snapshot() => _files.ToDictionary(f => f.Key, f => f.Value.Live);

    /// <summary>Puts back what <see cref="Snapshot"/> gave.</summary>
    public void Restore(Dictionary<string, byte[]> snapshot)
    {
        _files.Clear();
        foreach ((string name, byte[] bytes) in snapshot)
        {
            File(name).Replace([.. bytes]);
        }
    }

    /// <summary>The board ended: what was not flushed is gone, or part of it, or nothing of it.</summary>
    public void LoseUnflushed(Remains remains)
    {
        foreach (MemoryFile file in _files.Values)
        {
            file.LoseUnflushed(remains, _random);
        }
    }

    /// <summary>Flips a bit in the middle of a file.</summary>
    public void Damage(string name) => _files[name].Damage();

    /// <summary>What a cut now leaves of a file at least; null where it is missing.</summary>
    public byte[]? Durable(string name) => _files.TryGetValue(name, out MemoryFile? file) ? file.Durable : null;

    /// <summary>Bytes of a file that no cut takes any more: those before the first write that was not flushed.</summary>
    public long DurableLength(string name) => _files.TryGetValue(name, out MemoryFile? file) ? file.DurableLength : 0;

    /// <inheritdoc/>
    public byte[]? Read(string name, int maxBytes) =>
        _files.TryGetValue(name, out MemoryFile? file) && file.Live.Length <= maxBytes ? file.Live : null;

    /// <inheritdoc/>
    public long Length(string name) => _files.TryGetValue(name, out MemoryFile? file) ? file.Live.Length : 0;

    /// <inheritdoc/>
    public void ReadAt(string name, long position, byte[] buffer, int offset, int count)
    {
        if (FailingReads > 0)
        {
            FailingReads--;
            throw new StorageException(ErrorCodes.StorageFailed, $"{name} cannot be read.");
        }

        if (position + count > Length(name))
        {
            throw new StorageException(ErrorCodes.StorageFailed, $"{name} is shorter.");
        }

        Array.Copy(_files[name].Live, position, buffer, offset, count);
    }

    /// <inheritdoc/>
    public void Write(string name, byte[] bytes)
    {
        Change(
            name,
            () =>
            {
                Room(name, bytes.Length);
                File(name).Replace([.. bytes]);
            },
            () => File(name).Replace(Part(bytes)),
            () => File(name).Replace(Mixture(bytes, File(name).Live)));
        Replaced?.Invoke(name);
    }

    /// <inheritdoc/>
    public void WriteAt(string name, long position, byte[] buffer, int offset, int count)
    {
        byte[] bytes = buffer[offset..(offset + count)];
        Change(
            name,
            () =>
            {
                Room(name, Math.Max(Length(name), position + count));
                File(name).Write(position, bytes);
            },
            () => File(name).Write(position, Part(bytes)));
    }

    /// <inheritdoc/>
    public void Flush(string name) => Change(name, () => File(name).Flush(), () => File(name).LosePart());

    /// <inheritdoc/>
    public void Truncate(string name, long length) => Change(name, () => File(name).Truncate(length), () => File(name).LosePart());

    /// <summary>Puts a file in another's place in one step, as littlefs does: a cut leaves the old one or the new one.</summary>
    public void Rename(string name, string to) => Change(
        to,
        () =>
        {
            File(to).Replace(File(name).Live);
            _files.Remove(name);
        },
        () => { });

    /// <inheritdoc/>
    public void Delete(string name) => Change(name, () => _files.Remove(name), () => { });

    private byte[] Part(byte[] bytes) => bytes[.._random.Next(bytes.Length)];

    private byte[] Mixture(byte[] bytes, byte[] old)
    {
        byte[] mixture = [.. old];
        int count = Math.Min(_random.Next(bytes.Length), mixture.Length);
        Array.Copy(bytes, mixture, count);
        return mixture;
    }

    private MemoryFile File(string name)
    {
        if (!_files.TryGetValue(name, out MemoryFile? file))
        {
            _files[name] = file = new MemoryFile();
        }

        return file;
    }

    private void Room(string name, long length)
    {
        if (UsedBytes - Length(name) + length > Capacity)
        {
            throw new StorageException(ErrorCodes.StorageFull, $"No room for {name}.");
        }
    }

    private void Change(string name, Action whole, Action part, Action? any = null)
    {
        Changing?.Invoke(name);
        bool cut = CutAt >= 0 && Changes >= CutAt && name.StartsWith(CutOf, StringComparison.Ordinal);
        Changes++;
        if (!cut)
        {
            whole();
            return;
        }

        _random = new Random(CutAt);
        switch (OfCall)
        {
            case Remains.All: whole(); break;
            case Remains.Part: part(); break;
            case Remains.Any: (any ?? part)(); break;
            default: break;
        }

        LoseUnflushed(OfUnflushed);
        throw new PowerCutException();
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

/// <summary>Files in one folder, flushed to the disk where the device relies on it. Open files stay open until the board ends.</summary>
internal sealed class FileStorage : IStorage, IDisposable
{
    private const int NoSpaceOnDevice = 28;
    private const int QuotaExceeded = 122;
    private readonly Dictionary<string, FileStream> _open = [];
    private readonly string _folder;

    /// <summary>The files of a folder, which is made for its owner alone where it is missing.</summary>
    internal FileStorage(string folder)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder = folder;
    }

    public byte[]? Read(string name, int maxBytes) => Do(name, () =>
    {
        string path = PathOf(name);
        if (!_open.ContainsKey(name) && !File.Exists(path)) return null;
        var file = Open(name);
        if (file.Length > maxBytes) return null;
        byte[] bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        return bytes;
    });

    public void Write(string name, byte[] bytes) => Do(name, () =>
    {
        var file = Open(name);
        file.SetLength(0);
        file.Position = 0;
        file.Write(bytes);
        file.Flush(true);
        return true;
    });

    public long Length(string name) => Do(name, () => _open.ContainsKey(name) || File.Exists(PathOf(name)) ? Open(name).Length : 0);

    public void ReadAt(string name, long position, byte[] buffer, int offset, int count) => Do(name, () =>
    {
        var file = Open(name);
        file.Position = position;
        file.ReadExactly(buffer, offset, count);
        return true;
    });

    public void WriteAt(string name, long position, byte[] buffer, int offset, int count) => Do(name, () =>
    {
        var file = Open(name);
        file.Position = position;
        file.Write(buffer, offset, count);
        return true;
    });

    public void Flush(string name) => Do(name, () =>
    {
        Open(name).Flush(true);
        return true;
    });

    public void Truncate(string name, long length) => Do(name, () =>
    {
        var file = Open(name);
        if (file.Length > length) file.SetLength(length);
        file.Flush(true);
        return true;
    });

    public void Delete(string name) => Do(name, () =>
    {
        if (_open.Remove(name, out var file)) file.Dispose();
        File.Delete(PathOf(name));
        return true;
    });

    public void Dispose()
    {
        foreach (var file in _open.Values) file.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private FileStream Open(string name)
    {
        if (!_open.TryGetValue(name, out var file))
        {
            _open[name] = file = new FileStream(PathOf(name), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }

        return file;
    }

    private static T Do<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            int error = e.HResult & 0xffff;
            bool full = error is NoSpaceOnDevice or QuotaExceeded;
            throw new StorageException(full ? ErrorCodes.StorageFull : ErrorCodes.StorageFailed, $"{name}: {e.Message}");
        }
    }
}

using System;
using System.IO;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Files on a drive of the firmware's littlefs. The file used last stays open: a chunk after another goes to the same one.</summary>
/// <remarks>littlefs keeps a file as it was until it is flushed or closed, so that a cut takes less than the interface allows for.</remarks>
public sealed class NanoStorage : IStorage
{
    private readonly string _folder;
    private FileStream? _open;
    private string _name = "";

    /// <summary>The files of a folder.</summary>
    /// <param name="folder">It, with the separator at its end, as <c>I:\</c>.</param>
    public NanoStorage(string folder) => _folder = folder;

    /// <inheritdoc/>
    public byte[]? Read(string name, int maxBytes)
    {
        try
        {
            FileStream? file = Find(name);
            if (file == null || file.Length > maxBytes)
            {
                return null;
            }

            byte[] bytes = new byte[(int)file.Length];
            Fill(file, 0, bytes, 0, bytes.Length);
            return bytes;
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void Write(string name, byte[] bytes)
    {
        try
        {
            FileStream file = Open(name);
            file.SetLength(0);
            file.Position = 0;
            file.Write(bytes, 0, bytes.Length);
            file.Flush();
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public long Length(string name)
    {
        try
        {
            FileStream? file = Find(name);
            return file == null ? 0 : file.Length;
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void ReadAt(string name, long position, byte[] buffer, int offset, int count)
    {
        try
        {
            Fill(Open(name), position, buffer, offset, count);
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void WriteAt(string name, long position, byte[] buffer, int offset, int count)
    {
        try
        {
            FileStream file = Open(name);
            file.Position = position;
            file.Write(buffer, offset, count);
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void Flush(string name)
    {
        try
        {
            Open(name).Flush();
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void Truncate(string name, long length)
    {
        try
        {
            FileStream file = Open(name);
            if (file.Length > length)
            {
                file.SetLength(length);
            }

            file.Flush();
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        try
        {
            if (_name == name)
            {
                Close();
            }

            File.Delete(_folder + name);
        }
        catch (Exception e)
        {
            throw Failed(name, e);
        }
    }

    private static void Fill(FileStream file, long position, byte[] buffer, int offset, int count)
    {
        file.Position = position;
        while (count > 0)
        {
            int read = file.Read(buffer, offset, count);
            if (read <= 0)
            {
                throw new IOException("the file ends before");
            }

            offset += read;
            count -= read;
        }
    }

    private FileStream? Find(string name) => _name == name || File.Exists(_folder + name) ? Open(name) : null;

    private FileStream Open(string name)
    {
        if (_open == null || _name != name)
        {
            Close();
            _open = new FileStream(_folder + name, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            _name = name;
        }

        return _open;
    }

    private void Close()
    {
        FileStream? open = _open;
        _open = null;
        _name = "";
        if (open != null)
        {
            open.Dispose();
        }
    }

    // What the firmware throws differs by driver, and it does not tell a full drive from a broken one.
    private StorageException Failed(string name, Exception e)
    {
        try
        {
            Close();
        }
        catch (Exception again)
        {
            return new StorageException(ErrorCodes.StorageFailed, name + ": " + e.Message + " Then: " + again.Message);
        }

        return new StorageException(ErrorCodes.StorageFailed, name + ": " + e.Message);
    }
}

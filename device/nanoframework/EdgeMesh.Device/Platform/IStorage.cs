namespace EdgeMesh.Device.Platform;

/// <summary>Named files in one flat folder. A missing file reads as empty.</summary>
/// <remarks>
/// No rename, since not every file system replaces a file by it. A power cut leaves of a call nothing, any part, or all; what was
/// written and not flushed may vanish too. Every member throws <see cref="StorageException"/>, and nothing else, where storage fails.
/// </remarks>
public interface IStorage
{
    /// <summary>The whole of a small file; null where it is missing or longer than <paramref name="maxBytes"/>.</summary>
    byte[]? Read(string name, int maxBytes);

    /// <summary>Replaces the whole of a small file, and flushes it.</summary>
    void Write(string name, byte[] bytes);

    /// <summary>A file's length in bytes; 0 where it is missing.</summary>
    long Length(string name);

    /// <summary>Reads a part of a file. Throws where the part is not there.</summary>
    void ReadAt(string name, long position, byte[] buffer, int offset, int count);

    /// <summary>Writes a part of a file, made longer as needed; not flushed.</summary>
    void WriteAt(string name, long position, byte[] buffer, int offset, int count);

    /// <summary>Flushes what was written to a file: no power cut takes it any more.</summary>
    void Flush(string name);

    /// <summary>Cuts a file to at most so many bytes, creates it where it is missing, and flushes it.</summary>
    void Truncate(string name, long length);

    /// <summary>Removes a file if it is there.</summary>
    void Delete(string name);
}

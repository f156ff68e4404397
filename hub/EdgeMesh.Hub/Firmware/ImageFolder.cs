using System;
using System.Buffers;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol;

namespace EdgeMesh.Hub.Firmware;

/// <summary>Images on disk, each a file named by its SHA-256: written beside, flushed, renamed. Nobody holds one in memory.</summary>
public sealed class ImageFolder(string folder)
{
    private const int BufferBytes = 128 * 1024;

    // errno values that .NET passes on as an IOException's HResult on Linux.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>The file of an image.</summary>
    public string PathOf(string sha256) => Path.Combine(folder, sha256);

    /// <summary>Whether the image is there in its full size.</summary>
    public bool Has(string sha256, long size)
    {
        FileInfo file = new(PathOf(sha256));
        return file.Exists && file.Length == size;
    }

    /// <summary>Stores a stream and gives the image's hash and size.</summary>
    public async Task<Result<(string Sha256, long Size)>> StoreAsync(Stream content, CancellationToken cancellation)
    {
        Folder.Create(folder);
        string temporary = Path.Combine(folder, $"{Guid.NewGuid():n}.part");
        try
        {
            Result<(string Sha256, long Size)> stored = await WriteAsync(content, temporary, cancellation).ConfigureAwait(false);
            if (stored.IsOk)
            {
                File.Move(temporary, PathOf(stored.Value.Sha256), overwrite: true);
                Folder.Flush(folder);
            }

            return stored;
        }
        catch (IOException failure) when (failure.HResult is NoSpace or QuotaExceeded)
        {
            return new Error(ErrorCodes.StorageFull, $"The disk of {folder} is full; nothing was stored. Remove firmware or free some space, then add it again.");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Removes the images that no firmware names, and cut-off uploads: what a crash left. Other files are the owner's.</summary>
    /// <param name="isNamed">Whether a firmware names an image.</param>
    public void Sweep(Predicate<string> isNamed)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string file in Directory.EnumerateFiles(folder))
        {
            string name = Path.GetFileName(file);
            bool ours = name.EndsWith(".part", StringComparison.Ordinal) || (name.Length == 2 * SHA256.HashSizeInBytes && Hex.IsHex(name));
            if (ours && !isNamed(name))
            {
                File.Delete(file);
            }
        }
    }

    private static async Task<Result<(string Sha256, long Size)>> WriteAsync(Stream content, string path, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            long size = 0;
            for (int read = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false); read > 0;
                read = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false))
            {
                size += read;
                if (size > Limits.ImageBytesMax)
                {
                    return new Error(ErrorCodes.ImageTooLarge, $"The image is over {Limits.ImageBytesMax / 1024 / 1024} MiB, more than any device's slot takes.");
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }

            if (size == 0)
            {
                return new Error(ErrorCodes.InvalidArgument, "The image is empty; name a file that was built completely.");
            }

            file.Flush(flushToDisk: true);
            return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

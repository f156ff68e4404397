using System;
using System.IO;
using System.Text;
using EdgeMesh.Cli.Commands;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli;

/// <summary>A file that is not there yet, for this account alone: there in full after <see cref="Commit(string)"/>, or not at all.</summary>
internal sealed class NewFile : IDisposable
{
    private readonly FileStream _temporary;

    private NewFile(string path, FileStream temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    /// <summary>Its path, in full.</summary>
    internal string Path { get; }

    /// <summary>Makes sure that the file can be written, and is not there.</summary>
    internal static Result<NewFile?> Create(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            return Arguments.Invalid($"{full} exists, and is not overwritten; name another file, or remove it.");
        }

        try
        {
            File.Delete(full + ".new");
            return new NewFile(full, new FileStream(full + ".new", new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"{full} cannot be written: {failure.Message}");
        }
    }

    /// <summary>Writes, flushes to the disk, and gives the file its name; fails where the name was taken meanwhile.</summary>
    internal void Commit(string text) => Commit(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Commit(string)"/>
    internal void Commit(byte[] content)
    {
        _temporary.Write(content);
        _temporary.Flush(flushToDisk: true);
        File.Move(_temporary.Name, Path, overwrite: false);
        EdgeMesh.Hub.Storage.Folder.Flush(System.IO.Path.GetDirectoryName(Path)!);
    }

    public void Dispose()
    {
        _temporary.Dispose();
        File.Delete(_temporary.Name);
    }
}

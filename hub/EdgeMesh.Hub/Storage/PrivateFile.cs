using System.IO;
using System.Text;

namespace EdgeMesh.Hub.Storage;

/// <summary>Small files that only the hub's account may read, replaced whole or not at all.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int BytesMax = 64 * 1024;

    /// <summary>The text of a file that nobody else may read.</summary>
    /// <exception cref="System.UnauthorizedAccessException">Others may, or the hub may not.</exception>
    /// <exception cref="IOException">It is not there, or is not a small file.</exception>
    public static string Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
        {
            throw new System.UnauthorizedAccessException($"{path} holds a secret and may be read by others: `chmod 600` it.");
        }

        if (file.Length > BytesMax)
        {
            throw new IOException($"{path} is too large for a key.");
        }

        using StreamReader reader = new(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes the text to a file of mode 0600: beside it, flushed to disk, then renamed over it.</summary>
    public static void Write(string path, string text)
    {
        Folder.Create(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = path + ".new";
        File.Delete(temporary);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (FileStream file = new(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        Folder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}

using System.IO;
using System.Text;

namespace EdgeMesh.Hub.Storage;

/// <summary>Small files that only the hub's account may read, replaced whole or not at all.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;

namespace EdgeMesh.Hub.Storage;

/// <summary>Folders on disk, as far as .NET does not go: it cannot open one.</summary>
public static partial class Folder
{
    // What mkdir(1) asks for.
    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY of Linux

    /// <summary>Makes a folder, and those above it, where they are missing; none of them vanishes with the power.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="mode">Who may enter what is made, less the umask.</param>
    public static void Create(string path, UnixFileMode mode = Everyone)
    {
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(full))
        {
            string above = Path.GetDirectoryName(full)!;
            Create(above);
            Directory.CreateDirectory(full, mode);
            Flush(above);
        }
    }

    /// <summary>Flushes a folder's entries to the disk: without it a renamed file's new name may vanish with the power (fsync(2)).</summary>
    public static void Flush(string path)
    {
        int descriptor = Open(path, ReadOnlyDirectory);
        if (descriptor < 0)
        {
            throw new Win32Exception();
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw new Win32Exception();
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}

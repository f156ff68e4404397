using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeMesh.Hub.Storage;

/// <summary>Folders on disk, as far as .NET does not go: it cannot open one.</summary>
public static partial class Folder
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY of Linux

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

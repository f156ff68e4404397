using System.Collections.Generic;
using System.Linq;

// Signatures and behaviour: github.com/nanoframework/System.IO.FileSystem v1.1.93, System.IO.FileSystem/{File,FileStream,Directory}.cs.
namespace System.IO
{
    /// <summary>A folder that stands for the drive <c>I:\</c>, and what fails on it.</summary>
    public static class StubDrive
    {
        public static string Folder { get; set; } = "";

        /// <summary>How many more changes succeed; null for all. The one after throws, and so do all that follow, as without power.</summary>
        public static int? ChangesLeft { get; set; }

        public static int Changes { get; set; }

        internal static Dictionary<string, Stream> Opened { get; } = [];

        /// <summary>The power comes back: what was open is so no more, and what was not flushed is gone.</summary>
        public static void PowerUp()
        {
            foreach (Stream file in Opened.Values)
            {
                file.Dispose();
            }

            Opened.Clear();
            ChangesLeft = null;
        }

        internal static string PathOf(string path) => path.StartsWith("I:\\", StringComparison.Ordinal)
            ? Path.Combine(Folder, path.Substring(3).Replace('\\', '/')) : throw new IOException("VolumeNotFound");

        internal static void Change()
        {
            Changes++;
            if (ChangesLeft is { } left)
            {
                ChangesLeft = left - 1;
                if (left <= 0)
                {
                    // CLR_E_FILE_IO, which is all that the drivers say: targets/ESP32/_littlefs of github.com/nanoframework/nf-interpreter.
                    throw new IOException("Others");
                }
            }
        }
    }

    /// <summary>File.cs: <c>Delete</c> is silent about a file that is not there.</summary>
    public static class File
    {
        public static bool Exists(string path) => new FileInfo(StubDrive.PathOf(path)).Exists;

        public static void Delete(string path)
        {
            StubDrive.Change();
            new FileInfo(StubDrive.PathOf(path)).Delete();
        }
    }

    /// <summary>Directory.cs: <c>GetFiles</c> gives whole paths.</summary>
    public static class Directory
    {
        public static string[] GetFiles(string path) =>
            new DirectoryInfo(StubDrive.PathOf(path)).GetFiles().Select(f => path + f.Name).Order(StringComparer.Ordinal).ToArray();
    }

    /// <summary>FileStream.cs. What was written stands in no file before it is flushed or closed, as littlefs has it.</summary>
    public class FileStream : Stream
    {
        private readonly string _path;
        private readonly Stream _file;
        private readonly MemoryStream _content = new();
        private readonly bool _writes;
        private bool _changed;

        public FileStream(string path, FileMode mode, FileAccess access)
        {
            _path = StubDrive.PathOf(path);
            _writes = access != FileAccess.Read;
            bool creates = mode != FileMode.Open && !new FileInfo(_path).Exists;
            if (creates)
            {
                StubDrive.Change();
            }

            if (StubDrive.Opened.ContainsKey(_path))
            {
                throw new IOException("UnauthorizedAccess");
            }

            _file = new FileInfo(_path).Open(mode, access);
            StubDrive.Opened[_path] = _file;
            _file.CopyTo(_content);
            _content.Position = 0;
        }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => _writes;

        public override long Length => _content.Length;

        public override long Position { get => _content.Position; set => _content.Position = value; }

        public override void Flush()
        {
            if (!_changed)
            {
                return;
            }

            StubDrive.Change();
            _file.SetLength(0);
            _file.Position = 0;
            _content.WriteTo(_file);
            _file.Flush();
            _changed = false;
        }

        public override int Read(byte[] buffer, int offset, int count) => _content.Read(buffer, offset, Math.Min(count, 100));

        public override long Seek(long offset, SeekOrigin origin) => _content.Seek(offset, origin);

        public override void SetLength(long value)
        {
            StubDrive.Change();
            _content.SetLength(value);
            _changed = true;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            StubDrive.Change();
            _content.Write(buffer, offset, count);
            _changed = true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && StubDrive.Opened.Remove(_path))
            {
                try
                {
                    Flush();
                }
                finally
                {
                    _file.Dispose();
                }
            }

            base.Dispose(disposing);
        }
    }
}

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Text;

namespace EdgeMesh.Cli.Boards;

/// <summary>
/// A littlefs file system with some files in it, as MicroPython on an ESP32 mounts it (<c>VfsLfs2</c>, blocks of 4 KiB). Format: SPEC.md of
/// github.com/littlefs-project/littlefs. Written is version 2.0, which every littlefs 2 reads, and brings up to its own version when it first writes.
/// </summary>
internal static class LittleFsImage
{
    /// <summary>What the flash erases at once, in bytes; a block of the file system.</summary>
    internal const int BlockBytes = 4096;

    /// <summary>Most bytes of a name.</summary>
    internal const int NameBytesMax = 255;

    private const uint Version = 0x0002_0000;
    private const uint FileBytesMax = int.MaxValue;
    private const uint AttributeBytesMax = 1022;

    /// <summary>The blocks that are used, from the partition's start on; what comes behind them may be anything.</summary>
    /// <param name="files">Paths from the root with <c>/</c> between, and contents.</param>
    /// <param name="partitionBytes">Size of the partition, which the file system names and boards compare: whole blocks.</param>
    /// <param name="problem">Why there is no image; empty otherwise.</param>
    internal static byte[]? Write(IEnumerable<(string Path, byte[] Content)> files, long partitionBytes, out string problem)
    {
        if (partitionBytes % BlockBytes != 0 || partitionBytes < 4 * BlockBytes || partitionBytes > uint.MaxValue)
        {
            problem = $"{partitionBytes} bytes is no size of a partition for littlefs: whole blocks of {BlockBytes} bytes, 4 and more.";
            return null;
        }

        Directory root = new();
        foreach ((string path, byte[] content) in files)
        {
            string[] names = path.Split('/');
            names[..^1].Aggregate(root, (at, name) => at.Enter(name)).Files.Add(Name(names[^1]), content);
        }

        List<byte[]> blocks = [];
        List<Directory> directories = [.. root.WithAllBelow()];
        directories.ForEach(directory => directory.Pair = Reserve(blocks));
        for (int i = 0; i < directories.Count; i++)
        {
            MetadataCommit commit = directories[i].Commit(i == 0 ? SuperblockOf(partitionBytes) : null, content => WriteFile(blocks, content));
            if (i + 1 < directories.Count)
            {
                // All directories hang on one thread, by which the file system finds them all.
                commit.Add(MetadataCommit.SoftTail, MetadataCommit.NoId, PairOf(directories[i + 1].Pair));
            }

            if (commit.WriteTo(blocks[directories[i].Pair]) is false)
            {
                problem = $"A directory with so many files, {directories[i].Files.Count}, takes more than a block.";
                return null;
            }
        }

        problem = (long)blocks.Count * BlockBytes <= partitionBytes ? ""
            : $"The files take {(long)blocks.Count * BlockBytes} bytes with what the file system needs, the partition has {partitionBytes}.";
        return problem.Length == 0 ? [.. blocks.SelectMany(block => block)] : null;
    }

    // Two blocks, of which a change writes the one that does not hold. The second is erased: what stood there before must not count.
    private static int Reserve(List<byte[]> blocks)
    {
        blocks.Add(NewBlock());
        blocks.Add(NewBlock());
        return blocks.Count - 2;
    }

    private static byte[] NewBlock()
    {
        byte[] block = new byte[BlockBytes];
        block.AsSpan().Fill(0xff);
        return block;
    }

    private static byte[] SuperblockOf(long partitionBytes) =>
        Words(Version, BlockBytes, (uint)(partitionBytes / BlockBytes), NameBytesMax, FileBytesMax, AttributeBytesMax);

    private static byte[] PairOf(int first) => Words((uint)first, (uint)first + 1);

    /// <summary>A file's blocks, a skip list backwards: block n begins with pointers to the blocks n-1, n-2, n-4 … as far as n is divisible by 1, 2, 4 ….</summary>
    /// <returns>The number of the last block.</returns>
    private static int WriteFile(List<byte[]> blocks, byte[] content)
    {
        int first = blocks.Count;
        for (int written = 0; written < content.Length;)
        {
            byte[] block = NewBlock();
            int n = blocks.Count - first;
            int pointers = n == 0 ? 0 : BitOperations.TrailingZeroCount(n) + 1;
            for (int i = 0; i < pointers; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4 * i), (uint)(first + n - (1 << i)));
            }

            int length = Math.Min(content.Length - written, BlockBytes - (4 * pointers));
            content.AsSpan(written, length).CopyTo(block.AsSpan(4 * pointers));
            written += length;
            blocks.Add(block);
        }

        return blocks.Count - 1;
    }

    private static byte[] Words(params ReadOnlySpan<uint> words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }

    private static string Name(string name) => Encoding.UTF8.GetByteCount(name) is > 0 and <= NameBytesMax && name is not ("." or "..")
        ? name : throw new InvalidDataException($"\"{name}\" is no name of a file.");

    /// <summary>A directory. Its entries are sorted by the bytes of their names, as littlefs looks for them.</summary>
    private sealed class Directory
    {
        private static readonly Comparer<string> ByBytes = Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

        private readonly SortedDictionary<string, Directory> _folders = new(ByBytes);

        internal SortedDictionary<string, byte[]> Files { get; } = new(ByBytes);

        internal int Pair { get; set; }

        internal Directory Enter(string name) => _folders.TryGetValue(Name(name), out Directory? there) ? there : _folders[name] = new Directory();

        internal IEnumerable<Directory> WithAllBelow() => _folders.Values.SelectMany(folder => folder.WithAllBelow()).Prepend(this);

        /// <summary>What its pair of blocks says.</summary>
        /// <param name="superblock">Of the root, which begins with it; else null.</param>
        /// <param name="store">Stores a file's content, and gives its last block.</param>
        internal MetadataCommit Commit(byte[]? superblock, Func<byte[], int> store)
        {
            MetadataCommit commit = new();
            int id = 0;
            if (superblock is not null)
            {
                commit.Add(MetadataCommit.Superblock, id, "littlefs"u8);
                commit.Add(MetadataCommit.InlineContent, id++, superblock);
            }

            foreach (string name in _folders.Keys.Concat(Files.Keys).Order(ByBytes))
            {
                bool isFolder = _folders.TryGetValue(name, out Directory? folder);
                if (isFolder && Files.ContainsKey(name))
                {
                    throw new InvalidDataException($"\"{name}\" is a folder and a file.");
                }

                commit.Add(isFolder ? MetadataCommit.DirectoryName : MetadataCommit.FileName, id, Encoding.UTF8.GetBytes(name));
                if (isFolder)
                {
                    commit.Add(MetadataCommit.DirectoryContent, id++, PairOf(folder!.Pair));
                }
                else if (Files[name].Length == 0)
                {
                    commit.Add(MetadataCommit.InlineContent, id++, []);
                }
                else
                {
                    commit.Add(MetadataCommit.SkipListContent, id++, Words((uint)store(Files[name]), (uint)Files[name].Length));
                }
            }

            return commit;
        }
    }
}

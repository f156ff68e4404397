using System.Buffers.Binary;
using System.Text;

namespace EdgeMesh.Cli.Tests;

/// <summary>Reads a littlefs image as SPEC.md of littlefs says, and knows nothing of what wrote it. Whatever it does not know is a failure.</summary>
internal sealed class LittleFsReader(byte[] image)
{
    private const int BlockBytes = 4096;
    private readonly List<uint> _thread = [];
    private readonly List<uint> _tree = [];

    /// <summary>The superblock: version, block size, block count, longest name, largest file, most of attributes.</summary>
    public uint[] Superblock { get; private set; } = [];

    /// <summary>All files, by path.</summary>
    public Dictionary<string, byte[]> Read()
    {
        Dictionary<string, byte[]> files = [];
        ReadDirectory(0, "", files);
        // The thread through all directories, which must not miss one and not loop.
        uint? next = 0;
        while (next is { } pair)
        {
            Assert.DoesNotContain(pair, _thread);
            _thread.Add(pair);
            byte[]? tail = TagsOf(pair).Where(t => t.Type == 0x600).Select(t => t.Data).SingleOrDefault();
            next = tail is null ? null : Pair(tail);
        }

        Assert.Equal(_tree.Order(), _thread.Order());
        return files;
    }

    private void ReadDirectory(uint pair, string path, Dictionary<string, byte[]> files)
    {
        _tree.Add(pair);
        byte[]? before = null;
        foreach (IGrouping<int, (int Type, int Id, byte[] Data)> entry in TagsOf(pair).Where(t => t.Id != 0x3ff).GroupBy(t => t.Id))
        {
            Assert.Equal(2, entry.Count());
            (int kind, _, byte[] name) = entry.First();
            (int content, _, byte[] data) = entry.Last();
            if (kind == 0x0ff)
            {
                Assert.Equal((0u, 0, "littlefs", 0x201), (pair, entry.Key, Encoding.ASCII.GetString(name), content));
                Superblock = [.. data.Chunk(4).Select(word => BinaryPrimitives.ReadUInt32LittleEndian(word))];
                continue;
            }

            Assert.True(before is null || before.AsSpan().SequenceCompareTo(name) < 0, "names are sorted");
            before = name;
            string at = path + Encoding.UTF8.GetString(name);
            switch (kind, content)
            {
                case (0x001, 0x201): files.Add(at, data); break;
                case (0x001, 0x202): files.Add(at, ReadSkipList(data)); break;
                case (0x002, 0x200): ReadDirectory(Pair(data), at + "/", files); break;
                default: Assert.Fail($"{at} has tags {kind:x}, {content:x}"); break;
            }
        }
    }

    private static uint Pair(byte[] data)
    {
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(data);
        Assert.Equal(first + 1, BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(4)));
        return first;
    }

    // From the last block backwards, by the first of each block's pointers; the others must lead where it leads, too.
    private byte[] ReadSkipList(byte[] data)
    {
        uint block = BinaryPrimitives.ReadUInt32LittleEndian(data);
        int size = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(4));
        int blocks = 0;
        for (int capacity = 0; capacity < size; blocks++)
        {
            capacity += BlockBytes - PointerBytes(blocks);
        }

        uint[] numbers = new uint[blocks];
        for (int n = blocks - 1; n >= 0; n--)
        {
            numbers[n] = block;
            block = n > 0 ? Word(block, 0) : 0;
        }

        List<byte> content = [];
        for (int n = 0; n < blocks; n++)
        {
            for (int i = 0; i < PointerBytes(n) / 4; i++)
            {
                Assert.Equal(numbers[n - (1 << i)], Word(numbers[n], i));
            }

            content.AddRange(Block(numbers[n])[PointerBytes(n)..]);
        }

        return [.. content.Take(size)];
    }

    // A block whose number 2^x divides has x + 1 pointers.
    private static int PointerBytes(int n) => n == 0 ? 0 : 4 * (Enumerable.Range(0, 31).TakeWhile(x => n % (1 << x) == 0).Count());

    private byte[] Block(uint number) => image[(int)(number * BlockBytes)..(int)((number + 1) * BlockBytes)];

    private uint Word(uint block, int index) => BinaryPrimitives.ReadUInt32LittleEndian(Block(block).AsSpan(4 * index));

    private List<(int Type, int Id, byte[] Data)> TagsOf(uint pair)
    {
        byte[] block = Block(pair);
        Assert.All(Block(pair + 1), b => Assert.Equal(0xff, b));
        List<(int, int, byte[])> tags = [];
        uint before = uint.MaxValue;
        for (int at = 4; ;)
        {
            uint tag = BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(at)) ^ before;
            Assert.Equal(0u, tag >> 31);
            (int type, int id, int length) = ((int)(tag >> 20), (int)((tag >> 10) & 0x3ff), (int)(tag & 0x3ff));
            at += 4;
            if (type == 0x500)
            {
                Assert.Equal(Crc(block.AsSpan(0, at)), BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(at)));
                // Nothing behind the commit may pass for another.
                Assert.All(block[(at + length)..], b => Assert.Equal(0xff, b));
                return tags;
            }

            tags.Add((type, id, block[at..(at + length)]));
            at += length;
            before = tag;
        }
    }

    // By nibbles, as littlefs's own lfs_crc does.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc = (crc >> 4) ^ Nibble((crc ^ b) & 15);
            crc = (crc >> 4) ^ Nibble((crc ^ (uint)(b >> 4)) & 15);
        }

        return crc;
    }

    private static uint Nibble(uint value)
    {
        for (int bit = 0; bit < 4; bit++)
        {
            value = (value & 1) != 0 ? (value >> 1) ^ 0xedb88320 : value >> 1;
        }

        return value;
    }
}

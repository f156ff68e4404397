using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using EdgeMesh.Protocol;

namespace EdgeMesh.Cli.Boards;

/// <summary>
/// A commit to a metadata block of littlefs: a revision, then tags with their data, and a checksum. A tag is 32 bits: valid (0), type (11), id (10), length (10);
/// it is stored big-endian, exclusive-or the tag before it. Numbers in the data are little-endian.
/// </summary>
internal sealed class MetadataCommit
{
    /// <summary>Names of types as SPEC.md has them: LFS_TYPE_REG.</summary>
    internal const int FileName = 0x001;

    /// <summary>LFS_TYPE_DIR.</summary>
    internal const int DirectoryName = 0x002;

    /// <summary>LFS_TYPE_SUPERBLOCK.</summary>
    internal const int Superblock = 0x0ff;

    /// <summary>LFS_TYPE_DIRSTRUCT: the pair of blocks.</summary>
    internal const int DirectoryContent = 0x200;

    /// <summary>LFS_TYPE_INLINESTRUCT: the content itself.</summary>
    internal const int InlineContent = 0x201;

    /// <summary>LFS_TYPE_CTZSTRUCT: the last block and the size.</summary>
    internal const int SkipListContent = 0x202;

    /// <summary>LFS_TYPE_SOFTTAIL: the next directory's pair.</summary>
    internal const int SoftTail = 0x600;

    /// <summary>The id of a tag that is about no file.</summary>
    internal const int NoId = 0x3ff;

    private const int Checksum = 0x500;
    private const byte FirstRevision = 1;

    // Where the next commit may begin: above what any flash programs at once.
    private const int Alignment = 256;

    private readonly List<byte> _bytes = [FirstRevision, 0, 0, 0];
    private uint _before = uint.MaxValue;

    internal void Add(int type, int id, ReadOnlySpan<byte> data)
    {
        AddTag(type, id, data.Length);
        _bytes.AddRange(data);
    }

    /// <summary>Ends the commit and writes it into an erased block; false where it does not fit.</summary>
    internal bool WriteTo(Span<byte> block)
    {
        int checksumAt = _bytes.Count + 4;
        int end = (checksumAt + 4 + Alignment - 1) / Alignment * Alignment;
        if (end > block.Length)
        {
            return false;
        }

        AddTag(Checksum, NoId, end - checksumAt);
        byte[] all = [.. _bytes];
        all.CopyTo(block);
        // Unlike the usual CRC-32 it is not inverted at the end.
        BinaryPrimitives.WriteUInt32LittleEndian(block[checksumAt..], ~Crc32.Compute(all, all.Length));
        return true;
    }

    private void AddTag(int type, int id, int length)
    {
        uint tag = ((uint)type << 20) | ((uint)id << 10) | (uint)length;
        Span<byte> stored = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(stored, tag ^ _before);
        _bytes.AddRange(stored);
        _before = tag;
    }
}

using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>What the hashes of FIPS 180-4 share: a message cut into blocks, and its padding (5.1).</summary>
public abstract class BlockHash : IHash
{
    private readonly byte[] _block;
    private readonly int _lengthBytes;
    private int _used;
    private long _total;

    // The length of the message stands at its end in so many bytes.
    internal BlockHash(int blockBytes, int lengthBytes)
    {
        _block = new byte[blockBytes];
        _lengthBytes = lengthBytes;
    }

    /// <inheritdoc/>
    public void Update(byte[] data, int offset, int count)
    {
        _total += count;
        while (count > 0)
        {
            if (_used == 0 && count >= _block.Length)
            {
                Compress(data, offset);
                offset += _block.Length;
                count -= _block.Length;
                continue;
            }

            int part = Math.Min(count, _block.Length - _used);
            Array.Copy(data, offset, _block, _used, part);
            _used += part;
            offset += part;
            count -= part;
            if (_used == _block.Length)
            {
                Compress(_block, 0);
                _used = 0;
            }
        }
    }

    /// <inheritdoc/>
    public byte[] Finish()
    {
        long bits = _total * 8;
        int room = _block.Length - _used;
        byte[] tail = new byte[room > _lengthBytes ? room : room + _block.Length];
        tail[0] = 0x80;
        Bytes.PutUInt32(tail, tail.Length - 8, bits >> 32);
        Bytes.PutUInt32(tail, tail.Length - 4, bits);
        Update(tail, 0, tail.Length);
        return Result();
    }

    // Takes the block that begins there into the state.
    internal abstract void Compress(byte[] data, int at);

    // The state as bytes, once all is in it.
    internal abstract byte[] Result();
}

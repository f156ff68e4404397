using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>GHASH (NIST SP 800-38D, 6.4): a polynomial over GF(2^128) at a secret point.</summary>
/// <remarks>
/// Carry-less products are made of integer ones (T. Pornin's method): of each factor only every fourth bit is taken at a time, so that the
/// carries of one place die out in the three empty ones above it. Only the lower half of such a product is whole; the upper half
/// is the lower one of the bit-reversed factors. That costs the same for every key and message, and needs no table.
/// </remarks>
internal sealed class Ghash
{
    private const int BlockBytes = 16;

    // The halves of the point, and these with their bits reversed.
    private readonly ulong _h0;
    private readonly ulong _h1;
    private readonly ulong _h0Reversed;
    private readonly ulong _h1Reversed;
    private ulong _y0;
    private ulong _y1;

    internal Ghash(byte[] point)
    {
        _h1 = GetUInt64(point, 0);
        _h0 = GetUInt64(point, 8);
        _h1Reversed = Reverse(_h1);
        _h0Reversed = Reverse(_h0);
    }

    /// <summary>The hash of additional data, a part of the ciphertext, and their lengths.</summary>
    internal byte[] Compute(byte[] additional, byte[] ciphertext, int count)
    {
        _y0 = _y1 = 0;
        Absorb(additional, additional.Length);
        Absorb(ciphertext, count);
        byte[] block = new byte[BlockBytes];
        Bytes.PutUInt32(block, 4, (long)additional.Length * 8);
        Bytes.PutUInt32(block, 12, (long)count * 8);
        Absorb(block, BlockBytes);
        Bytes.PutUInt32(block, 0, (long)(_y1 >> 32));
        Bytes.PutUInt32(block, 4, (long)_y1);
        Bytes.PutUInt32(block, 8, (long)(_y0 >> 32));
        Bytes.PutUInt32(block, 12, (long)_y0);
        return block;
    }

    private static ulong GetUInt64(byte[] bytes, int at) =>
        ((ulong)Bytes.GetUInt32(bytes, at) << 32) | (ulong)Bytes.GetUInt32(bytes, at + 4);

    // The lower 64 bits of the carry-less product.
    private static ulong Product(ulong x, ulong y)
    {
        const ulong Every4th = 0x1111111111111111;
        ulong x0 = x & Every4th, x1 = x & (Every4th << 1), x2 = x & (Every4th << 2), x3 = x & (Every4th << 3);
        ulong y0 = y & Every4th, y1 = y & (Every4th << 1), y2 = y & (Every4th << 2), y3 = y & (Every4th << 3);
        return (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & Every4th)
            | (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & (Every4th << 1))
            | (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & (Every4th << 2))
            | (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & (Every4th << 3));
    }

    private static ulong Reverse(ulong x)
    {
        x = ((x & 0x5555555555555555) << 1) | ((x >> 1) & 0x5555555555555555);
        x = ((x & 0x3333333333333333) << 2) | ((x >> 2) & 0x3333333333333333);
        x = ((x & 0x0f0f0f0f0f0f0f0f) << 4) | ((x >> 4) & 0x0f0f0f0f0f0f0f0f);
        x = ((x & 0x00ff00ff00ff00ff) << 8) | ((x >> 8) & 0x00ff00ff00ff00ff);
        x = ((x & 0x0000ffff0000ffff) << 16) | ((x >> 16) & 0x0000ffff0000ffff);
        return (x << 32) | (x >> 32);
    }

    // Whole blocks; the last is filled up with zeros.
    private void Absorb(byte[] data, int count)
    {
        for (int at = 0; at < count; at += BlockBytes)
        {
            byte[] block = data;
            int from = at;
            if (count - at < BlockBytes)
            {
                block = new byte[BlockBytes];
                from = 0;
                Array.Copy(data, at, block, 0, count - at);
            }

            _y1 ^= GetUInt64(block, from);
            _y0 ^= GetUInt64(block, from + 8);
            MultiplyByPoint();
        }
    }

    // Karatsuba's three products of halves, each as a lower and an upper half; then reduction modulo x^128 + x^7 + x^2 + x + 1.
    private void MultiplyByPoint()
    {
        ulong y0Reversed = Reverse(_y0), y1Reversed = Reverse(_y1);
        ulong low = Product(_y0, _h0);
        ulong high = Product(_y1, _h1);
        ulong middle = Product(_y0 ^ _y1, _h0 ^ _h1) ^ low ^ high;
        ulong lowUpper = Product(y0Reversed, _h0Reversed);
        ulong highUpper = Product(y1Reversed, _h1Reversed);
        ulong middleUpper = Product(y0Reversed ^ y1Reversed, _h0Reversed ^ _h1Reversed) ^ lowUpper ^ highUpper;

        ulong v0 = low;
        ulong v1 = (Reverse(lowUpper) >> 1) ^ middle;
        ulong v2 = high ^ (Reverse(middleUpper) >> 1);
        ulong v3 = Reverse(highUpper) >> 1;

        // GCM's bits run backwards, so that the product stands one bit too low.
        v3 = (v3 << 1) | (v2 >> 63);
        v2 = (v2 << 1) | (v1 >> 63);
        v1 = (v1 << 1) | (v0 >> 63);
        v0 <<= 1;
        v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
        v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
        _y1 = v3 ^ v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
        _y0 = v2 ^ (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
    }
}

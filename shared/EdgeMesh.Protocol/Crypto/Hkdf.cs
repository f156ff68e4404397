using System;
using System.Text;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>HKDF-SHA256 (RFC 5869).</summary>
public static class Hkdf
{
    private static readonly byte[] None = new byte[0];

    /// <summary>Derives <paramref name="length"/> bytes (at most 255 × 32) for the use that <paramref name="info"/> names.</summary>
    /// <param name="crypto">The platform's primitives.</param>
    /// <param name="key">Input keying material.</param>
    /// <param name="salt">Salt; empty for none.</param>
    /// <param name="info">The use, so that keys for different uses are independent.</param>
    /// <param name="length">How many bytes.</param>
    public static byte[] Derive(ICrypto crypto, byte[] key, byte[] salt, string info, int length) =>
        Derive(crypto, key, salt, Encoding.UTF8.GetBytes(info), length);

    /// <summary>As above, with the use as bytes.</summary>
    public static byte[] Derive(ICrypto crypto, byte[] key, byte[] salt, byte[] info, int length)
    {
        // RFC 5869, 2.2: a salt that is not provided is a string of zeros; HMAC pads an empty key to just that.
        byte[] pseudorandomKey = crypto.HmacSha256(salt, None, key, 0, key.Length);
        byte[] result = new byte[length];
        byte[] block = None;
        int done = 0;
        for (int counter = 1; done < length; counter++)
        {
            byte[] data = new byte[info.Length + 1];
            Array.Copy(info, 0, data, 0, info.Length);
            data[info.Length] = (byte)counter;
            block = crypto.HmacSha256(pseudorandomKey, block, data, 0, data.Length);
            int part = Math.Min(block.Length, length - done);
            Array.Copy(block, 0, result, done, part);
            done += part;
        }

        return result;
    }
}

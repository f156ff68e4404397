using System;

namespace EdgeMesh.Protocol;

/// <summary>Big-endian integers, joining, and the comparison that leaks no timing.</summary>
public static class Bytes
{
    /// <summary>Writes 32 bits, the highest first.</summary>
    public static void PutUInt32(byte[] bytes, int at, long value)
    {
        bytes[at] = (byte)(value >> 24);
        bytes[at + 1] = (byte)(value >> 16);
        bytes[at + 2] = (byte)(value >> 8);
        bytes[at + 3] = (byte)value;
    }

    /// <summary>Reads 32 bits, the highest first: 0 to 2^32-1.</summary>
    public static long GetUInt32(byte[] bytes, int at) =>
        ((long)bytes[at] << 24) | ((long)bytes[at + 1] << 16) | ((long)bytes[at + 2] << 8) | bytes[at + 3];

    /// <summary>All parts in a row.</summary>
    public static byte[] Join(params byte[][] parts)
    {
        int length = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            length += parts[i].Length;
        }

        byte[] joined = new byte[length];
        int at = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            Array.Copy(parts[i], 0, joined, at, parts[i].Length);
            at += parts[i].Length;
        }

        return joined;
    }

    /// <summary>Whether <paramref name="count"/> bytes are equal; takes the same time wherever they differ.</summary>
    public static bool EqualInConstantTime(byte[] a, int aAt, byte[] b, int bAt, int count)
    {
        int difference = 0;
        for (int i = 0; i < count; i++)
        {
            difference |= a[aAt + i] ^ b[bAt + i];
        }

        return difference == 0;
    }
}

namespace EdgeMesh.Protocol;

/// <summary>Big-endian integers and the comparison that leaks no timing.</summary>
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

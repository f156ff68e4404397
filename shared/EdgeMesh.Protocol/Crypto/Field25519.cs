namespace EdgeMesh.Protocol.Crypto;

/// <summary>Arithmetic modulo 2^255 - 19, for X25519 and Ed25519 both, with a count of what it did.</summary>
/// <remarks>
/// <para>A number is ten limbs of 26 and 25 bits in turn (D. J. Bernstein's radix 2^25.5), which Int64 multiplies without overflow. A
/// product's limbs are not negative and have at most 26 bits (the second a little more than its 25); sums and differences
/// are left uncarried. A factor may be the sum or difference of up to four products: 10 limb products then stay below 2^63.</para>
/// <para>Nothing branches on a number or uses it as an index.</para>
/// </remarks>
internal sealed partial class Field25519
{
    /// <summary>Bytes of a number on the wire, the lowest first (RFC 7748, 5).</summary>
    internal const int ByteCount = 32;

    private const int Limbs = 10;
    private const long Mask26 = (1 << 26) - 1;
    private const long Mask25 = (1 << 25) - 1;

    /// <summary>How many multiplications and squarings were done.</summary>
    internal int Multiplications { get; private set; }

    /// <summary>A new number.</summary>
    internal static long[] Of(long small)
    {
        long[] number = new long[Limbs];
        number[0] = small;
        return number;
    }

    /// <summary>The number of these digits, as RFC 7748 writes it on the wire.</summary>
    internal static long[] OfHex(string hex) => Decode(Hex.Decode(hex)!, 0);

    /// <summary>Reads 32 bytes; the highest bit is ignored, and what is not below the modulus counts modulo it.</summary>
    internal static long[] Decode(byte[] bytes, int at)
    {
        long[] number = new long[Limbs];
        int bit = 0;
        for (int i = 0; i < Limbs; i++)
        {
            long window = 0;
            for (int k = 4; k >= 0; k--)
            {
                int index = (bit >> 3) + k;
                window = (window << 8) | (index < ByteCount ? bytes[at + index] : 0L);
            }

            number[i] = (window >> (bit & 7)) & (Width(i) == 26 ? Mask26 : Mask25);
            bit += Width(i);
        }

        return number;
    }

    /// <summary>The 32 bytes of a product, or of the sum or difference of two: the one representation below the modulus.</summary>
    internal static byte[] Encode(long[] number)
    {
        long[] h = new long[Limbs];
        // A multiple of the modulus keeps a difference positive: 4p, limb by limb.
        for (int i = 0; i < Limbs; i++)
        {
            h[i] = number[i] + (4 * (i == 0 ? Mask26 - 18 : Width(i) == 26 ? Mask26 : Mask25));
        }

        long top = Reduce(h, 0);
        top = Reduce(h, 19 * top);
        h[0] += 19 * top;
        // Now below 2^255. One pass finds whether 19 more reach it, the next adds 19 then and drops that bit.
        long carry = 19;
        for (int i = 0; i < Limbs; i++)
        {
            carry = (h[i] + carry) >> Width(i);
        }

        Reduce(h, 19 * carry);
        byte[] bytes = new byte[ByteCount];
        int bit = 0;
        for (int i = 0; i < Limbs; i++)
        {
            long window = h[i] << (bit & 7);
            for (int k = 0; k < 5 && (bit >> 3) + k < ByteCount; k++)
            {
                bytes[(bit >> 3) + k] |= (byte)(window >> (8 * k));
            }

            bit += Width(i);
        }

        return bytes;
    }

    /// <summary>The sum, uncarried.</summary>
    internal static void Add(long[] h, long[] f, long[] g)
    {
        for (int i = 0; i < Limbs; i++)
        {
            h[i] = f[i] + g[i];
        }
    }

    /// <summary>The difference, uncarried.</summary>
    internal static void Subtract(long[] h, long[] f, long[] g)
    {
        for (int i = 0; i < Limbs; i++)
        {
            h[i] = f[i] - g[i];
        }
    }

    /// <summary>The product with a number of up to 20 bits, which costs a tenth of a multiplication and is not counted.</summary>
    internal static void MultiplySmall(long[] h, long[] f, long small) =>
        Carry(
            h, f[0] * small, f[1] * small, f[2] * small, f[3] * small, f[4] * small,
            f[5] * small, f[6] * small, f[7] * small, f[8] * small, f[9] * small);

    /// <summary>Exchanges two numbers where <paramref name="swap"/> is 1 and leaves them where it is 0.</summary>
    internal static void Swap(long[] f, long[] g, int swap)
    {
        long mask = -swap;
        for (int i = 0; i < Limbs; i++)
        {
            long difference = mask & (f[i] ^ g[i]);
            f[i] ^= difference;
            g[i] ^= difference;
        }
    }

    /// <summary>Sets a number to another where <paramref name="take"/> is 1 and leaves it where it is 0.</summary>
    internal static void Take(long[] f, long[] g, int take)
    {
        long mask = -take;
        for (int i = 0; i < Limbs; i++)
        {
            f[i] ^= mask & (f[i] ^ g[i]);
        }
    }

    /// <summary>1 where all bytes are zero, else 0.</summary>
    internal static int IsZero(byte[] encoded)
    {
        int any = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            any |= encoded[i];
        }

        return ((any - 1) >> 8) & 1;
    }

    private static int Width(int limb) => 26 - (limb & 1);

    // Adds to the lowest limb and carries through all; what leaves the highest is the result.
    private static long Reduce(long[] h, long addend)
    {
        long carry = addend;
        for (int i = 0; i < Limbs; i++)
        {
            h[i] += carry;
            carry = h[i] >> Width(i);
            h[i] &= Width(i) == 26 ? Mask26 : Mask25;
        }

        return carry;
    }
}

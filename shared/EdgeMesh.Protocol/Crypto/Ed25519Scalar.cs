namespace EdgeMesh.Protocol.Crypto;

/// <summary>Scalars of Ed25519: numbers modulo the group's order L = 2^252 + 27742317777372353535851937790883648493. All are public here.</summary>
internal static class Ed25519Scalar
{
    private const int WindowMax = 15;

    private static readonly byte[] Order = Hex.Decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")!;

    /// <summary>The 64 bytes of a hash modulo L: 32 bytes, the lowest first.</summary>
    internal static byte[] Reduce(byte[] hash)
    {
        long[] x = new long[64];
        for (int i = 0; i < 64; i++)
        {
            x[i] = hash[i];
        }

        // 16·L is 2^256 + 16·(L - 2^252): byte i leaves for the bytes from i - 32 on, with signed carries.
        for (int i = 63; i >= 32; i--)
        {
            long carry = 0;
            for (int j = i - 32; j < i - 12; j++)
            {
                x[j] += carry - (16 * x[i] * Order[j - (i - 32)]);
                carry = (x[j] + 128) >> 8;
                x[j] -= carry << 8;
            }

            x[i - 12] += carry;
            x[i] = 0;
        }

        long top = SubtractOrder(x, x[31] >> 4);
        SubtractOrder(x, top);
        byte[] result = new byte[32];
        for (int i = 0; i < 32; i++)
        {
            x[i + 1] += x[i] >> 8;
            result[i] = (byte)x[i];
        }

        return result;
    }

    /// <summary>
    /// The scalar as a sum of odd digits from -15 to 15, one for a power of two: few are not zero, and each of those is one addition.
    /// </summary>
    internal static sbyte[] Slide(byte[] scalar)
    {
        sbyte[] digits = new sbyte[256];
        for (int i = 0; i < 256; i++)
        {
            digits[i] = (sbyte)((scalar[i >> 3] >> (i & 7)) & 1);
        }

        for (int i = 0; i < 256; i++)
        {
            for (int b = 1; digits[i] != 0 && b <= 6 && i + b < 256; b++)
            {
                int more = digits[i + b] << b;
                if (more == 0)
                {
                    continue;
                }

                if (digits[i] + more <= WindowMax)
                {
                    digits[i] = (sbyte)(digits[i] + more);
                    digits[i + b] = 0;
                }
                else if (digits[i] - more >= -WindowMax)
                {
                    digits[i] = (sbyte)(digits[i] - more);
                    Increment(digits, i + b);
                }
                else
                {
                    break;
                }
            }
        }

        return digits;
    }

    private static void Increment(sbyte[] digits, int at)
    {
        for (int k = at; k < 256; k++)
        {
            if (digits[k] == 0)
            {
                digits[k] = 1;
                return;
            }

            digits[k] = 0;
        }
    }

    private static long SubtractOrder(long[] x, long times)
    {
        long carry = 0;
        for (int j = 0; j < 32; j++)
        {
            x[j] += carry - (times * Order[j]);
            carry = x[j] >> 8;
            x[j] &= 255;
        }

        return carry;
    }
}

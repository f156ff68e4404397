namespace EdgeMesh.Protocol.Crypto;

/// <summary>SHA-256 (FIPS 180-4) in managed code, for platforms without one, such as nanoFramework.</summary>
public sealed class Sha256 : BlockHash
{
    /// <summary>Bytes that one compression takes.</summary>
    public const int BlockBytes = 64;

    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = 32;

    // FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static readonly uint[] K =
    {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };

    // FIPS 180-4, 5.3.3.
    private readonly uint[] _h =
    {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };

    private readonly uint[] _w = new uint[64];

    /// <summary>A hash of nothing yet.</summary>
    public Sha256()
        : base(BlockBytes, 8)
    {
    }

    private static uint Rotate(uint x, int n) => (x >> n) | (x << (32 - n));

    internal override byte[] Result()
    {
        byte[] hash = new byte[HashBytes];
        for (int i = 0; i < 8; i++)
        {
            Bytes.PutUInt32(hash, 4 * i, _h[i]);
        }

        return hash;
    }

    internal override void Compress(byte[] data, int at)
    {
        for (int i = 0; i < 16; i++)
        {
            _w[i] = (uint)Bytes.GetUInt32(data, at + (4 * i));
        }

        for (int i = 16; i < 64; i++)
        {
            uint w15 = _w[i - 15];
            uint w2 = _w[i - 2];
            uint s0 = Rotate(w15, 7) ^ Rotate(w15, 18) ^ (w15 >> 3);
            uint s1 = Rotate(w2, 17) ^ Rotate(w2, 19) ^ (w2 >> 10);
            _w[i] = _w[i - 16] + s0 + _w[i - 7] + s1;
        }

        uint a = _h[0], b = _h[1], c = _h[2], d = _h[3], e = _h[4], f = _h[5], g = _h[6], h = _h[7];
        for (int i = 0; i < 64; i++)
        {
            uint t1 = h + (Rotate(e, 6) ^ Rotate(e, 11) ^ Rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + _w[i];
            uint t2 = (Rotate(a, 2) ^ Rotate(a, 13) ^ Rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }

        _h[0] += a;
        _h[1] += b;
        _h[2] += c;
        _h[3] += d;
        _h[4] += e;
        _h[5] += f;
        _h[6] += g;
        _h[7] += h;
    }
}

using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>X25519 (RFC 7748, 5): a multiple of a point of Curve25519 by the Montgomery ladder, in steps that a slow device can put between other work.</summary>
/// <remarks>The steps and what they cost are the same for every scalar and point.</remarks>
public sealed class X25519
{
    /// <summary>Bytes of a scalar and of a point.</summary>
    public const int ByteCount = Field25519.ByteCount;

    /// <summary>Field multiplications of the whole: 255 bits of 9, then the division.</summary>
    public const int Multiplications = (255 * 9) + 265 + 1;

    private readonly Field25519 _field = new Field25519();
    private readonly byte[] _scalar = new byte[ByteCount];
    private readonly long[] _u;
    private readonly long[] _x2 = Field25519.Of(1);
    private readonly long[] _z2 = Field25519.Of(0);
    private readonly long[] _x3;
    private readonly long[] _z3 = Field25519.Of(1);
    private readonly long[] _a = Field25519.Of(0);
    private readonly long[] _b = Field25519.Of(0);
    private readonly long[] _c = Field25519.Of(0);
    private readonly long[] _d = Field25519.Of(0);
    private FieldPower? _inverse;
    private int _bit = 254;
    private int _swapped;

    /// <summary>Begins.</summary>
    /// <param name="scalar">32 bytes, of which five bits are set as the RFC says.</param>
    /// <param name="u">The point: 32 bytes, whose highest bit is ignored.</param>
    public X25519(byte[] scalar, byte[] u)
    {
        Array.Copy(scalar, 0, _scalar, 0, ByteCount);
        _scalar[0] &= 248;
        _scalar[31] = (byte)((_scalar[31] & 127) | 64);
        _u = Field25519.Decode(u, 0);
        _x3 = Field25519.Decode(u, 0);
    }

    /// <summary>Field multiplications done so far.</summary>
    public int Done => _field.Multiplications;

    /// <summary>The multiple's coordinate, 32 bytes, when the steps are over; all zero for a point of small order, which must be refused.</summary>
    public byte[]? Product { get; private set; }

    /// <summary>Whether the product is all zero: the other side sent a point of small order.</summary>
    public bool IsNeutral => Field25519.IsZero(Product!) == 1;

    /// <summary>The product at once.</summary>
    public static byte[] Multiply(byte[] scalar, byte[] u)
    {
        X25519 x = new X25519(scalar, u);
        while (!x.Step())
        {
        }

        return x.Product!;
    }

    /// <summary>Does one bit of the ladder or one multiplication of the division; true when the product is there.</summary>
    public bool Step()
    {
        if (_bit >= 0)
        {
            Ladder();
        }
        else if (_inverse == null)
        {
            Field25519.Swap(_x2, _x3, _swapped);
            Field25519.Swap(_z2, _z3, _swapped);
            _inverse = FieldPower.Inverse(_field, _z2);
        }
        else if (_inverse.Step())
        {
            _field.Multiply(_x2, _x2, _inverse.Value);
            Product = Field25519.Encode(_x2);
            Array.Clear(_scalar, 0, ByteCount);
        }

        return Product != null;
    }

    // The names are those of RFC 7748's pseudocode; E is kept in c once C is used up.
    private void Ladder()
    {
        int bit = (_scalar[_bit >> 3] >> (_bit & 7)) & 1;
        Field25519.Swap(_x2, _x3, _swapped ^ bit);
        Field25519.Swap(_z2, _z3, _swapped ^ bit);
        _swapped = bit;
        _bit--;

        Field25519.Add(_a, _x2, _z2);
        Field25519.Subtract(_b, _x2, _z2);
        Field25519.Add(_c, _x3, _z3);
        Field25519.Subtract(_d, _x3, _z3);
        _field.Multiply(_d, _d, _a);
        _field.Multiply(_c, _c, _b);
        Field25519.Add(_x3, _d, _c);
        _field.Square(_x3, _x3);
        Field25519.Subtract(_z3, _d, _c);
        _field.Square(_z3, _z3);
        _field.Multiply(_z3, _z3, _u);
        _field.Square(_a, _a);
        _field.Square(_b, _b);
        _field.Multiply(_x2, _a, _b);
        Field25519.Subtract(_c, _a, _b);
        Field25519.MultiplySmall(_d, _c, 121665);
        Field25519.Add(_d, _d, _a);
        _field.Multiply(_z2, _c, _d);
    }
}

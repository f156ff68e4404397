namespace EdgeMesh.Protocol.Crypto;

/// <summary>A point of edwards25519 in extended coordinates (RFC 8032, 5.1.4), for public computations: what it does depends on its inputs.</summary>
internal sealed class Ed25519Point
{
    // 2d of the curve's equation -x² + y² = 1 + dx²y².
    private static readonly long[] D2 = Field25519.OfHex("59f1b226949bd6eb56b183829a14e00030d1f3eef2808e19e7fcdf56dcd90624");

    // The formulas are those of H. Hisil, K. Wong, G. Carter and E. Dawson, with x = X/Z, y = Y/Z, xy = T/Z.
    private readonly Field25519 _field;
    private readonly long[] _x;
    private readonly long[] _y;
    private readonly long[] _z = Field25519.Of(1);
    private readonly long[] _t = Field25519.Of(0);
    private readonly long[] _e = Field25519.Of(0);
    private readonly long[] _f = Field25519.Of(0);
    private readonly long[] _g = Field25519.Of(0);
    private readonly long[] _h = Field25519.Of(0);

    /// <summary>The point of these coordinates.</summary>
    internal Ed25519Point(Field25519 field, long[] x, long[] y)
    {
        _field = field;
        _x = x;
        _y = y;
        field.Multiply(_t, x, y);
    }

    /// <summary>The denominator of both coordinates.</summary>
    internal long[] Z => _z;

    /// <summary>What an addition of this point takes: Y + X, Y - X, 2Z, 2dT.</summary>
    internal long[][] Addend()
    {
        long[][] addend = { Field25519.Of(0), Field25519.Of(0), Field25519.Of(0), Field25519.Of(0) };
        Field25519.Add(addend[0], _y, _x);
        Field25519.Subtract(addend[1], _y, _x);
        Field25519.Add(addend[2], _z, _z);
        _field.Multiply(addend[3], _t, D2);
        return addend;
    }

    /// <summary>Adds (sign 1) or subtracts (-1). The product T costs a multiplication and only an addition that follows needs it.</summary>
    internal void Add(long[][] addend, int sign, bool withT)
    {
        Field25519.Add(_h, _y, _x);
        Field25519.Subtract(_e, _y, _x);
        _field.Multiply(_h, _h, addend[sign > 0 ? 0 : 1]);
        _field.Multiply(_e, _e, addend[sign > 0 ? 1 : 0]);
        _field.Multiply(_f, _z, addend[2]);
        _field.Multiply(_t, _t, addend[3]);
        Field25519.Add(_g, _f, _t);
        Field25519.Subtract(_f, _f, _t);
        if (sign < 0)
        {
            Field25519.Swap(_f, _g, 1);
        }

        Field25519.Add(_t, _h, _e);
        Field25519.Subtract(_e, _h, _e);
        Field25519.Swap(_h, _t, 1);
        Complete(withT);
    }

    /// <summary>Doubles.</summary>
    internal void Double(bool withT)
    {
        Field25519.Add(_e, _x, _y);
        _field.Square(_e, _e);
        _field.Square(_g, _y);
        _field.Square(_h, _x);
        _field.Square(_f, _z);
        Field25519.Subtract(_e, _e, _g);
        Field25519.Subtract(_e, _e, _h);
        Field25519.Add(_t, _g, _h);
        Field25519.Subtract(_g, _g, _h);
        Field25519.Subtract(_h, Field25519.Of(0), _t);
        Field25519.Add(_f, _f, _f);
        Field25519.Subtract(_f, _g, _f);
        Complete(withT);
    }

    /// <summary>The point's 32 bytes, given 1/Z.</summary>
    internal byte[] Encode(long[] inverseOfZ)
    {
        long[] x = Field25519.Of(0);
        long[] y = Field25519.Of(0);
        _field.Multiply(x, _x, inverseOfZ);
        _field.Multiply(y, _y, inverseOfZ);
        byte[] bytes = Field25519.Encode(y);
        bytes[31] |= (byte)((Field25519.Encode(x)[0] & 1) << 7);
        return bytes;
    }

    private void Complete(bool withT)
    {
        _field.Multiply(_x, _e, _f);
        _field.Multiply(_y, _g, _h);
        _field.Multiply(_z, _f, _g);
        if (withT)
        {
            _field.Multiply(_t, _e, _h);
        }
    }
}

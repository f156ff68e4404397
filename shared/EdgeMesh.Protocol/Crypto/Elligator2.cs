namespace EdgeMesh.Protocol.Crypto;

/// <summary>The map from field elements to points of Curve25519 (RFC 9380, 6.7.1, with Z = 2), the u-coordinate alone, in steps.</summary>
/// <remarks>
/// With d = 1 + 2r², the candidate is v = -A/d, and its curve equation is v³ + Av² + v = g/d³ with g = A(-A² + A²d - d²). So g·d is a square
/// just where that is, and the point is -A/d there and A/d - A else. A power s = (g·d)^((p-5)/8) answers both questions at once:
/// s⁴(gd)² is 1 or -1, and s⁸(gd)³ is 1/(gd). Neither g nor d is ever zero, since neither -1/2 nor A² - 4 is a square.
/// </remarks>
internal sealed class Elligator2
{
    /// <summary>Field multiplications of the whole.</summary>
    internal const int Multiplications = 272;

    private const int A = 486662;

    private readonly Field25519 _field;
    private readonly long[] _d = Field25519.Of(0);
    private readonly long[] _g = Field25519.Of(0);
    private readonly long[] _product = Field25519.Of(0);
    private readonly FieldPower _power;

    /// <summary>Begins with 32 bytes, whose highest bit is ignored.</summary>
    internal Elligator2(Field25519 field, byte[] r)
    {
        _field = field;
        long[] square = Field25519.Decode(r, 0);
        field.Square(square, square);
        Field25519.Add(_d, square, square);
        Field25519.Add(_d, _d, Field25519.Of(1));

        // A² is 38 bits wide: A is multiplied twice.
        long[] d2 = Field25519.Of(0);
        field.Square(d2, _d);
        Field25519.Subtract(_g, _d, Field25519.Of(1));
        Field25519.MultiplySmall(_g, _g, A);
        Field25519.MultiplySmall(_g, _g, A);
        Field25519.Subtract(_g, _g, d2);
        Field25519.MultiplySmall(_g, _g, A);
        field.Multiply(_product, _g, _d);
        _power = FieldPower.Root(field, _product);
    }

    /// <summary>The point's 32 bytes, when the steps are over.</summary>
    internal byte[]? Point { get; private set; }

    /// <summary>Does one multiplication; true when the point is there.</summary>
    internal bool Step()
    {
        if (!_power.Step())
        {
            return false;
        }

        long[] s4 = _power.Value;
        _field.Square(s4, s4);
        _field.Square(s4, s4);
        long[] gd2 = Field25519.Of(0);
        _field.Square(gd2, _product);
        long[] symbol = Field25519.Of(0);
        _field.Multiply(symbol, s4, gd2);

        // 1/d = g/(gd) = g·s⁴·(s⁴(gd)²)·gd.
        long[] quotient = Field25519.Of(0);
        _field.Multiply(quotient, s4, symbol);
        _field.Multiply(quotient, quotient, _product);
        _field.Multiply(quotient, quotient, _g);
        Field25519.MultiplySmall(quotient, quotient, A);

        long[] zero = Field25519.Of(0);
        long[] other = Field25519.Of(0);
        Field25519.Subtract(other, quotient, Field25519.Of(A));
        Field25519.Subtract(symbol, symbol, Field25519.Of(1));
        Field25519.Subtract(quotient, zero, quotient);
        Field25519.Take(other, quotient, Field25519.IsZero(Field25519.Encode(symbol)));
        Point = Field25519.Encode(other);
        return true;
    }
}

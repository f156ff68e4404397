using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>The check of one Ed25519 signature, in steps that a slow device can put between other work.</summary>
/// <remarks>Everything in it is public, so that it takes what time it takes.</remarks>
public sealed class Ed25519Verification
{
    /// <summary>About how many field multiplications a check takes; the digits of its scalars make it vary by some hundred.</summary>
    public const int Multiplications = 3200;

    private const int TableLength = 8;

    private static readonly long[] D = Field25519.OfHex("a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352");
    private static readonly long[] RootOfMinus1 = Field25519.OfHex("b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b");
    private static readonly long[] BaseX = Field25519.OfHex("1ad5258f602d56c9b2a7259560c72c695cdcd6fd31e2a4c0fe536ecdd3366921");
    private static readonly long[] BaseY = Field25519.OfHex("5866666666666666666666666666666666666666666666666666666666666666");

    private readonly Field25519 _field = new Field25519();
    private readonly byte[] _publicKey;
    private readonly byte[] _signature;
    private readonly sbyte[] _s = new sbyte[0];
    private readonly sbyte[] _h = new sbyte[0];
    private readonly long[] _y = Field25519.Of(0);
    private readonly long[] _u = Field25519.Of(0);
    private readonly long[] _v = Field25519.Of(0);
    private readonly long[] _uv3 = Field25519.Of(0);
    private readonly FieldPower? _root;
    private long[][][]? _multiplesOfBase;
    private long[][][]? _multiplesOfKey;
    private Ed25519Point? _sum;
    private FieldPower? _inverse;
    private int _digit = 255;
    private bool _isDone;

    /// <summary>Begins. Keys and signatures of any bytes and length may come.</summary>
    public Ed25519Verification(ICrypto crypto, byte[] publicKey, byte[] message, byte[] signature)
    {
        _publicKey = publicKey;
        _signature = signature;
        _isDone = !Ed25519.IsWellFormed(publicKey, signature);
        if (_isDone)
        {
            return;
        }

        IHash hash = crypto.CreateSha512();
        hash.Update(signature, 0, 32);
        hash.Update(publicKey, 0, publicKey.Length);
        hash.Update(message, 0, message.Length);
        _h = Ed25519Scalar.Slide(Ed25519Scalar.Reduce(hash.Finish()));
        byte[] s = new byte[32];
        Array.Copy(signature, 32, s, 0, s.Length);
        _s = Ed25519Scalar.Slide(s);
        while (_digit > 0 && _s[_digit] == 0 && _h[_digit] == 0)
        {
            _digit--;
        }

        _root = BeginRoot();
    }

    /// <summary>Whether the signature is right; false until the steps are over.</summary>
    public bool IsValid { get; private set; }

    /// <summary>Field multiplications done so far.</summary>
    public int Done => _field.Multiplications;

    /// <summary>How much is done: 0 to 100.</summary>
    public int Progress => _isDone ? 100 : Math.Min(99, Done * 100 / Multiplications);

    /// <summary>Does so many field multiplications, and up to 150 more; true when <see cref="IsValid"/> has the result.</summary>
    public bool Step(int multiplications)
    {
        long end = (long)Done + multiplications;
        while (!_isDone && Done < end)
        {
            Advance();
        }

        return _isDone;
    }

    private void Advance()
    {
        if (_sum == null)
        {
            if (_root!.Step())
            {
                _isDone = !Decompress();
            }
        }
        else if (_digit >= 0)
        {
            AddDigit(_sum);
        }
        else if (_inverse == null)
        {
            _inverse = FieldPower.Inverse(_field, _sum.Z);
        }
        else if (_inverse.Step())
        {
            IsValid = Bytes.EqualInConstantTime(_sum.Encode(_inverse.Value), 0, _signature, 0, 32);
            _isDone = true;
        }
    }

    // RFC 8032, 5.1.3: x = uv³(uv⁷)^((p-5)/8) with u = y² - 1 and v = dy² + 1, or that times a root of -1.
    private FieldPower BeginRoot()
    {
        Array.Copy(Field25519.Decode(_publicKey, 0), 0, _y, 0, _y.Length);
        _field.Square(_u, _y);
        _field.Multiply(_v, _u, D);
        Field25519.Subtract(_u, _u, Field25519.Of(1));
        Field25519.Add(_v, _v, Field25519.Of(1));
        long[] v3 = Field25519.Of(0);
        _field.Square(v3, _v);
        _field.Multiply(v3, v3, _v);
        _field.Multiply(_uv3, v3, _u);
        long[] uv7 = Field25519.Of(0);
        _field.Multiply(uv7, v3, _v);
        _field.Multiply(uv7, uv7, _uv3);
        return FieldPower.Root(_field, uv7);
    }

    // False where the key is no point.
    private bool Decompress()
    {
        long[] x = _root!.Value;
        _field.Multiply(x, x, _uv3);
        long[] check = Field25519.Of(0);
        _field.Square(check, x);
        _field.Multiply(check, check, _v);
        long[] difference = Field25519.Of(0);
        Field25519.Subtract(difference, check, _u);
        if (Field25519.IsZero(Field25519.Encode(difference)) == 0)
        {
            Field25519.Add(difference, check, _u);
            if (Field25519.IsZero(Field25519.Encode(difference)) == 0)
            {
                return false;
            }

            _field.Multiply(x, x, RootOfMinus1);
        }

        // The negative of the point, since S·B - h·A is what is wanted.
        if ((Field25519.Encode(x)[0] & 1) == _publicKey[31] >> 7)
        {
            Field25519.Subtract(x, Field25519.Of(0), x);
        }

        _multiplesOfKey = OddMultiples(x, _y);
        _multiplesOfBase = OddMultiples(BaseX, BaseY);
        _sum = new Ed25519Point(_field, Field25519.Of(0), Field25519.Of(1));
        return true;
    }

    // 1, 3, … 15 times the point, ready for additions.
    private long[][][] OddMultiples(long[] x, long[] y)
    {
        Ed25519Point point = new Ed25519Point(_field, Copy(x), Copy(y));
        Ed25519Point doubled = new Ed25519Point(_field, Copy(x), Copy(y));
        doubled.Double(withT: true);
        long[][] two = doubled.Addend();
        long[][][] multiples = new long[TableLength][][];
        for (int i = 0; i < TableLength; i++)
        {
            multiples[i] = point.Addend();
            if (i < TableLength - 1)
            {
                point.Add(two, 1, withT: true);
            }
        }

        return multiples;
    }

    private void AddDigit(Ed25519Point sum)
    {
        int s = _s[_digit];
        int h = _h[_digit];
        _digit--;
        sum.Double(withT: s != 0 || h != 0);
        if (s != 0)
        {
            sum.Add(_multiplesOfBase![(s > 0 ? s : -s) >> 1], s > 0 ? 1 : -1, withT: h != 0);
        }

        if (h != 0)
        {
            sum.Add(_multiplesOfKey![(h > 0 ? h : -h) >> 1], h > 0 ? 1 : -1, withT: false);
        }
    }

    private static long[] Copy(long[] number)
    {
        long[] copy = Field25519.Of(0);
        Array.Copy(number, 0, copy, 0, number.Length);
        return copy;
    }
}

using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Numerics;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>A value that is known when a program is compiled.</summary>
/// <param name="Value">A BigInteger, double, string, bool, or a sign for what is known to exist only.</param>
/// <param name="IsTrue">Whether it counts as true.</param>
public sealed record ConstantValue(object? Value, bool IsTrue)
{
    /// <summary>Whether arithmetic folds it: integers and floats, not True and False.</summary>
    internal bool IsNumber => Value is BigInteger or double;
}

/// <summary>What py/parse.c folds: numbers, texts, tuples of constants, not, and, or; and the constants of math and errno.</summary>
internal static class Constants
{
    // Beyond this an integer counts as true and as no number: folding must not cost more than reading.
    private const int MostBits = 4096;

    private static readonly FrozenSet<string> ModuleConstants = new[]
    {
        "math.e", "math.pi", "math.tau", "math.inf", "math.nan", "errno.EPERM", "errno.ENOENT", "errno.EIO", "errno.EBADF", "errno.EAGAIN",
        "errno.ENOMEM", "errno.EACCES", "errno.EEXIST", "errno.ENODEV", "errno.EISDIR", "errno.EINVAL", "errno.EOPNOTSUPP", "errno.EADDRINUSE",
        "errno.ECONNABORTED", "errno.ECONNRESET", "errno.ENOBUFS", "errno.ENOTCONN", "errno.ETIMEDOUT", "errno.ECONNREFUSED",
        "errno.EHOSTUNREACH", "errno.EALREADY", "errno.EINPROGRESS",
    }.ToFrozenSet();

    private static readonly ConstantValue Known = new(null, true);

    /// <summary>The value of an expression; null where only running it tells.</summary>
    internal static ConstantValue? Of(Expr expression) => expression switch
    {
        NameExpr name => name.Constant,
        IntegerLiteral integer => Integer(integer.Value),
        FloatLiteral { IsImaginary: false } real => Real(real.Value),
        FloatLiteral => Known,
        StringLiteral text => new(text.Value, text.Value.Length > 0),
        BytesLiteral bytes => new(null, bytes.Value.Length > 0),
        SingletonLiteral singleton => new(singleton.Value is Singleton.True, singleton.Value is Singleton.True or Singleton.Ellipsis),
        TupleExpr tuple => Tuple(tuple.Items),
        UnaryExpr unary => Unary(unary),
        BinaryExpr binary => Binary(binary),
        BoolExpr logic => Logic(logic),
        PrimaryExpr { IsAwait: false, Value: NameExpr { Constant: null } module, Trailers: [AttributeTrailer attribute] }
            when ModuleConstants.Contains(module.Id + "." + attribute.Name) => Known,
        _ => null,
    };

    private static ConstantValue Integer(BigInteger value) => value.GetBitLength() > MostBits ? Known : new(value, !value.IsZero);

    private static ConstantValue Real(double value) => new(value, value != 0);

    private static ConstantValue? Tuple(ImmutableArray<Expr> items)
    {
        foreach (Expr item in items)
        {
            if (Of(item) is null)
            {
                return null;
            }
        }

        return new(null, items.Length > 0);
    }

    private static ConstantValue? Unary(UnaryExpr unary)
    {
        ConstantValue? operand = Of(unary.Operand);
        return (unary.Operator, operand?.Value) switch
        {
            (_, _) when operand is null => null,
            ("not", _) => new(!operand.IsTrue, !operand.IsTrue),
            ("-", BigInteger value) => Integer(-value),
            ("-", double value) => Real(-value),
            ("+", BigInteger or double) => operand,
            ("~", BigInteger value) => Integer(~value),
            _ => null,
        };
    }

    private static ConstantValue? Binary(BinaryExpr binary)
    {
        ConstantValue? value = Of(binary.Operands[0]);
        for (int i = 1; i < binary.Operands.Length && value is { IsNumber: true }; i++)
        {
            ConstantValue? right = Of(binary.Operands[i]);
            value = right is { IsNumber: true } ? Apply(binary.Operators[i - 1], value.Value!, right.Value!) : null;
        }

        return value is { IsNumber: true } || value == Known ? value : null;
    }

    internal static ConstantValue? Apply(string sign, object left, object right)
    {
        if (left is BigInteger a && right is BigInteger b)
        {
            return sign switch
            {
                "|" => Integer(a | b),
                "^" => Integer(a ^ b),
                "&" => Integer(a & b),
                "+" => Integer(a + b),
                "-" => Integer(a - b),
                "*" => Integer(a * b),
                "<<" when b.Sign >= 0 => b > MostBits ? (a.IsZero ? Integer(0) : Known) : Integer(a << (int)b),
                ">>" when b.Sign >= 0 => Integer(b > MostBits ? (a.Sign < 0 ? -1 : 0) : a >> (int)b),
                "/" when !b.IsZero => Real((double)a / (double)b),
                "//" when !b.IsZero => Integer(FloorDivide(a, b)),
                "%" when !b.IsZero => Integer(a - (FloorDivide(a, b) * b)),
                "**" when b.Sign >= 0 => Power(a, b),
                "**" when !a.IsZero => Real(Math.Pow((double)a, (double)b)),
                _ => null,
            };
        }

        if (left is not (BigInteger or double) || right is not (BigInteger or double))
        {
            return null;
        }

        double x = left is BigInteger i ? (double)i : (double)left;
        double y = right is BigInteger j ? (double)j : (double)right;
        return sign switch
        {
            "+" => Real(x + y),
            "-" => Real(x - y),
            "*" => Real(x * y),
            "/" when y != 0 => Real(x / y),
            "//" when y != 0 => Real(Math.Floor(x / y)),
            "%" when y != 0 => Real(x - (Math.Floor(x / y) * y)),
            "**" when (x != 0 || y >= 0) && (x >= 0 || y == Math.Floor(y)) => Real(Math.Pow(x, y)),
            _ => null,
        };
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger rest);
        return rest.IsZero || rest.Sign == b.Sign ? quotient : quotient - 1;
    }

    private static ConstantValue Power(BigInteger a, BigInteger b) =>
        b.IsZero ? Integer(1) : BigInteger.Abs(a) <= 1 ? Integer(a.Sign < 0 && b.IsEven ? 1 : a)
        : b * a.GetBitLength() > MostBits ? Known : Integer(BigInteger.Pow(a, (int)b));

    // What stays of and/or once operands that cannot decide are left out; a constant where one constant stays.
    private static ConstantValue? Logic(BoolExpr logic)
    {
        List<Expr> left = Deciding(logic);
        return left.Count == 1 ? Of(left[0]) : null;
    }

    /// <summary>The operands of <c>and</c> or <c>or</c> that the compiler keeps.</summary>
    internal static List<Expr> Deciding(BoolExpr logic)
    {
        List<Expr> kept = [];
        for (int i = 0; i < logic.Operands.Length; i++)
        {
            ConstantValue? value = Of(logic.Operands[i]);
            bool last = i == logic.Operands.Length - 1;
            if (value is not null && value.IsTrue != logic.IsAnd)
            {
                kept.Add(logic.Operands[i]);
                break;
            }

            if (last || value is null)
            {
                kept.Add(logic.Operands[i]);
            }
        }

        return kept;
    }
}

using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>
/// A power of a field element with an exponent near 2^255, one multiplication a step: the inverse, or what a square root needs.
/// </summary>
internal sealed class FieldPower
{
    // Registers: 0 the base; its powers 1: 2, 2: 9, 3: 11, 4: 2^5-1, 5: 2^10-1, 6: 2^20-1 (then 2^40-1), 7: 2^50-1, 8: 2^100-1,
    // 9: 2^200-1 (then 2^250-1). Each row: square so often, multiply by this register, store in this one.
    private static readonly byte[] Chain =
    {
        1, None, 1, // 2
        2, 0, 2, // 8 + 1
        0, 1, 3, // 9 + 2
        1, 2, 4, // 22 + 9 = 2^5 - 1
        5, 4, 5,
        10, 5, 6,
        20, 6, 6, // 2^40 - 1
        10, 5, 7,
        50, 7, 8,
        100, 8, 9,
        50, 7, 9, // 2^250 - 1
    };

    private static readonly byte[] ToInverse = { 5, 3, Result }; // 2^255 - 2^5 + 11 = p - 2
    private static readonly byte[] ToRoot = { 2, 0, Result }; // 2^252 - 4 + 1 = (p - 5) / 8

    private const byte None = 255;
    private const byte Result = 10;
    private const int Columns = 3;

    private readonly Field25519 _field;
    private readonly long[][] _registers = new long[Result + 1][];
    private readonly byte[] _last;
    private long[] _power;
    private int _row;
    private int _squared;

    private FieldPower(Field25519 field, long[] number, byte[] last)
    {
        _field = field;
        _registers[0] = number;
        _last = last;
        _power = Copy(number);
    }

    /// <summary>The power, when the steps are over.</summary>
    internal long[] Value => _registers[Result];

    /// <summary>The power p - 2: the inverse, and 0 for 0. 265 multiplications.</summary>
    internal static FieldPower Inverse(Field25519 field, long[] number) => new FieldPower(field, number, ToInverse);

    /// <summary>The power (p - 5) / 8, from which square roots are made (RFC 8032, 5.1.3). 262 multiplications.</summary>
    internal static FieldPower Root(Field25519 field, long[] number) => new FieldPower(field, number, ToRoot);

    /// <summary>Does one multiplication; true when the power is there.</summary>
    internal bool Step()
    {
        int at = _row * Columns;
        byte[] program = _row * Columns < Chain.Length ? Chain : _last;
        at %= Chain.Length;
        if (_squared < program[at])
        {
            _field.Square(_power, _power);
            _squared++;
            if (_squared < program[at] || program[at + 1] != None)
            {
                return false;
            }
        }
        else
        {
            _field.Multiply(_power, _power, _registers[program[at + 1]]);
        }

        _registers[program[at + 2]] = Copy(_power);
        _row++;
        _squared = 0;
        return program == _last;
    }

    private static long[] Copy(long[] number)
    {
        long[] copy = new long[number.Length];
        Array.Copy(number, 0, copy, 0, number.Length);
        return copy;
    }
}

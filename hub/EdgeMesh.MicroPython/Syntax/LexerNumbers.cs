using System;
using System.Globalization;
using System.Numerics;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Lexer
{
    // CPython's limit, so that no literal costs more than its length.
    private const int MostDigits = 4300;

    /// <summary>The value of an integer token.</summary>
    internal BigInteger Integer { get; private set; }

    /// <summary>The value of a float token; the imaginary part where <see cref="IsImaginary"/>.</summary>
    internal double Float { get; private set; }

    internal bool IsImaginary { get; private set; }

    private void ScanNumber()
    {
        int start = _position;
        Kind = Current == '.' ? TokenKind.Float : TokenKind.Integer;
        bool based = Current == '0' && (At(1) | 0x20) is 'b' or 'o' or 'x';
        bool underscores = false;
        for (_position++; _position < _limit; _position++)
        {
            char c = _source[_position];
            if (!based && c is 'e' or 'E')
            {
                Kind = TokenKind.Float;
                _position += At(1) is '+' or '-' ? 1 : 0;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c == '.')
            {
                Kind = c is '.' or 'j' or 'J' ? TokenKind.Float : Kind;
            }
            else if (c == '_')
            {
                underscores = true;
            }
            else
            {
                break;
            }
        }

        ReadOnlySpan<char> number = _source.AsSpan(start, _position - start);
        Text = _words.Find(number, (uint)(number.Length * 31 * 31) + (number[0] * 31u) + number[^1]).Text;
        string digits = underscores ? Text.Replace("_", "", StringComparison.Ordinal) : Text;
        if (!(Kind == TokenKind.Integer ? ReadInteger(digits) : ReadFloat(digits)))
        {
            (Start, Kind) = (start, TokenKind.Name);
            Fail($"{Text} is not a number", "numbers and names need a space or an operator between them");
        }
    }

    private bool ReadInteger(string digits)
    {
        int radix = digits.Length < 2 || digits[0] != '0' ? 10 : (digits[1] | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        ReadOnlySpan<char> rest = radix == 10 ? digits : digits.AsSpan(2);
        bool octal = radix == 10 && digits.Length > 1 && digits[0] == '0' && digits.AsSpan().ContainsAnyExcept('0');
        if (octal || rest.IsEmpty || rest.Length > MostDigits)
        {
            return false;
        }

        if (radix == 10)
        {
            bool small = long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
            Integer = small ? value : 0;
            return small || (BigInteger.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger big) && (Integer = big) >= 0);
        }

        BigInteger sum = 0;
        foreach (char c in rest)
        {
            int digit = char.IsAsciiHexDigit(c) ? (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10) : radix;
            if (digit >= radix)
            {
                return false;
            }

            sum = (sum * radix) + digit;
        }

        Integer = sum;
        return true;
    }

    // As mp_parse_float_internal: what follows e may be empty where a j ends it.
    private bool ReadFloat(string digits)
    {
        int i = 0;
        while (i < digits.Length && char.IsAsciiDigit(digits[i]))
        {
            i++;
        }

        if (i < digits.Length && digits[i] == '.')
        {
            for (i++; i < digits.Length && char.IsAsciiDigit(digits[i]); i++)
            {
            }
        }

        int mantissa = i;
        if (i < digits.Length && digits[i] is 'e' or 'E')
        {
            i += i + 1 < digits.Length && digits[i + 1] is '+' or '-' ? 2 : 1;
            if (i == digits.Length)
            {
                return false;
            }

            for (int exponent = i; i < digits.Length && char.IsAsciiDigit(digits[i]); i++)
            {
                mantissa = exponent < i + 1 ? i + 1 : mantissa;
            }
        }

        IsImaginary = i < digits.Length && digits[i] is 'j' or 'J';
        _ = double.TryParse(digits.AsSpan(0, mantissa), NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        Float = value;
        return i + (IsImaginary ? 1 : 0) == digits.Length;
    }
}

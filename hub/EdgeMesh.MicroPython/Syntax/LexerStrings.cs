using System;
using System.Collections.Generic;
using System.Text;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>One literal of adjacent ones: the text after its last field, the texts before its fields, and where the fields stand; null without any.</summary>
internal readonly record struct RawPiece(bool IsFormatted, string Last, List<string>? Before, List<SourceSpan>? Fields);

internal sealed partial class Lexer
{
    private StringBuilder? _building;

    /// <summary>The literals of an f-string token.</summary>
    internal List<RawPiece> Pieces { get; private set; } = [];

    private StringBuilder _value => _building ??= new();

    // How many letters stand before the quote of a string that begins here; -1 where none does.
    private int StringPrefix()
    {
        char first = Current;
        if (first is '\'' or '"')
        {
            return 0;
        }

        if (first is not ('r' or 'u' or 'b' or 'f'))
        {
            return -1;
        }

        char second = At(1);
        if (second is '\'' or '"')
        {
            return 1;
        }

        bool two = (first, second) is ('r', 'b') or ('b', 'r') or ('r', 'f') or ('f', 'r');
        return two && At(2) is '\'' or '"' ? 2 : -1;
    }

    private void ScanString()
    {
        Kind = TokenKind.End;
        List<RawPiece>? pieces = null;
        RawPiece piece = default;
        bool formatted = false;
        for (int prefix = StringPrefix(); prefix >= 0; prefix = StringPrefix())
        {
            ReadOnlySpan<char> letters = _source.AsSpan(_position, prefix);
            TokenKind kind = letters.Contains('b') ? TokenKind.Bytes : TokenKind.String;
            bool raw = letters.Contains('r');
            bool format = letters.Contains('f');
            if (Kind == TokenKind.End)
            {
                Kind = kind;
            }
            else if (Kind != kind)
            {
                break;
            }

            _position += prefix;
            formatted |= format;
            if (piece.Last is not null)
            {
                // Another one is adjacent to it.
                (pieces ??= []).Add(piece);
            }

            if (!ScanPiece(raw, format, out piece))
            {
                return;
            }

            _tokenEnd = _position;
            SkipBlank(stopAtNewline: true);
            if (Kind == TokenKind.Error)
            {
                return;
            }
        }

        pieces?.Add(piece);
        if (formatted)
        {
            (Kind, Pieces) = (TokenKind.FString, pieces ?? [piece]);
        }
        else
        {
            Text = pieces is null ? piece.Last : string.Concat(pieces.ConvertAll(p => p.Last));
        }
    }

    private bool ScanPiece(bool raw, bool format, out RawPiece piece)
    {
        int open = _position;
        char quote = Current;
        bool triple = At(1) == quote && At(2) == quote;
        _position += triple ? 3 : 1;
        piece = new(format, "", null, null);
        if (_source.AsSpan(_position, _limit - _position).IndexOfAny(format ? "\\\n{'\"" : "\\\n'\"") is >= 0 and int length && _source[_position + length] == quote && !triple)
        {
            // Nearly all strings are what stands between their quotes.
            piece = piece with { Last = _source.Substring(_position, length) };
            _position += length + 1;
            return true;
        }

        _value.Clear();
        while (_position < _limit)
        {
            // What needs no look is copied at once.
            int plain = _source.AsSpan(_position, _limit - _position).IndexOfAny(format ? "\\\n{'\"" : "\\\n'\"");
            plain = plain < 0 ? _limit - _position : plain;
            _value.Append(_source, _position, plain);
            _position += plain;
            if (_position >= _limit)
            {
                break;
            }

            char c = Current;
            if (c == quote && (!triple || (At(1) == quote && At(2) == quote)))
            {
                _position += triple ? 3 : 1;
                piece = piece with { Last = _value.ToString() };
                return true;
            }

            if (c == '\n' && !triple)
            {
                break;
            }

            if (!(c == '\\' ? ScanEscape(raw) : c == '{' && format ? ScanField(ref piece) : Copy(c)))
            {
                return false;
            }
        }

        Start = open;
        Fail("a string without its closing quote", triple ? "close it with three quotes" : "close it on the same line, or use three quotes");
        return false;
    }

    private bool Copy(char c)
    {
        _value.Append(c);
        _position++;
        return true;
    }

    // {{ stays for str.format; a field goes on to : or } or a conversion outside brackets, whatever quotes stand in between.
    private bool ScanField(ref RawPiece piece)
    {
        int open = _position++;
        if (Current == '{')
        {
            _value.Append("{{");
            _position++;
            // In this version what follows doubled braces is text, even the closing quote (fixed upstream after 1.27).
            return Current is not ('\'' or '"' or '\n') || _position >= _limit || Copy(Current);
        }

        uint level = 0;
        int start = _position;
        for (; _position < _limit; _position++)
        {
            char c = Current;
            if (level == 0 && (c is ':' or '}' || (c == '!' && At(1) is 'r' or 's' && At(2) is ':' or '}')))
            {
                break;
            }

            level = c switch { '[' or '{' => level + 1, ']' or '}' => unchecked(level - 1), _ => level };
        }

        int end = _position;
        if (end > start && _source[end - 1] == '=')
        {
            _value.Append(_source, start, end - start);
            end--;
        }

        if (_position >= _limit)
        {
            Start = open;
            Fail("an f-string's field without its closing brace", "close it; a brace itself is {{ or }}");
            return false;
        }

        piece = piece.Fields is null ? piece with { Before = [], Fields = [] } : piece;
        piece.Fields!.Add(new SourceSpan(start, end));
        piece.Before!.Add(_value.ToString());
        _value.Clear();
        return true;
    }

    private bool ScanEscape(bool raw)
    {
        int start = _position++;
        char c = Current;
        _position++;
        if (raw)
        {
            _value.Append('\\').Append(c);
            return true;
        }

        switch (c)
        {
            case '\n':
                return true;
            case '\\' or '\'' or '"':
                _value.Append(c);
                return true;
            case 'a' or 'b' or 't' or 'n' or 'v' or 'f' or 'r':
                _value.Append(c switch { 'a' => '\a', 'b' => '\b', 't' => '\t', 'n' => '\n', 'v' => '\v', 'f' => '\f', _ => '\r' });
                return true;
            case 'u' or 'U' when Kind == TokenKind.Bytes:
                _value.Append('\\').Append(c);
                return true;
            case 'x' or 'u' or 'U':
                return ScanHex(start, c switch { 'x' => 2, 'u' => 4, _ => 8 });
            case >= '0' and <= '7':
                return ScanOctal(start);
            case 'N' when Kind == TokenKind.String || Kind == TokenKind.Bytes:
                Start = start;
                Fail("MicroPython has no characters by name", "write the character itself, or \\u and its number");
                return false;
            default:
                _value.Append('\\').Append(c);
                return true;
        }
    }

    private bool ScanHex(int start, int digits)
    {
        uint code = 0;
        for (int i = 0; i < digits; i++, _position++)
        {
            if (!char.IsAsciiHexDigit(Current))
            {
                Start = start;
                Fail("an escape with too few hexadecimal digits", "\\x takes 2, \\u takes 4, \\U takes 8");
                return false;
            }

            code = (code << 4) | (uint)Convert.ToInt32(Current.ToString(), 16);
        }

        return AppendCode(start, code);
    }

    private bool ScanOctal(int start)
    {
        uint code = (uint)(_source[_position - 1] - '0');
        for (int digits = 1; digits < 3 && Current is >= '0' and <= '7'; digits++, _position++)
        {
            code = (code * 8) + (uint)(Current - '0');
        }

        return AppendCode(start, code);
    }

    private bool AppendCode(int start, uint code)
    {
        if (code >= (Kind == TokenKind.Bytes ? 0x100u : 0x110000u))
        {
            Start = start;
            Fail("an escape for a character that does not exist", Kind == TokenKind.Bytes ? "a byte is at most \\xff" : "the highest is \\U0010ffff");
            return false;
        }

        if (code < 0x10000)
        {
            _value.Append((char)code);
        }
        else
        {
            _value.Append(char.ConvertFromUtf32((int)code));
        }

        return true;
    }
}

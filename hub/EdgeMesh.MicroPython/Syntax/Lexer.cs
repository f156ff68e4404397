using System;
using System.Collections.Generic;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>
/// Tokens on demand, as py/lexer.c of the pinned interpreter makes them: indentation with tabs to multiples of eight, adjacent strings in one token,
/// f-strings that know brackets but no quotes. A window of the text, such as a field of an f-string, is read as if it stood in parentheses.
/// </summary>
internal sealed partial class Lexer
{
    private const int TabSize = 8;

    // Within parentheses lines do not end, so that a window has no indents to change.
    private static readonly List<int> NoIndents = [0];
    private readonly string _source;
    private readonly int _limit;
    private readonly Words _words;
    private readonly List<int> _indents;
    private readonly bool _window;
    private int _position;
    private int _dents;
    private int _brackets;

    internal Lexer(string source, int start, int limit, bool window, Words words)
    {
        _source = source;
        _position = start;
        _limit = limit;
        _window = window;
        _brackets = window ? 1 : 0;
        _words = words;
        _indents = window ? NoIndents : [0];
        Next();
        if (!window && Start > 0 && Kind is not (TokenKind.Newline or TokenKind.End or TokenKind.Error) && _source[Start - 1] != '\n')
        {
            Fail("unexpected indent", "the first line of a program begins in the first column");
        }
    }

    internal TokenKind Kind { get; private set; }

    internal int Start { get; private set; }

    internal int End { get; private set; }

    /// <summary>Where the token before this one ended.</summary>
    internal int PreviousEnd { get; private set; }

    /// <summary>A name, a number's digits without underscores, or a string's value.</summary>
    internal string Text { get; private set; } = "";

    internal (string Message, string Hint) Error { get; private set; }

    private char Current => _position < _limit ? _source[_position] : '\0';

    private char At(int ahead) => _position + ahead < _limit ? _source[_position + ahead] : '\0';

    /// <summary>No token will match from here on.</summary>
    internal void Poison() => (Kind, _position, _dents) = (TokenKind.Error, _limit, 0);

    internal void Next()
    {
        PreviousEnd = End;
        bool newline = SkipBlank(stopAtNewline: true);
        Start = _position;
        if (Kind == TokenKind.Error && Error.Message is not null)
        {
            return;
        }

        if (_dents != 0)
        {
            Kind = _dents < 0 ? TokenKind.Dedent : TokenKind.Indent;
            _dents -= Math.Sign(_dents);
        }
        else if (newline)
        {
            EndLine();
            return;
        }
        else if (_position >= _limit)
        {
            Kind = TokenKind.End;
        }
        else
        {
            Scan();
        }

        End = Kind is TokenKind.Dedent or TokenKind.Indent ? Start : Math.Max(_tokenEnd, Start);
    }

    private int _tokenEnd;

    private void Scan()
    {
        char c = Current;
        if (c is '"' or '\'' or 'r' or 'u' or 'b' or 'f' && StringPrefix() >= 0)
        {
            ScanString();
            return;
        }

        if (IsWord(c) && !char.IsAsciiDigit(c))
        {
            ScanName();
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(1))))
        {
            ScanNumber();
        }
        else
        {
            ScanOperator(c);
        }

        _tokenEnd = _position;
    }

    // The line's end and the next line's indentation; blank lines and comments between belong to neither.
    private void EndLine()
    {
        End = Start;
        SkipBlank(stopAtNewline: false);
        Kind = TokenKind.Newline;
        int indent = Column();
        if (indent > _indents[^1])
        {
            _indents.Add(indent);
            _dents = 1;
            return;
        }

        for (; indent < _indents[^1]; _dents--)
        {
            _indents.RemoveAt(_indents.Count - 1);
        }

        if (indent != _indents[^1])
        {
            Start = _position;
            Fail("this line's indentation matches no line above", "indent it exactly as the block to which it belongs");
        }
    }

    private int Column()
    {
        int column = 0;
        for (int i = _position == 0 ? 0 : _source.LastIndexOf('\n', _position - 1) + 1; i < _position; i++)
        {
            column = _source[i] == '\t' ? (column / TabSize * TabSize) + TabSize : column + 1;
        }

        return column;
    }

    // Whether a line's end was met; with stopAtNewline it is left to be read.
    private bool SkipBlank(bool stopAtNewline)
    {
        for (; _position < _limit; _position++)
        {
            // Nearly always what follows is a token, or spaces and a token.
            ReadOnlySpan<char> rest = _source.AsSpan(_position, _limit - _position);
            int spaces = 0;
            while (spaces < rest.Length && rest[spaces] == ' ')
            {
                spaces++;
            }

            _position += spaces;
            char c = spaces < rest.Length ? rest[spaces] : '\0';
            if (c > '\\' || _position >= _limit)
            {
                return false;
            }

            if (c == '\n')
            {
                if (stopAtNewline && _brackets == 0)
                {
                    return true;
                }
            }
            else if (c == '#')
            {
                int end = _source.AsSpan(_position, _limit - _position).IndexOf('\n');
                if (end < 0)
                {
                    // Only in a field of an f-string, whose closing brace it would hide.
                    Fail("a comment hides the end of this f-string's field", "take the comment out of the braces");
                    return false;
                }

                _position += end - 1;
            }
            else if (c == '\\' && At(1) == '\n')
            {
                _position++;
            }
            else if (c is not (>= '\t' and <= '\r'))
            {
                return false;
            }
        }

        return false;
    }

    private void ScanName()
    {
        ReadOnlySpan<char> rest = _source.AsSpan(_position, _limit - _position);
        uint hash = 0;
        int length = 0;
        for (; length < rest.Length && IsWord(rest[length]); length++)
        {
            hash = (hash * 31) + rest[length];
        }

        (string text, Kind) = _words.Find(rest[..length], hash);
        Text = Kind == TokenKind.Name ? text : Text;
        _position += length;
    }

    // Letters, digits and the underscore, a bit each; whatever is no ASCII is a letter.
    private static bool IsWord(char c) => c >= '\u0080' || ((c < 64 ? 0x03FF_0000_0000_0000UL : 0x07FF_FFFE_87FF_FFFEUL) >> (c & 63) & 1) != 0;

    private void ScanOperator(char c)
    {
        char next = At(1);
        bool equal = next == '=';
        Kind = c switch
        {
            '(' => TokenKind.ParenOpen,
            ')' => TokenKind.ParenClose,
            '[' => TokenKind.BracketOpen,
            ']' => TokenKind.BracketClose,
            '{' => TokenKind.BraceOpen,
            '}' => TokenKind.BraceClose,
            ',' => TokenKind.Comma,
            ';' => TokenKind.Semicolon,
            '~' => TokenKind.Tilde,
            ':' => equal ? TokenKind.Walrus : TokenKind.Colon,
            '.' => next == '.' && At(2) == '.' ? TokenKind.Ellipsis : TokenKind.Period,
            '<' => Doubled(next == '<', TokenKind.Less, TokenKind.LessEqual, TokenKind.LessLess, TokenKind.LessLessEqual),
            '>' => Doubled(next == '>', TokenKind.More, TokenKind.MoreEqual, TokenKind.MoreMore, TokenKind.MoreMoreEqual),
            '*' => Doubled(next == '*', TokenKind.Star, TokenKind.StarEqual, TokenKind.StarStar, TokenKind.StarStarEqual),
            '/' => Doubled(next == '/', TokenKind.Slash, TokenKind.SlashEqual, TokenKind.SlashSlash, TokenKind.SlashSlashEqual),
            '+' => equal ? TokenKind.PlusEqual : TokenKind.Plus,
            '-' => equal ? TokenKind.MinusEqual : next == '>' ? TokenKind.Arrow : TokenKind.Minus,
            '&' => equal ? TokenKind.AmpersandEqual : TokenKind.Ampersand,
            '|' => equal ? TokenKind.PipeEqual : TokenKind.Pipe,
            '%' => equal ? TokenKind.PercentEqual : TokenKind.Percent,
            '^' => equal ? TokenKind.CaretEqual : TokenKind.Caret,
            '@' => equal ? TokenKind.AtEqual : TokenKind.At,
            '=' => equal ? TokenKind.EqualEqual : TokenKind.Equal,
            '!' when equal => TokenKind.NotEqual,
            _ => TokenKind.Error,
        };
        if (Kind == TokenKind.Error)
        {
            Fail(c == '\\' ? "a backslash that does not end its line" : "a character that has no meaning here", "take it out");
            return;
        }

        _position += Tokens.Spelling(Kind).Length;
        if (Kind <= TokenKind.BraceClose)
        {
            _brackets += Kind is TokenKind.ParenOpen or TokenKind.BracketOpen or TokenKind.BraceOpen ? 1 : -1;
        }
    }

    private TokenKind Doubled(bool doubled, TokenKind single, TokenKind singleEqual, TokenKind twice, TokenKind twiceEqual) =>
        doubled ? (At(2) == '=' ? twiceEqual : twice) : At(1) == '=' ? singleEqual : single;

    private void Fail(string message, string hint)
    {
        if (Kind != TokenKind.Error || Error.Message is null)
        {
            (Kind, Error) = (TokenKind.Error, (message, hint));
        }
    }
}

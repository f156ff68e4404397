using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>Cuts a request into words, numbers, times of day and signs. Takes any text.</summary>
internal sealed class Lexer
{
    private const int DigitsMax = 12;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _glued;
    private int _closes;

    private Lexer(string text) => _text = text;

    internal static List<Token> Tokens(string request)
    {
        Lexer lexer = new(Plain(request));
        while (lexer._at < lexer._text.Length)
        {
            lexer.Next();
        }

        return lexer._tokens;
    }

    // Small letters and one form of each sign.
    private static string Plain(string request)
    {
        StringBuilder plain = new();
        foreach (char c in request)
        {
            plain.Append(c switch
            {
                '½' => " 1/2 ", '¼' => " 1/4 ", '¾' => " 3/4 ",
                '℃' => "°c", '℉' => "°f", 'º' or '˚' => "°", 'µ' or 'μ' => "u", 'Ω' => "ohm",
                '–' or '—' or '‑' or '−' => "-", '’' or '‘' or '`' => "'", '“' or '”' => "\"",
                '\u00a0' or '\u2009' or '\u202f' => " ", '\n' or '\r' => " ; ",
                _ => char.IsControl(c) || char.IsSurrogate(c) ? " " : char.ToLowerInvariant(c).ToString(),
            });
        }

        return plain.ToString();
    }

    private void Next()
    {
        char c = _text[_at];
        if (c == '+' && IsDigit(_at + 1) && (_at == 0 || char.IsWhiteSpace(_text[_at - 1])))
        {
            _at++;
        }
        else if (char.IsAsciiDigit(c) || (c is '-' or '.' && IsDigit(_at + 1) && !_glued))
        {
            Number();
        }
        else if (c == '#' && Colour())
        {
            Add(new Token(_text[_at..(_at + 7)], double.NaN, false, _glued));
            _at += 7;
        }
        else if (char.IsLetter(c) || c == '_')
        {
            Word();
        }
        else
        {
            // A comma in brackets parts nothing: "the BME280 (SDA 21, SCL 22) reports".
            _closes = c == '(' ? _text.IndexOf(')', _at) : _closes;
            _at++;
            Sign(c == ',' && _at < _closes ? '(' : c);
        }
    }

    // #ff8800
    private bool Colour()
    {
        int end = _at + 1;
        while (end < _text.Length && end <= _at + 6 && char.IsAsciiHexDigit(_text[end]))
        {
            end++;
        }

        return end == _at + 7 && !IsLetterOrDigit(end);
    }

    private void Sign(char c)
    {
        string? sign = c switch
        {
            '&' => "and",
            '(' or ')' or '\'' or '"' => null,
            '>' or '<' when _at < _text.Length && _text[_at] == '=' => c + "=",
            '+' when _at < _text.Length && _text[_at] is '-' or '/' => "±",
            ',' or '.' or ';' or '!' or '?' or ':' or '%' or '/' or '#' or '@' or '>' or '<' or '=' or '±' or '-' or '≥' or '≤' or '+' => c.ToString(),
            '°' => _at < _text.Length && _text[_at] is 'c' or 'f' && !IsLetter(_at + 1) ? "°" + _text[_at] : "°",
            _ => null,
        };
        if (sign is not null)
        {
            _at += sign.Length - 1;
            Add(new Token(sign, double.NaN, false, _glued));
        }

        // A hyphen inside of words is a space that binds; brackets part nothing.
        _glued = sign is not null && c is not (',' or ';' or '-');
    }

    private void Word()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        string word = _text[start.._at];
        if (_glued && word.Length is 2 or 3 && word[0] == 'h' && int.TryParse(word[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int minutes) && _tokens is [.., { IsNumber: true }])
        {
            // 1h30
            Add(new Token("h", double.NaN, false, true));
            Add(new Token(word[1..], minutes, false, true));
            word = "min";
        }

        if (_at < _text.Length && _text[_at] is '-' or '\'' && IsLetterOrDigit(_at + 1))
        {
            _at++;
        }

        Add(new Token(word, double.NaN, false, _glued));
        _glued = false;
        if (_at < _text.Length && !char.IsWhiteSpace(_text[_at]))
        {
            _glued = true;
        }
    }

    private void Number()
    {
        int start = _at++;
        if (_text[start] == '0' && _at < _text.Length && _text[_at] == 'x' && IsHex(_at + 1) && IsHex(_at + 2) && !IsLetterOrDigit(_at + 3))
        {
            // 0x77
            _at += 3;
            Add(new Token(_text[start.._at], int.Parse(_text.AsSpan(start + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), false, _glued));
            _glued = false;
            return;
        }

        while (IsDigit(_at))
        {
            _at++;
        }

        if (char.IsAsciiDigit(_text[start]) && _at < _text.Length && _text[_at] == ':' && IsDigit(_at + 1) && IsDigit(_at + 2) && !IsDigit(_at + 3) && _at - start <= 2)
        {
            TimeOfDay(start);
            return;
        }

        // A comma is decimal where digits follow at once, save in a list of pins and before three digits, as in 10,000.
        bool list = _tokens.Count > 0 && _tokens[^1].Text is "pins" or "gpios";
        bool thousands = _at < _text.Length && _text[_at] == ',' && IsDigit(_at + 1) && IsDigit(_at + 2) && IsDigit(_at + 3) && !IsDigit(_at + 4) && _text[start] != '0';
        if (_at < _text.Length && (_text[_at] == '.' || (_text[_at] == ',' && !list)) && IsDigit(_at + 1))
        {
            _at++;
            while (IsDigit(_at))
            {
                _at++;
            }
        }

        string digits = _text[start.._at];
        digits = thousands ? digits.Replace(",", "", StringComparison.Ordinal) : digits.Replace(',', '.');
        double value = digits.Length > DigitsMax ? double.PositiveInfinity : double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        Add(new Token(digits, value, false, _glued));
        _glued = _at < _text.Length && !char.IsWhiteSpace(_text[_at]);
    }

    private void TimeOfDay(int start)
    {
        string[] parts = _text[start..(_at + 3)].Split(':');
        _at += 3;
        bool range = _at < _text.Length && _text[_at] == '-';
        int hours = int.Parse(parts[0], CultureInfo.InvariantCulture), minutes = int.Parse(parts[1], CultureInfo.InvariantCulture);
        Add(new Token($"{parts[0]}:{parts[1]}", hours < 0 || hours > 24 || minutes > 59 ? double.PositiveInfinity : (hours * 60) + minutes, true, _glued));
        _glued = range;
    }

    private void Add(Token token) => _tokens.Add(token);

    private bool IsDigit(int at) => at < _text.Length && char.IsAsciiDigit(_text[at]);

    private bool IsHex(int at) => at < _text.Length && char.IsAsciiHexDigit(_text[at]);

    private bool IsLetter(int at) => at < _text.Length && char.IsLetter(_text[at]);

    private bool IsLetterOrDigit(int at) => at < _text.Length && char.IsLetterOrDigit(_text[at]);
}

using System.Text;

namespace EdgeMesh.Protocol.Json;

/// <content>Words, numbers and strings.</content>
public sealed partial class JsonReader
{
    private const int IntegerDigits = 18;
    private const int NumberCharacters = 32;

    private object? ReadWord(string word, object? value)
    {
        if (_at + word.Length > _text.Length || new string(_text, _at, word.Length) != word)
        {
            return Fail("a value was expected");
        }

        _at += word.Length;
        return value;
    }

    private bool SkipDigits()
    {
        int start = _at;
        while (Peek() >= '0' && Peek() <= '9')
        {
            _at++;
        }

        return _at > start;
    }

    private object? ReadNumber()
    {
        int start = _at;
        if (Peek() == '-')
        {
            _at++;
        }

        int digits = _at;
        if (!SkipDigits() || (_text[digits] == '0' && _at > digits + 1))
        {
            return Fail("a value was expected");
        }

        bool whole = true;
        if (Peek() == '.')
        {
            whole = false;
            _at++;
            if (!SkipDigits())
            {
                return Fail("a digit was expected");
            }
        }

        if (Peek() == 'e' || Peek() == 'E')
        {
            whole = false;
            _at++;
            if (Peek() == '+' || Peek() == '-')
            {
                _at++;
            }

            if (!SkipDigits())
            {
                return Fail("a digit was expected");
            }
        }

        string number = new string(_text, start, _at - start);
        if (whole && number.Length <= IntegerDigits)
        {
            return long.Parse(number);
        }

        return number.Length <= NumberCharacters && double.TryParse(number, out double value) ? value : Fail("a number is out of range");
    }

    private string? ReadString()
    {
        StringBuilder result = new StringBuilder();
        _at++;
        while (_at < _text.Length)
        {
            char c = _text[_at++];
            if (c == '"')
            {
                return result.ToString();
            }

            if (c < ' ')
            {
                return Fail("a control character stands in a string") as string;
            }

            if (c == '\\' && !ReadEscape(result))
            {
                return Fail("an unknown escape stands in a string") as string;
            }

            if (c != '\\')
            {
                result.Append(c);
            }
        }

        return Fail("a string has no end") as string;
    }

    private bool ReadEscape(StringBuilder result)
    {
        char c = Peek();
        _at++;
        int plain = "\"\\/bfnrt".IndexOf(c);
        if (plain >= 0 && c != '\0')
        {
            result.Append("\"\\/\b\f\n\r\t"[plain]);
            return true;
        }

        int code = c == 'u' ? ReadCode() : -1;
        if (code >= 0xd800 && code <= 0xdbff)
        {
            // Half a character, of which the other half must follow: no platform can write the one without the other as UTF-8.
            result.Append((char)code);
            code = Peek() == '\\' && _at + 1 < _text.Length && _text[_at + 1] == 'u' ? ReadLowSurrogate() : -1;
        }
        else if (code >= 0xdc00 && code <= 0xdfff)
        {
            return false;
        }

        result.Append((char)code);
        return code >= 0;
    }

    private int ReadLowSurrogate()
    {
        _at += 2;
        int code = ReadCode();
        return code >= 0xdc00 && code <= 0xdfff ? code : -1;
    }

    // Four hex digits; -1 where they are none.
    private int ReadCode()
    {
        if (_at + 4 > _text.Length)
        {
            return -1;
        }

        int code = 0;
        for (int i = 0; i < 4; i++)
        {
            int digit = Hex.ValueOf(_text[_at++]);
            if (digit < 0)
            {
                return -1;
            }

            code = (code << 4) | digit;
        }

        return code;
    }
}

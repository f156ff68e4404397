using System.Collections;
using System.Text;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Json;

/// <summary>A strict, total JSON parser (RFC 8259) for one object: bounded in size and depth, duplicate names refused.</summary>
/// <remarks>Recursion is bounded by <see cref="Limits.JsonDepth"/>, work by <see cref="Limits.JsonPayloadBytes"/>.</remarks>
public sealed class JsonReader
{
    // Not the string: nanoFramework's are UTF-8, where each look at a character counts from the beginning.
    private readonly char[] _text;
    private int _at;
    private string _problem = "";

    private JsonReader(string text) => _text = text.ToCharArray();

    /// <summary>Parses the first <paramref name="count"/> bytes as one object.</summary>
    /// <returns>The object; null where it is none, with the reason in <paramref name="problem"/>.</returns>
    public static JsonObject? Parse(byte[] utf8, int count, out string problem)
    {
        if (count > Limits.JsonPayloadBytes)
        {
            problem = "the JSON text is over " + Limits.JsonPayloadBytes.ToString() + " bytes";
            return null;
        }

        if (!Utf8.IsValid(utf8, count))
        {
            problem = "the text is not UTF-8";
            return null;
        }

        return Parse(Encoding.UTF8.GetString(utf8, 0, count), out problem);
    }

    /// <summary>Parses a text as one object.</summary>
    public static JsonObject? Parse(string text, out string problem)
    {
        JsonReader reader = new JsonReader(text);
        reader.SkipSpace();
        JsonObject? result = reader.Peek() == '{' ? reader.ReadObject(1) : reader.Fail("an object was expected") as JsonObject;
        reader.SkipSpace();
        if (result != null && reader._at < reader._text.Length)
        {
            reader.Fail("something follows the object");
            result = null;
        }

        problem = reader._problem;
        return problem.Length == 0 ? result : null;
    }

    private object? Fail(string what)
    {
        if (_problem.Length == 0)
        {
            _problem = what + " (at character " + _at.ToString() + ")";
        }

        return null;
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void SkipSpace()
    {
        while (_at < _text.Length && (_text[_at] == ' ' || _text[_at] == '\t' || _text[_at] == '\n' || _text[_at] == '\r'))
        {
            _at++;
        }
    }

    private bool Take(char c)
    {
        SkipSpace();
        if (Peek() != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    private JsonObject? ReadObject(int depth)
    {
        JsonObject result = new JsonObject();
        _at++;
        if (Take('}'))
        {
            return result;
        }

        do
        {
            SkipSpace();
            string? name = Peek() == '"' ? ReadString() : Fail("a member's name was expected") as string;
            if (name == null || !Take(':'))
            {
                return Fail("':' was expected") as JsonObject;
            }

            object? value = ReadValue(depth);
            if (_problem.Length > 0 || !result.TryAdd(name, value))
            {
                return Fail("the name \"" + name + "\" stands twice") as JsonObject;
            }
        }
        while (Take(','));
        return Take('}') ? result : Fail("',' or '}' was expected") as JsonObject;
    }

    private ArrayList? ReadArray(int depth)
    {
        ArrayList result = new ArrayList();
        _at++;
        if (Take(']'))
        {
            return result;
        }

        do
        {
            object? value = ReadValue(depth);
            if (_problem.Length > 0)
            {
                return null;
            }

            result.Add(value);
        }
        while (Take(','));
        return Take(']') ? result : Fail("',' or ']' was expected") as ArrayList;
    }

    private object? ReadValue(int depth)
    {
        SkipSpace();
        char c = Peek();
        if ((c == '{' || c == '[') && depth >= Limits.JsonDepth)
        {
            return Fail("nested more than " + Limits.JsonDepth.ToString() + " deep");
        }

        switch (c)
        {
            case '{': return ReadObject(depth + 1);
            case '[': return ReadArray(depth + 1);
            case '"': return ReadString();
            case 't': return ReadWord("true", true);
            case 'f': return ReadWord("false", false);
            case 'n': return ReadWord("null", null);
            default: return ReadNumber();
        }
    }

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
        if (whole && number.Length <= 18)
        {
            return long.Parse(number);
        }

        return number.Length <= 32 && double.TryParse(number, out double value) ? value : Fail("a number is out of range");
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

using System.Collections;
using System.Text;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Json;

/// <summary>A strict, total JSON parser (RFC 8259) for one object: bounded in size and depth, duplicate names refused.</summary>
/// <remarks>Recursion is bounded by <see cref="Limits.JsonDepth"/>, work by <see cref="Limits.JsonPayloadBytes"/>.</remarks>
public sealed partial class JsonReader
{
    /// <summary>Largest whole number that is read as one, and the negative of the smallest: 18 digits.</summary>
    public const long IntegerMax = 999999999999999999;

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
}

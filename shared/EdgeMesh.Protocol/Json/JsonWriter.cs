using System.Collections;
using System.Text;

namespace EdgeMesh.Protocol.Json;

/// <summary>Writes one JSON object, member after member, in the order of the calls.</summary>
/// <remarks>
/// System.Text.Json does not exist on nanoFramework, and a signed message wants its bytes before it is closed: <see cref="OpenBytes"/>
/// gives the text without the last brace, to which a signature or a checksum is appended.
/// </remarks>
public sealed class JsonWriter
{
    private const string HexDigits = "0123456789abcdef";
    private readonly StringBuilder _text = new StringBuilder();
    private bool _comma;

    /// <summary>Begins an object.</summary>
    public JsonWriter() => _text.Append('{');

    /// <summary>Appends a string member.</summary>
    public JsonWriter Add(string name, string value)
    {
        Name(name);
        Quote(value);
        return this;
    }

    /// <summary>Appends a string member unless it is empty.</summary>
    public JsonWriter AddIfAny(string name, string value) => value.Length == 0 ? this : Add(name, value);

    /// <summary>Appends an integer member.</summary>
    public JsonWriter Add(string name, long value)
    {
        Name(name);
        _text.Append(value.ToString());
        return this;
    }

    /// <summary>Appends a boolean member.</summary>
    public JsonWriter Add(string name, bool value)
    {
        Name(name);
        _text.Append(value ? "true" : "false");
        return this;
    }

    /// <summary>Appends an array of strings.</summary>
    public JsonWriter Add(string name, string[] values)
    {
        Name(name);
        _text.Append('[');
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            Quote(values[i]);
        }

        _text.Append(']');
        return this;
    }

    /// <summary>Appends a nested object.</summary>
    public JsonWriter Add(string name, JsonWriter nested) => AddRaw(name, nested.ToString());

    /// <summary>Appends a member whose value is JSON text already. The caller vouches for it.</summary>
    public JsonWriter AddRaw(string name, string json)
    {
        Name(name);
        _text.Append(json);
        return this;
    }

    /// <summary>Appends a member as <see cref="JsonReader"/> gave its value. Members of objects come in no order.</summary>
    public JsonWriter AddParsed(string name, object? value)
    {
        Name(name);
        Parsed(value);
        return this;
    }

    /// <summary>Another writer that has written the same: signing adds members to the one it is given.</summary>
    public JsonWriter Copy()
    {
        JsonWriter copy = new JsonWriter { _comma = _comma };
        copy._text.Clear().Append(_text.ToString());
        return copy;
    }

    /// <summary>The UTF-8 bytes of the object without its last brace.</summary>
    public byte[] OpenBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>The UTF-8 bytes of the whole object.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    /// <inheritdoc/>
    public override string ToString() => _text.ToString() + "}";

    private void Name(string name)
    {
        if (_comma)
        {
            _text.Append(',');
        }

        _comma = true;
        Quote(name);
        _text.Append(':');
    }

    // As deep as the reader let it be.
    private void Parsed(object? value)
    {
        switch (value)
        {
            case null: _text.Append("null"); break;
            case string text: Quote(text); break;
            case bool flag: _text.Append(flag ? "true" : "false"); break;
            case JsonObject nested:
                JsonWriter writer = new JsonWriter();
                foreach (object name in nested.MemberNames)
                {
                    writer.AddParsed((string)name, nested.Get((string)name));
                }

                _text.Append(writer.ToString());
                break;
            case ArrayList list:
                for (int i = 0; i < list.Count; i++)
                {
                    _text.Append(i == 0 ? '[' : ',');
                    Parsed(list[i]);
                }

                _text.Append(list.Count == 0 ? "[]" : "]");
                break;
            default: _text.Append(value.ToString()); break;
        }
    }

    private void Quote(string value)
    {
        _text.Append('"');
        foreach (char c in value.ToCharArray())
        {
            if (c == '"' || c == '\\')
            {
                _text.Append('\\').Append(c);
            }
            else if (c < ' ' || c == '\u007f')
            {
                _text.Append("\\u00").Append(HexDigits[c >> 4]).Append(HexDigits[c & 15]);
            }
            else
            {
                _text.Append(c);
            }
        }

        _text.Append('"');
    }
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>What stands in a hole: a name, or arithmetic over names: <c>+ - * /</c>, brackets, <c>abs()</c>. True counts as 1.</summary>
internal ref struct HoleExpression
{
    private const int DepthMax = 16;
    private readonly ReadOnlySpan<char> _text;
    private readonly IReadOnlyDictionary<string, JsonNode?> _values;
    private int _at;
    private int _depth;

    private HoleExpression(ReadOnlySpan<char> text, IReadOnlyDictionary<string, JsonNode?> values)
    {
        _text = text;
        _values = values;
    }

    /// <summary>The value; a <see cref="FormatException"/> says what is wrong with the hole.</summary>
    internal static JsonNode? Evaluate(string text, IReadOnlyDictionary<string, JsonNode?> values)
    {
        if (values.TryGetValue(text, out JsonNode? value))
        {
            return value?.DeepClone();
        }

        HoleExpression expression = new(text, values);
        double number = expression.Sum();
        expression.Skip();
        return expression._at == text.Length && double.IsFinite(number) ? Number(number) : throw Wrong(text);
    }

    /// <summary>A number as JSON: whole where it is, without the last digits' noise where not.</summary>
    internal static JsonNode Number(double number)
    {
        double rounded = Math.Round(number, 9);
        return rounded == Math.Floor(rounded) && Math.Abs(rounded) < 1e15 ? JsonValue.Create((long)rounded) : JsonValue.Create(rounded);
    }

    private static FormatException Wrong(string text) => new($"the hole {{{{{text}}}}} is no name of a parameter and no arithmetic over them");

    private double Sum()
    {
        if (++_depth > DepthMax)
        {
            throw Wrong(_text.ToString());
        }

        double left = Product();
        while (true)
        {
            if (Take('+'))
            {
                left += Product();
            }
            else if (Take('-'))
            {
                left -= Product();
            }
            else
            {
                _depth--;
                return left;
            }
        }
    }

    private double Product()
    {
        double left = Factor();
        while (true)
        {
            if (Take('*'))
            {
                left *= Factor();
            }
            else if (Take('/'))
            {
                left /= Factor();
            }
            else
            {
                return left;
            }
        }
    }

    private double Factor()
    {
        if (Take('('))
        {
            double inner = Sum();
            return Take(')') ? inner : throw Wrong(_text.ToString());
        }

        Skip();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.'))
        {
            _at++;
        }

        string word = _text[start.._at].ToString();
        if (word == "abs")
        {
            return Math.Abs(Factor());
        }

        if (double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return number;
        }

        return _values.TryGetValue(word, out JsonNode? value) && NumberOf(value) is double known ? known : throw Wrong(_text.ToString());
    }

    internal static double? NumberOf(JsonNode? value) => value?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => 1,
        System.Text.Json.JsonValueKind.False => 0,
        System.Text.Json.JsonValueKind.Number => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture),
        _ => null,
    };

    private bool Take(char wanted)
    {
        Skip();
        if (_at == _text.Length || _text[_at] != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Skip()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }
}

using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Text;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Solver
{
    private const int MostText = 4096;

    private Possible Call(PrimaryExpr primary, int index, Possible callee, CallTrailer call, Space space)
    {
        // A method of a text whose beginning is known changes what follows it only.
        if (index > 0 && primary.Trailers[index - 1] is AttributeTrailer { Name: "format" })
        {
            return Formatted(Along(primary, index - 1, space), call, space);
        }

        if (index == 0 && primary is { IsAwait: false, Value: NameExpr own } && Returned(own, space) is { } returned)
        {
            return returned;
        }

        if (callee is not { IsComplete: true, Values: [Imported { Path: var path }] })
        {
            return Possible.Anything;
        }

        return path switch
        {
            ".const" or "micropython.const" or ".int" or ".str" or ".tuple" or ".list" when call.Arguments is [{ Kind: ArgumentKind.Positional } only] =>
                path is ".int" or ".str" ? Converted(path, Of(only.Value, space)) : Of(only.Value, space),
            ".type" when call.Arguments is [{ Kind: ArgumentKind.Positional } only] && Of(only.Value, space) is { Values: [Made, ..] } made =>
                Map(made, v => v is Made { Path: var kind } ? new Imported(kind) : null),
            _ => Possible.One(new Made(path, call, space)),
        };
    }

    private Possible Formatted(Possible text, CallTrailer call, Space space) =>
        Map(text, v => v is string template ? Filled(template, '{', i => Argument(call, i, space)) : v as Beginning);

    private static Possible Converted(string path, Possible possible) => Map(possible, v => Converted(path, v));

    private static object? Converted(string path, object value) => (path, value) switch
    {
        (".str", string or BigInteger) => value.ToString(),
        (".int", BigInteger) => value,
        (".int", double real) when double.IsFinite(real) => new BigInteger(real),
        (".int", string text) when BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number) => number,
        _ => null,
    };

    // A template with what is known filled in, as far as that goes.
    private static object Filled(string template, char sign, Func<int, Possible> argument)
    {
        StringBuilder text = new();
        int next = 0;
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != sign && (sign == '%' || template[i] != '}'))
            {
                text.Append(template[i]);
                continue;
            }

            // Only plain fields are followed: %s, %d and {}.
            bool plain = i + 1 < template.Length && (sign == '%' ? template[i + 1] is 's' or 'd' : template[i] == '{' && template[i + 1] == '}');
            if (!plain || text.Length > MostText || argument(next++) is not { IsComplete: true, Values: [string or BigInteger] } field)
            {
                return new Beginning(text.ToString());
            }

            text.Append(field.Values[0]);
            i++;
        }

        return text.ToString();
    }

    private Possible Operand(Possible right, int index) => right switch
    {
        { IsComplete: true, Values: [Container { Expr: TupleExpr tuple } container] } => index < tuple.Items.Length ? Of(tuple.Items[index], container.Space) : Possible.Anything,
        _ => index == 0 ? right : Possible.Anything,
    };

    private Possible Argument(CallTrailer call, int index, Space space) =>
        index < call.Arguments.Length && call.Arguments.All(a => a.Kind == ArgumentKind.Positional) ? Of(call.Arguments[index].Value, space) : Possible.Anything;

    private Possible Range(Made range)
    {
        BigInteger?[] ends = [.. range.Call.Arguments.Select(a => Of(a.Value, range.Space) is { IsComplete: true, Values: [BigInteger number] } ? number : (BigInteger?)null)];
        if (ends.Length is 0 or > 3 || ends.Any(end => end is null))
        {
            return Possible.Anything;
        }

        BigInteger first = ends.Length == 1 ? 0 : ends[0]!.Value;
        BigInteger last = ends.Length == 1 ? ends[0]!.Value : ends[1]!.Value;
        BigInteger step = ends.Length == 3 ? ends[2]!.Value : 1;
        if (step.IsZero || (last - first) / step > MostRange)
        {
            return Possible.Anything;
        }

        ImmutableArray<object>.Builder values = ImmutableArray.CreateBuilder<object>();
        for (BigInteger i = first; step.Sign > 0 ? i < last : i > last; i += step)
        {
            values.Add(i);
        }

        return new Possible(values.ToImmutable(), true);
    }

    private static Possible Map(Possible possible, Func<object, object?> function)
    {
        if (possible.Values is [var only])
        {
            return function(only) is { } made ? new Possible([made], possible.IsComplete) : Possible.Anything;
        }

        object?[] values = [.. possible.Values.Select(function)];
        return new Possible([.. values.Where(v => v is not null).Select(v => v!).Distinct()], possible.IsComplete && values.All(v => v is not null));
    }

    private Possible Binary(BinaryExpr binary, Space space)
    {
        Possible left = Of(binary.Operands[0], space);
        for (int i = 1; i < binary.Operands.Length; i++)
        {
            string sign = binary.Operators[i - 1];
            Possible right = Of(binary.Operands[i], space);
            if (left.Values.Length * right.Values.Length > 64)
            {
                return Possible.Anything;
            }

            // What begins with a known text goes on beginning with it, whatever is added.
            if (sign is "+" or "%" && left is { IsComplete: true, Values: [string or Beginning, ..] } && left.Values.All(v => v is string or Beginning))
            {
                left = Joined(sign, left, right);
                continue;
            }

            if (!left.IsComplete || !right.IsComplete)
            {
                return Possible.Anything;
            }

            left = Computed(sign, left, right);
        }

        return left;
    }

    private static Possible Computed(string sign, Possible left, Possible right)
    {
        if (left.Values is [var one] && right.Values is [var other])
        {
            object? result = Constants.Apply(sign, one, other)?.Value;
            return result is BigInteger or double ? Possible.One(result) : Possible.Anything;
        }

        object?[] results = [.. left.Values.SelectMany(a => right.Values.Select(b => Constants.Apply(sign, a, b)?.Value))];
        return results.All(r => r is BigInteger or double) && results.Length > 0 ? new Possible([.. results.Select(r => r!).Distinct()], true) : Possible.Anything;
    }

    private Possible Joined(string sign, Possible texts, Possible right) => texts.Values.Aggregate(Possible.Nothing, (all, text) => all.Or(Joined(sign, text, right)));

    private Possible Joined(string sign, object text, Possible right)
    {
        if (sign == "%")
        {
            return Possible.One(text is string template ? Filled(template, '%', i => Operand(right, i)) : text);
        }

        if (text is string known && right is { IsComplete: true, Values.IsEmpty: false } && right.Values.All(v => v is string other && other.Length + known.Length < MostText))
        {
            return new Possible([.. right.Values.Select(v => (object)(known + (string)v))], true);
        }

        return Possible.One(new Beginning(text as string ?? ((Beginning)text).Text));
    }

    private Possible Format(FString format, Space space)
    {
        StringBuilder text = new();
        foreach (StringPiece piece in format.Pieces)
        {
            for (int i = 0; i < piece.Literals.Length; i++)
            {
                string literal = piece.Literals[i];
                bool afterField = i > 0 && literal.StartsWith('}');
                if (i > 0 && !afterField)
                {
                    return Possible.One(new Beginning(text.ToString()));
                }

                text.Append(afterField ? literal.AsSpan(1) : literal);
                if (i >= piece.Fields.Length)
                {
                    continue;
                }

                // A conversion or a format changes the text in ways that are not followed here.
                bool plain = piece.Literals[i + 1].StartsWith('}');
                if (plain && text.Length < MostText && Of(piece.Fields[i], space) is { IsComplete: true, Values: [string or BigInteger] } field)
                {
                    text.Append(field.Values[0]);
                }
                else
                {
                    return Possible.One(new Beginning(text.ToString()));
                }
            }
        }

        return Possible.One(text.ToString());
    }
}

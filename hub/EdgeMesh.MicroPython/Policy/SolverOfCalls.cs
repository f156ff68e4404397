using System;
using System.Collections.Generic;
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
            Possible text = Along(primary, index - 1, space);
            return Map(text, v => v is string template ? Filled(template, '{', i => Argument(call, i, space)) : v as Beginning);
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
                path is ".int" or ".str" ? Map(Of(only.Value, space), v => Converted(path, v)) : Of(only.Value, space),
            ".type" when call.Arguments is [{ Kind: ArgumentKind.Positional } only] && Of(only.Value, space) is { Values: [Made, ..] } made =>
                Map(made, v => v is Made { Path: var kind } ? new Imported(kind) : null),
            _ => Possible.One(new Made(path, call, space)),
        };
    }

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
            if (sign is "+" or "%" && left is { IsComplete: true, Values.IsEmpty: false } && left.Values.All(v => v is string or Beginning))
            {
                left = left.Values.Aggregate(Possible.Nothing, (all, text) => all.Or(Joined(sign, text, right)));
                continue;
            }

            if (!left.IsComplete || !right.IsComplete)
            {
                return Possible.Anything;
            }

            object?[] results = [.. left.Values.SelectMany(a => right.Values.Select(b => Constants.Apply(sign, a, b)?.Value))];
            left = results.All(r => r is BigInteger or double) && results.Length > 0 ? new Possible([.. results.Select(r => r!).Distinct()], true) : Possible.Anything;
        }

        return left;
    }

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

    /// <summary>What calls pass for a parameter; anything where the function is taken as a value or decorated.</summary>
    private Possible Arguments(Symbol parameter, Node function, int index)
    {
        if (function is not FunctionStmt { Decorators.IsEmpty: true } definition || parameter.Space.Parent is not { } around)
        {
            return Possible.Anything;
        }

        bool method = around.Node is ClassStmt;
        if (method && (index == 0 || IsCalledUnseen(definition, (ClassStmt)around.Node!, around.Parent!)))
        {
            return Possible.Anything;
        }

        Possible all = Possible.Nothing;
        foreach (string name in NamesOf(definition, around))
        {
            if (facts.TakenAttributes.Contains(name) || (method && facts.TakenAttributes.Contains(Facts.AnyAttribute)) || (facts.Taken.Contains(name) && !(method && name == definition.Name)))
            {
                return Possible.Anything;
            }

            foreach ((CallTrailer call, Space space, bool isMethod) in facts.Calls.GetValueOrDefault(name) ?? [])
            {
                bool explicitSelf = method && isMethod && name == "__init__" && call.Arguments is [{ Value: NameExpr { Id: "self" } }, ..];
                all = all.Or(Argument(call, space, index - (method && !explicitSelf ? 1 : 0), parameter));
            }
        }

        return all;
    }

    // Operators and built-ins call special methods, and a library's class the methods that its heirs replace.
    private static bool IsCalledUnseen(FunctionStmt method, ClassStmt type, Space around) => method.Name != "__init__"
        && (method.Name.StartsWith("__", StringComparison.Ordinal) || !IsOwn(type, around, 0));

    /// <summary>Whether all that a class inherits is the program's own.</summary>
    private static bool IsOwn(ClassStmt type, Space around, int depth) => depth < 8 && type.Bases.All(b => b is { Kind: ArgumentKind.Positional, Value: NameExpr name }
        && (around.Find(name.Id) is { } symbol
            ? symbol is { IsOpaque: false, Paths.Count: 0, Values.Count: 0, Functions.Count: 0, Parameter: null, Classes.Count: > 0 } && symbol.Classes.TrueForAll(c => IsOwn(c, symbol.Space, depth + 1))
            : name.Id == "object"));

    // A constructor is called by its class's name, by those of classes that inherit it, and from theirs.
    private IEnumerable<string> NamesOf(FunctionStmt function, Space around)
    {
        yield return function.Name;
        if (around.Node is not ClassStmt type || function.Name != "__init__")
        {
            yield break;
        }

        HashSet<string> names = [type.Name, .. facts.OwnClass];
        Queue<string> pending = new(names);
        while (pending.TryDequeue(out string? name))
        {
            yield return name;
            foreach (ClassStmt heir in facts.ClassSpaces.Keys.Where(c => c.Bases.Any(b => b.Value is NameExpr known && known.Id == name)))
            {
                if (names.Add(heir.Name))
                {
                    pending.Enqueue(heir.Name);
                }
            }
        }
    }

    private Possible Argument(CallTrailer call, Space space, int index, Symbol parameter)
    {
        int position = 0;
        foreach (Argument argument in call.Arguments)
        {
            if (argument.Kind is ArgumentKind.Star or ArgumentKind.DoubleStar)
            {
                return Possible.Anything;
            }

            if (argument.Kind == ArgumentKind.Keyword ? argument.Name is NameExpr keyword && keyword.Id == parameter.Name : position++ == index)
            {
                // What is passed on to itself adds nothing: super().__init__(pin).
                return argument.Value is NameExpr passed && space.Find(passed.Id) == parameter ? Possible.Nothing : Of(argument.Value, space);
            }
        }

        return Possible.Nothing;
    }
}

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Something imported, or a built-in, by its dotted path; built-ins begin with a dot.</summary>
internal sealed record Imported(string Path);

/// <summary>A class of the program's own with the constructor of something imported.</summary>
internal sealed record Derived(string Path);

/// <summary>What a call of something imported or built in gives.</summary>
internal sealed record Made(string Path, CallTrailer Call, Space Space);

/// <summary>A tuple, list, set or dictionary as it is written.</summary>
internal sealed record Container(Expr Expr, Space Space);

/// <summary>A text of which only the beginning is known.</summary>
internal sealed record Beginning(string Text);

/// <summary>What an expression may be; <paramref name="IsComplete"/> where it can be nothing else.</summary>
internal sealed record Possible(ImmutableArray<object> Values, bool IsComplete)
{
    private const int Most = 64;

    internal static readonly Possible Anything = new([], false);
    internal static readonly Possible Nothing = new([], true);

    internal static Possible One(object value) => new([value], true);

    internal Possible Or(Possible other)
    {
        if (ReferenceEquals(other, Nothing) || ReferenceEquals(this, other))
        {
            return this;
        }

        if (ReferenceEquals(this, Nothing))
        {
            return other;
        }

        if (Values.IsEmpty && other.Values.IsEmpty)
        {
            return IsComplete ? other : this;
        }

        if (other.Values is [var added])
        {
            // Most often a single value is added, or is there already.
            return Values.Contains(added) ? IsComplete && !other.IsComplete ? new(Values, false) : this
                : Values.Length >= Most ? Anything : new(Values.Add(added), IsComplete && other.IsComplete);
        }

        ImmutableArray<object> all = [.. Values.Union(other.Values)];
        return all.Length > Most ? Anything : new(all, IsComplete && other.IsComplete);
    }
}

/// <summary>
/// What expressions may be, by all that is ever put into each variable, attribute and parameter, in whatever order. What is not understood may be anything.
/// The work is bounded; beyond the bound all may be anything.
/// </summary>
internal sealed partial class Solver(Facts facts)
{
    private const int MostSteps = 50_000;
    private const int MostDepth = 40;
    private const int MostRange = 64;

    private readonly Dictionary<PrimaryExpr, Possible[]> _along = new(facts.Primaries.Count, ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Possible> _builtins = [];
    private readonly Dictionary<string, Possible> _fields = [];
    private readonly Dictionary<string, Dictionary<string, Possible>> _parts = [];
    private int _steps;
    private int _depth;

    internal Possible Of(Expr expression, Space space)
    {
        if (++_steps > MostSteps || _depth > MostDepth)
        {
            return Possible.Anything;
        }

        _depth++;
        Possible possible = Evaluate(expression, space);
        _depth--;
        return possible;
    }

    private Possible Evaluate(Expr expression, Space space)
    {
        switch (expression)
        {
            case IntegerLiteral integer: return Possible.One(integer.Value);
            case FloatLiteral real: return Possible.One(real.Value);
            case StringLiteral text: return Possible.One(text.Value);
            case BytesLiteral bytes: return Possible.One(bytes.Value);
            case SingletonLiteral singleton: return Possible.One(singleton.Value);
            case NameExpr name: return Name(name, space);
            case TupleExpr or ListExpr or SetExpr or DictExpr: return Possible.One(new Container(expression, space));
            case ConditionalExpr choice: return Of(choice.Then, space).Or(Of(choice.Otherwise, space));
            case BoolExpr logic: return Any(logic.Operands, space);
            case NamedExpr named: return Of(named.Value, space);
            case UnaryExpr { Operator: "-" } minus: return Map(Of(minus.Operand, space), v => v switch { BigInteger i => -i, double d => -d, _ => null });
            case UnaryExpr { Operator: "+" } plus: return Of(plus.Operand, space);
            case BinaryExpr binary: return Binary(binary, space);
            case FString text: return Format(text, space);
            case PrimaryExpr primary: return Along(primary, primary.Trailers.Length, space);
            default: return Possible.Anything;
        }
    }

    private Possible Any(ImmutableArray<Expr> values, Space space)
    {
        Possible all = Possible.Nothing;
        foreach (Expr value in values)
        {
            all = all.Or(Of(value, space));
        }

        return all;
    }

    private Possible Name(NameExpr name, Space space) => space.Find(name.Id) is { } symbol ? Of(symbol) : BuiltIn(name.Id);

    private Possible BuiltIn(string name)
    {
        if (!_builtins.TryGetValue(name, out Possible? known))
        {
            _builtins[name] = known = Possible.One(new Imported("." + name));
        }

        return known;
    }

    private Possible Part(string path, string name)
    {
        if (!_parts.TryGetValue(path, out Dictionary<string, Possible>? parts))
        {
            _parts[path] = parts = [];
        }

        if (!parts.TryGetValue(name, out Possible? known))
        {
            parts[name] = known = Possible.One(new Imported(path + "." + name));
        }

        return known;
    }

    internal Possible Of(Symbol symbol)
    {
        if (symbol.Known is { } known)
        {
            return known;
        }

        // Where it depends on itself it may be anything.
        symbol.Known = Possible.Anything;
        if (_finding)
        {
            _met.Add(symbol);
        }

        Possible all = symbol.IsOpaque || symbol.Functions.Count > 0 || symbol.Classes.Count > 0 || (!_finding && facts.Changed.Contains(symbol.Name))
            ? Possible.Anything : Possible.Nothing;
        foreach (string path in symbol.Paths)
        {
            all = all.Or(Possible.One(new Imported(path)));
        }

        foreach (ClassStmt type in symbol.Classes)
        {
            all = Bases(type, symbol.Space).Aggregate(all, (sum, path) => sum.Or(new Possible([new Derived(path)], false)));
        }

        foreach (Site site in symbol.Values)
        {
            all = all.Or(Of(site.Expr, site.Space));
        }

        foreach (Site site in symbol.Iterated)
        {
            all = all.Or(site.Expr is ColumnExpr column ? Column(column, site.Space) : Elements(site.Expr, site.Space));
        }

        if (symbol.Parameter is { } parameter)
        {
            all = all.Or(Arguments(symbol, parameter.Function, parameter.Index));
        }

        return symbol.Known = all;
    }

    /// <summary>What imported things a class inherits its constructor from.</summary>
    private IEnumerable<string> Bases(ClassStmt type, Space space) => facts.ClassSpaces[type].Symbols.ContainsKey("__init__") ? [] : Ancestors(type, space);

    /// <summary>What imported things a class inherits.</summary>
    internal IEnumerable<string> Ancestors(ClassStmt type, Space space) => type.Bases.SelectMany(b => Of(b.Value, space).Values)
        .Select(v => v switch { Imported imported => imported.Path, Derived derived => derived.Path, _ => "." }).Where(path => path[0] != '.');

    /// <summary>What a primary may be before its trailer of that index.</summary>
    internal Possible Along(PrimaryExpr primary, int steps, Space space) => Along(primary, space)[steps] ?? Possible.Anything;

    /// <summary>The same before each of its trailers and after the last; where it is asked for while it is being followed, some are not there yet.</summary>
    internal Possible[] Along(PrimaryExpr primary, Space space)
    {
        if (!_along.TryGetValue(primary, out Possible[]? known))
        {
            // Each primary is followed once; a value that depends on itself may be anything.
            _along[primary] = known = new Possible[primary.Trailers.Length + 1];
            known[0] = Of(primary.Value, space);
            for (int i = 0; i < primary.Trailers.Length; i++)
            {
                known[i + 1] = Step(primary, i, known[i], space);
            }
        }

        return known;
    }

    private Possible Step(PrimaryExpr primary, int index, Possible before, Space space) => primary.Trailers[index] switch
    {
        AttributeTrailer attribute => Attribute(before, attribute.Name, index == 0 ? primary.Value as NameExpr : null, space),
        IndexTrailer subscript => Index(before, Of(subscript.Index, space)),
        CallTrailer call => Call(primary, index, before, call, space),
        _ => Possible.Anything,
    };

    private Possible Attribute(Possible before, string name, NameExpr? receiver, Space space)
    {
        Possible all = Possible.Nothing;
        bool other = !before.IsComplete;
        foreach (object value in before.Values)
        {
            if (value is Imported { Path: var path } && path[0] != '.')
            {
                all = all.Or(Part(path, name));
            }
            else
            {
                other = true;
            }
        }

        if (!other)
        {
            return all;
        }

        all = all.Or(Field(name));
        return IsForeign(name) && !(receiver is not null && IsSelf(receiver, space)) ? all.Or(Possible.Anything) : all;
    }

    private Possible Field(string name)
    {
        if (_fields.TryGetValue(name, out Possible? known))
        {
            return known;
        }

        _fields[name] = Possible.Anything;
        Possible all = facts.Attributes.TryGetValue(name, out Symbol? field) ? Of(field) : Possible.Nothing;
        foreach (Space space in facts.ClassSpaces.Values)
        {
            all = space.Symbols.TryGetValue(name, out Symbol? member) ? all.Or(Of(member)) : all;
        }

        return _fields[name] = ReferenceEquals(all, Possible.Nothing) ? Possible.Anything : all;
    }
}

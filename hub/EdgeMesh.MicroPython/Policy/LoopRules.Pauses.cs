using System.Collections.Frozen;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    private static readonly FrozenSet<string> Pauses = FrozenSet.Create("sleep", "sleep_ms", "sleep_us", "deepsleep", "lightsleep", "poll", "ipoll", "run_forever", "wait_msg");

    // Functions of the program's own, by their name: whether they pause, are coroutines, are generators. What nobody calls need not be known.
    private readonly HashSet<string> _pausing = [];
    private readonly HashSet<string> _defined = [];
    private readonly HashSet<string> _coroutines = [];
    private readonly HashSet<string> _generators = [];

    // To yield is a pause for the loop it stands in, but not for who runs through what is yielded.
    private bool _inside;

    // A function that pauses, or that calls one that does: known by its name, whoever's it is.
    private void FindPausing()
    {
        foreach ((FunctionStmt function, Space _) in facts.Functions)
        {
            if (facts.Calls.ContainsKey(function.Name))
            {
                _defined.Add(function.Name);
                if (function.IsAsync)
                {
                    _coroutines.Add(function.Name);
                }
                else if (!_generators.Contains(function.Name) && IsGenerator(function))
                {
                    _generators.Add(function.Name);
                }
            }
        }

        bool more = true;
        while (more)
        {
            more = false;
            foreach (Space space in facts.Spaces)
            {
                if (space.Node is FunctionStmt function && _defined.Contains(function.Name) && !_pausing.Contains(function.Name) && Pausing(function.Body, space))
                {
                    more = _pausing.Add(function.Name) || more;
                }
            }
        }

        _inside = true;
    }

    private static bool IsGenerator(FunctionStmt function) => Parts.Any(function.Body, part => part is YieldExpr);

    // Not what stands behind a jump, where nothing leads, or in a handler: a loop in which nothing goes wrong does not pause there.
    private bool Pausing(ImmutableArray<Stmt> body, Space space)
    {
        if (!body.IsDefault)
        {
            foreach (Stmt statement in body)
            {
                if (Pausing(statement, space))
                {
                    return true;
                }

                if (statement is ReturnStmt or RaiseStmt or KeywordStmt { Keyword: Keyword.Break or Keyword.Continue })
                {
                    return false;
                }
            }
        }

        return false;
    }

    private bool Pausing(Stmt statement, Space space) => statement switch
    {
        ExprStmt { Value: PrimaryExpr { IsAwait: false, Trailers: [.., CallTrailer] } call } when IsUnstarted(call) => false,
        IfStmt choice => Pausing(choice, space),
        WhileStmt loop => Pausing(loop.Condition, space) || (!IsNever(loop.Condition, space) && Pausing(loop.Body, space))
            || (Constants.Of(loop.Condition) is not { IsTrue: true } && Pausing(loop.Else, space)),
        ForStmt loop => loop.IsAsync || Pausing(loop.Source, space) || (!IsEmpty(loop.Source, space) && Pausing(loop.Body, space)) || Pausing(loop.Else, space),
        TryStmt attempt => Pausing(attempt.Body, space) || Pausing(attempt.Else, space) || Pausing(attempt.Finally, space),
        WithStmt with => with.IsAsync || Pausing(with.Items, space) || Pausing(with.Body, space),
        _ => Pausing((Node)statement, space),
    };

    private bool Pausing(IfStmt choice, Space space)
    {
        bool otherwise = true;
        foreach (Branch branch in choice.Branches)
        {
            if (Pausing(branch.Condition, space) || (!IsNever(branch.Condition, space) && Pausing(branch.Body, space)))
            {
                return true;
            }

            otherwise = otherwise && Constants.Of(branch.Condition) is not { IsTrue: true };
        }

        return otherwise && Pausing(choice.Else, space);
    }

    private bool Pausing(ImmutableArray<WithItem> items, Space space)
    {
        foreach (WithItem item in items)
        {
            if (Pausing(item.Value, space))
            {
                return true;
            }
        }

        return false;
    }

    // A coroutine that nobody awaits, or a generator that nobody runs through, does nothing.
    private bool IsUnstarted(PrimaryExpr call) => call.Trailers is [.., AttributeTrailer { Name: var method }, CallTrailer] ? _generators.Contains(method)
        : call is { Value: NameExpr { Id: var name }, Trailers.Length: 1 } && _generators.Contains(name);

    private bool Pausing(Node? part, Space space) => Parts.Any(part, inner => (inner is YieldExpr && _inside) || (inner is PrimaryExpr primary && Pausing(primary, space)));

    private bool Pausing(PrimaryExpr primary, Space space)
    {
        // What others let us wait for pauses; what the program wrote itself pauses where it does.
        bool waits = primary.IsAwait;
        for (int i = 0; i < primary.Trailers.Length; i++)
        {
            string? name = i == 0 ? (primary.Value as NameExpr)?.Id : (primary.Trailers[i - 1] as AttributeTrailer)?.Name;
            if (primary.Trailers[i] is not CallTrailer call || name is null)
            {
                continue;
            }

            Possible callee = solver.Along(primary, i, space);
            bool isImported = callee is { IsComplete: true, Values: [Imported] };
            bool own = i == 0 ? space.Find(name) is { } symbol && (symbol.Paths.Count == 0 || symbol.Functions.Count + symbol.Values.Count > 0) : _defined.Contains(name) && !isImported;
            bool awaited = primary.IsAwait && i == primary.Trailers.Length - 1;
            if (own && awaited && _coroutines.Contains(name))
            {
                waits = false;
            }

            bool pauses = own ? _pausing.Contains(name) && (awaited || !_coroutines.Contains(name))
                : (name != "run" || callee.Values is [Imported { Path: "asyncio.run" }]) && IsPause(i == 0 ? Callee(name, space) : name, call, space);
            bool isCoroutine = callee.Values is [Imported { Path: "asyncio.sleep" or "asyncio.sleep_ms" }];
            if (isCoroutine)
            {
                waits = waits && IsPause(Callee(name, space), call, space);
            }
            else if (pauses)
            {
                return true;
            }
        }

        return waits;
    }

    // from time import sleep as pause: the name that counts is the module's.
    private static string Callee(string name, Space space) => space.Find(name)?.Paths.FirstOrDefault() is { } path ? path[(path.LastIndexOf('.') + 1)..] : name;

    private bool IsPause(string name, CallTrailer call, Space space)
    {
        if (name is "run" or "run_until_complete")
        {
            // asyncio.run(main()) takes as long as main, where that is the program's own.
            return call.Arguments is not [{ Value: PrimaryExpr { Value: NameExpr { Id: var run }, Trailers: [CallTrailer] } }] || !_coroutines.Contains(run) || _pausing.Contains(run);
        }

        if (name is not ("sleep" or "sleep_ms" or "sleep_us"))
        {
            return Pauses.Contains(name);
        }

        double unit_ms = name switch { "sleep" => 1000, "sleep_ms" => 1, _ => 0.001 };
        Possible time = call.Arguments is [{ } only] ? solver.Of(only.Value, space) : Possible.Anything;
        // A known pause must be long enough; an unknown one is taken for one.
        return !time.IsComplete || time.Values.IsEmpty || IsLongEnough(time, unit_ms);
    }

    private bool IsLongEnough(Possible time, double unit_ms) => time.Values.Any(v => v switch
    {
        BigInteger i => (double)i * unit_ms >= _data.Limit("pause_ms"),
        double d => d * unit_ms >= _data.Limit("pause_ms"),
        string or Singleton or Container => false,
        _ => true,
    });

    // A condition of which all that it can be counts as false: DEBUG = False … if DEBUG:
    private bool IsNever(Expr condition, Space space) => Constants.Of(condition) is { } constant ? !constant.IsTrue : condition switch
    {
        BoolExpr { IsAnd: true } both => AnyIsNever(both.Operands, space),
        CompareExpr { Operands: [var left, var right], Operators: [var sign] } => solver.Of(left, space) is { IsComplete: true, Values.IsEmpty: false } a
            && solver.Of(right, space) is { IsComplete: true, Values.IsEmpty: false } b && AreFalse(sign, a, b),
        NameExpr or PrimaryExpr => solver.Of(condition, space) is { IsComplete: true, Values.IsEmpty: false } possible
            && possible.Values.All(v => v is BigInteger { IsZero: true } or Singleton.False or Singleton.None or 0.0),
        _ => false,
    };

    private bool AnyIsNever(ImmutableArray<Expr> conditions, Space space)
    {
        foreach (Expr condition in conditions)
        {
            if (IsNever(condition, space))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreFalse(string sign, Possible left, Possible right) => left.Values.All(a => right.Values.All(b => IsFalse(sign, a, b)));

    private bool IsAlways(Expr condition, Space space) => condition is NameExpr or PrimaryExpr { Trailers: [AttributeTrailer] }
        && solver.Of(condition, space) is { IsComplete: true, Values.IsEmpty: false } possible && possible.Values.All(v => v is BigInteger { IsZero: false } or Singleton.True);

    private static bool IsFalse(string sign, object left, object right) => left is BigInteger a && right is BigInteger b && sign switch
    {
        "<" => a >= b,
        ">" => a <= b,
        "<=" => a > b,
        ">=" => a < b,
        "==" => a != b,
        "!=" => a == b,
        _ => false,
    };

    private bool IsEmpty(Expr source, Space space) => source is ListExpr { Items.IsEmpty: true } or TupleExpr { Items.IsEmpty: true } or StringLiteral { Value.Length: 0 }
        || (source is PrimaryExpr { Value: NameExpr { Id: "range" }, Trailers: [CallTrailer { Arguments: [{ Value: var end }] }] }
            && solver.Of(end, space) is { IsComplete: true, Values: [BigInteger { Sign: <= 0 }] });

    // What is surely done in every round, and must not be done as fast as that: to publish, to ask a server, to switch to and fro.
    private Node? Flood(ImmutableArray<Stmt> body)
    {
        HashSet<string> on = [], off = [];
        foreach (Stmt statement in body)
        {
            Node? found = statement switch
            {
                TryStmt attempt => Flood(attempt.Body),
                WithStmt with => Flood(with.Body),
                ExprStmt { Value: PrimaryExpr { Trailers: [.., CallTrailer] } call } => IsFlood(call, on, off) ? call : null,
                _ => null,
            };
            if (found is not null || Flow.Leaves(statement, true))
            {
                return found;
            }
        }

        return null;
    }

    private bool IsFlood(PrimaryExpr call, HashSet<string> on, HashSet<string> off)
    {
        string path = solver.Along(call, call.Trailers.Length - 1, facts.Root).Values is [Imported { Path: var imported }] ? imported : "";
        if (path is "edgemesh.publish" || path.StartsWith("requests.", System.StringComparison.Ordinal))
        {
            return true;
        }

        switch (call)
        {
            case { Trailers: [.., AttributeTrailer { Name: "publish" or "toggle" }, CallTrailer] }: return true;
            case { Value: NameExpr { Id: var pin }, Trailers: [AttributeTrailer { Name: "value" }, CallTrailer { Arguments: [{ Value: UnaryExpr { Operator: "not", Operand: PrimaryExpr { Value: NameExpr { Id: var same } } } }] }] }:
                return pin == same;
            case { Value: NameExpr { Id: var pin }, Trailers: [AttributeTrailer { Name: "on" or "off" } way, CallTrailer] }:
                (way.Name == "on" ? on : off).Add(pin);
                return on.Contains(pin) && off.Contains(pin);
            default: return false;
        }
    }
}

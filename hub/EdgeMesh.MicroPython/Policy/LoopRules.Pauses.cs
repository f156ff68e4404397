using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    private static readonly HashSet<string> Pauses = ["sleep", "sleep_ms", "sleep_us", "deepsleep", "lightsleep", "poll", "ipoll", "run_forever", "wait_msg"];
    private static readonly HashSet<string> Runners = ["run", "run_until_complete"];

    // Functions of the program's own, by their name: whether they pause, are coroutines, are generators.
    private readonly HashSet<string> _pausing = [];
    private readonly HashSet<string> _defined = [.. facts.Functions.Select(f => f.Function.Name)];
    private readonly HashSet<string> _coroutines = [.. facts.Functions.Where(f => f.Function.IsAsync).Select(f => f.Function.Name)];
    private readonly HashSet<string> _generators = [.. facts.Functions.Where(f => !f.Function.IsAsync && IsGenerator(f.Function)).Select(f => f.Function.Name)];

    // To yield is a pause for the loop it stands in, but not for who runs through what is yielded.
    private bool _inside;

    // A function that pauses, or that calls one that does: known by its name, whoever's it is.
    private void FindPausing()
    {
        bool more = true;
        while (more)
        {
            more = false;
            foreach ((FunctionStmt function, Space space) in facts.Functions)
            {
                if (!_pausing.Contains(function.Name) && Pausing(function.Body, facts.FunctionSpaces.GetValueOrDefault(function) ?? space))
                {
                    more = _pausing.Add(function.Name) || more;
                }
            }
        }

        _inside = true;
    }

    private static bool IsGenerator(FunctionStmt function)
    {
        bool yields = false;
        Parts.Visit(function.Body, part => yields |= part is YieldExpr);
        return yields;
    }

    // Not what stands behind a jump, where nothing leads, or in a handler: a loop in which nothing goes wrong does not pause there.
    private bool Pausing(ImmutableArray<Stmt> body, Space space)
    {
        foreach (Stmt statement in body.IsDefault ? [] : body)
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

        return false;
    }

    private bool Pausing(Stmt statement, Space space) => statement switch
    {
        IfStmt choice => choice.Branches.Any(b => Pausing(b.Condition, space) || (!IsNever(b.Condition, space) && Pausing(b.Body, space)))
            || (!choice.Branches.Any(b => Constants.Of(b.Condition) is { IsTrue: true }) && Pausing(choice.Else, space)),
        WhileStmt loop => Pausing(loop.Condition, space) || (!IsNever(loop.Condition, space) && Pausing(loop.Body, space))
            || (Constants.Of(loop.Condition) is not { IsTrue: true } && Pausing(loop.Else, space)),
        ForStmt loop => loop.IsAsync || Pausing(loop.Source, space) || (!IsEmpty(loop.Source, space) && Pausing(loop.Body, space)) || Pausing(loop.Else, space),
        TryStmt attempt => Pausing(attempt.Body, space) || Pausing(attempt.Else, space) || Pausing(attempt.Finally, space),
        WithStmt with => with.IsAsync || with.Items.Any(i => Pausing(i.Value, space)) || Pausing(with.Body, space),
        ExprStmt { Value: PrimaryExpr { IsAwait: false, Trailers: [.., CallTrailer] } call } when IsUnstarted(call) => false,
        _ => Pausing((Node)statement, space),
    };

    // A coroutine that nobody awaits, or a generator that nobody runs through, does nothing.
    private bool IsUnstarted(PrimaryExpr call) => call.Trailers is [.., AttributeTrailer { Name: var method }, CallTrailer] ? _generators.Contains(method)
        : call is { Value: NameExpr { Id: var name }, Trailers.Length: 1 } && _generators.Contains(name);

    private bool Pausing(Node? part, Space space)
    {
        bool pausing = false;
        Parts.Visit(part, inner => pausing = pausing || (inner is YieldExpr && _inside) || (inner is PrimaryExpr primary && Pausing(primary, space)));
        return pausing;
    }

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
        if (Runners.Contains(name))
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
        return !time.IsComplete || time.Values.IsEmpty || time.Values.Any(v => v switch
        {
            BigInteger i => (double)i * unit_ms >= _data.Limit("pause_ms"),
            double d => d * unit_ms >= _data.Limit("pause_ms"),
            string or Singleton or Container => false,
            _ => true,
        });
    }

    // A condition of which all that it can be counts as false: DEBUG = False … if DEBUG:
    private bool IsNever(Expr condition, Space space) => Constants.Of(condition) is { } constant ? !constant.IsTrue : condition switch
    {
        BoolExpr { IsAnd: true } both => both.Operands.Any(o => IsNever(o, space)),
        CompareExpr { Operands: [var left, var right], Operators: [var sign] } => solver.Of(left, space) is { IsComplete: true, Values.IsEmpty: false } a
            && solver.Of(right, space) is { IsComplete: true, Values.IsEmpty: false } b && a.Values.All(x => b.Values.All(y => IsFalse(sign, x, y))),
        NameExpr or PrimaryExpr => solver.Of(condition, space) is { IsComplete: true, Values.IsEmpty: false } possible
            && possible.Values.All(v => v is BigInteger { IsZero: true } or Singleton.False or Singleton.None or 0.0),
        _ => false,
    };

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
            if (found is not null || Flow.Leaves([statement], true))
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

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    // Rounds that comprehensions and built-ins make, which never pause.
    private void Rounds()
    {
        Consumed();
        HashSet<Node> sources = new(facts.Loops.Select(l => l.Loop).OfType<ForStmt>().Select(f => (Node)f.Source), ReferenceEqualityComparer.Instance);
        foreach (string maker in new[] { "range", "iter" })
        {
            foreach ((PrimaryExpr primary, Space space) in facts.Primaries.Where(p => p.Primary is { Value: NameExpr name, Trailers: [CallTrailer] } && name.Id == maker && !sources.Contains(p.Primary)))
            {
                Possible made = solver.Of(primary, space);
                if (made.Values.Any(v => IsLong(v) && (maker == "range" || solver.Of(((Made)v).Call.Arguments[0].Value, space).Values.Any(f => f is Imported))))
                {
                    findings.Add("loop-too-long", primary, $"This takes more than {_data.Limit("loop_rounds")} rounds without a pause.");
                }
            }
        }
    }

    // What takes all that something yields before anything goes on: list(f()), sum(f()), print(*f()), [x for x in f()].
    private void Consumed()
    {
        foreach ((PrimaryExpr primary, Space space) in facts.Primaries)
        {
            foreach (CallTrailer call in primary.Trailers.OfType<CallTrailer>())
            {
                bool takes = primary is { Value: NameExpr { Id: var name } } && call == primary.Trailers[0] && Takers.Contains(name) && space.Find(name) is null
                    || primary.Trailers is [.., AttributeTrailer { Name: "join" or "extend" }, CallTrailer last] && last == call;
                foreach (Argument argument in call.Arguments.Where(a => (a.Kind == ArgumentKind.Star || (takes && a.Kind == ArgumentKind.Positional)) && IsEndless(a.Value, space)))
                {
                    findings.Add("loop-too-long", argument, "What this runs through never ends.");
                }
            }
        }

        foreach ((Comprehension made, Space space) in facts.Comprehensions.Where(c => c.Made.Kind != ComprehensionKind.Generator && c.Made.Clauses.Any(k => k.Target is not null && IsEndless(k.Source, c.Space))))
        {
            findings.Add("loop-too-long", made, "What this runs through never ends.");
        }

        foreach ((CompareExpr compare, Space space) in facts.Compares)
        {
            for (int i = 0; i < compare.Operators.Length; i++)
            {
                if (compare.Operators[i] is "in" or "not in" && IsEndless(compare.Operands[i + 1], space))
                {
                    findings.Add("loop-too-long", compare, "What this runs through never ends.");
                }
            }
        }
    }

    private static readonly HashSet<string> Takers = ["list", "tuple", "set", "frozenset", "sum", "sorted", "min", "max", "dict", "bytes", "bytearray", "all", "any"];

    // for … in f(), where f yields for ever and never pauses, or is a class whose objects never say that they have no more.
    private bool IsEndless(Expr source, Space space, int depth = 0) => depth < 8 && source switch
    {
        // g = f(), and nothing else
        NameExpr name => space.Find(name.Id) is { IsOpaque: false, Values: [var only], Parameter: null, Iterated.Count: 0, Functions.Count: 0, Classes.Count: 0, Paths.Count: 0 } && IsEndless(only.Expr, only.Space, depth + 1),
        Comprehension { Kind: ComprehensionKind.Generator } made => IsEndless(made.Clauses[0].Source, space, depth + 1),
        PrimaryExpr { IsAwait: false, Value: NameExpr name, Trailers: [CallTrailer call] } => space.Find(name.Id) is { } symbol
            ? symbol.Functions.Exists(f => YieldsForever(f, space)) || symbol.Classes.Exists(type => type.Body.Any(s => s is FunctionStmt { Name: "__next__" } next && !Stops(next)))
            : name.Id is "enumerate" or "map" or "filter" or "iter" && call.Arguments.Any(a => IsEndless(a.Value, space, depth + 1)),
        PrimaryExpr { IsAwait: false, Trailers: [.., AttributeTrailer { Name: var method }, CallTrailer] } => _generators.Contains(method)
            && facts.Functions.Where(f => f.Function.Name == method).All(f => f.Space.Node is ClassStmt && YieldsForever(f.Function, f.Space)),
        _ => false,
    };

    private bool YieldsForever(FunctionStmt function, Space space) =>
        IsGenerator(function) && function.Body.Any(s => s is WhileStmt loop && Constants.Of(loop.Condition) is { IsTrue: true } && YieldsOnly(loop, space));

    // The rounds of loops in each other, where their ranges are known.
    private BigInteger Times(ForStmt loop, Space space)
    {
        BigInteger inner = loop.Body.Select(s => Times(s, space)).DefaultIfEmpty(1).Max();
        return inner * (solver.Of(loop.Source, space) is { IsComplete: true, Values: [Made { Path: ".range", Call.Arguments: [{ Value: var end }] } range] }
            && solver.Of(end, range.Space) is { IsComplete: true, Values: [BigInteger { Sign: > 0 } rounds] } ? rounds : 1);
    }

    private BigInteger Times(Stmt statement, Space space) => statement is ForStmt loop ? Times(loop, space)
        : Flow.Inner(statement).Where(b => !b.IsDefault).SelectMany(b => b).Select(s => Times(s, space)).DefaultIfEmpty(1).Max();

    private static bool Stops(FunctionStmt next)
    {
        bool stops = false;
        Parts.Visit(next.Body, part => stops |= part is RaiseStmt or PrimaryExpr { Trailers: [.., CallTrailer] });
        return stops;
    }

    private bool YieldsOnly(WhileStmt loop, Space space)
    {
        bool only = true;
        Parts.Visit(loop.Body, part => only &= part is not (KeywordStmt { Keyword: Keyword.Break } or ReturnStmt or RaiseStmt) && !(part is PrimaryExpr primary && (primary.IsAwait || Pausing(primary, space))));
        return only;
    }

    private bool IsLong(object source)
    {
        if (source is Made { Path: ".iter" } endless)
        {
            return endless.Call.Arguments.Length == 2;
        }

        return source is Made { Path: ".range" } range
            && range.Call.Arguments.Any(a => solver.Of(a.Value, range.Space).Values.Any(v => v is BigInteger rounds && rounds > _data.Limit("loop_rounds")));
    }

    private void Growth(ImmutableArray<Stmt> body, bool endless)
    {
        if (!endless)
        {
            return;
        }

        Dictionary<string, PrimaryExpr> grown = [];
        Dictionary<string, AugmentedStmt> doubled = [];
        HashSet<string> shrunk = [];
        Parts.Visit(body, part =>
        {
            switch (part)
            {
                case PrimaryExpr { Value: NameExpr name, Trailers: [AttributeTrailer method, CallTrailer] } primary:
                    if (method.Name == "append")
                    {
                        grown.TryAdd(name.Id, primary);
                    }
                    else if (method.Name is "pop" or "clear" or "popleft" or "remove")
                    {
                        shrunk.Add(name.Id);
                    }

                    break;
                case AugmentedStmt { Operator: "+=" or "*=", Target: NameExpr more, Value: NameExpr same } twice when more.Id == same.Id: doubled.TryAdd(more.Id, twice); break;
                case AssignStmt assign: shrunk.UnionWith(assign.Targets.Select(t => t is NameExpr name ? name.Id : t is PrimaryExpr { Value: NameExpr list } ? list.Id : "")); break;
                case DelStmt delete: shrunk.UnionWith(delete.Targets.Select(t => t is PrimaryExpr { Value: NameExpr list } ? list.Id : "")); break;
            }
        });
        foreach ((string name, AugmentedStmt twice) in doubled.Where(d => !shrunk.Contains(d.Key)))
        {
            findings.Add("memory", twice, $"{name} doubles in every round of an endless loop.", "begin anew now and then");
        }

        foreach ((string name, PrimaryExpr primary) in grown.Where(g => !shrunk.Contains(g.Key)))
        {
            findings.Add("unbounded-list", primary, $"{name} grows in an endless loop and never shrinks.");
        }
    }

    private void Binary(BinaryExpr binary, Space space)
    {
        for (int i = 1; i < binary.Operands.Length; i++)
        {
            string sign = binary.Operators[i - 1];
            if (sign == "-" && IsTicks(binary.Operands[i - 1], space, false) && IsTicks(binary.Operands[i], space, true))
            {
                findings.Add("ticks-compared", binary, "Ticks are subtracted as numbers.");
            }

            Possible right = sign is "*" or "**" or "<<" ? solver.Of(binary.Operands[i], space) : Possible.Nothing;
            long most = sign switch { "**" => 4096, "<<" => 65536, _ => _data.Limit("allocation_bytes") };
            bool large = right.Values.Any(v => v is BigInteger number && number > most);
            if (large && (sign != "*" || IsSequence(binary.Operands[0], space)))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
            else if (sign == "*" && IsSequence(binary.Operands[i], space) && solver.Of(binary.Operands[i - 1], space).Values.Any(v => v is BigInteger count && count > most))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
        }
    }

    private bool IsSequence(Expr value, Space space) => solver.Of(value, space).Values.Any(v => v is string or Container or Made { Path: ".bytearray" or ".bytes" });

    private bool IsTicks(Expr value, Space space, bool names) => value switch
    {
        PrimaryExpr { Trailers: [.., AttributeTrailer { Name: "ticks_ms" or "ticks_us" }, CallTrailer { Arguments.IsEmpty: true }] } => true,
        PrimaryExpr { Value: NameExpr { Id: "ticks_ms" or "ticks_us" }, Trailers: [CallTrailer] } => true,
        NameExpr or PrimaryExpr { Trailers: [AttributeTrailer] } when names => solver.Of(value, space).Values.Any(v => v is Made { Path: "time.ticks_ms" or "time.ticks_us" }),
        BinaryExpr sum when names => sum.Operands.Any(o => IsTicks(o, space, false)),
        _ => false,
    };
}

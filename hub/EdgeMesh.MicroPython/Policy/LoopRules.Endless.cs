using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    private static readonly FrozenSet<string> Takers =
        FrozenSet.Create("list", "tuple", "set", "frozenset", "sum", "sorted", "min", "max", "dict", "bytes", "bytearray", "all", "any");

    // What takes all that something yields before anything goes on: list(f()), sum(f()), print(*f()), [x for x in f()].
    private void Consumed()
    {
        foreach ((PrimaryExpr primary, Space space, bool _) in facts.Primaries)
        {
            for (int i = 0; i < primary.Trailers.Length; i++)
            {
                if (primary.Trailers[i] is CallTrailer { Arguments.IsEmpty: false } call)
                {
                    Consumed(call, Takes(primary, i, space), space);
                }
            }
        }

        foreach ((Comprehension made, Space space) in facts.Comprehensions)
        {
            if (made.Kind != ComprehensionKind.Generator && HasEndless(made.Clauses, space))
            {
                findings.Add("loop-too-long", made, "What this runs through never ends.");
            }
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

    private void Consumed(CallTrailer call, bool takes, Space space)
    {
        foreach (Argument argument in call.Arguments)
        {
            if ((argument.Kind == ArgumentKind.Star || (takes && argument.Kind == ArgumentKind.Positional)) && IsEndless(argument.Value, space))
            {
                findings.Add("loop-too-long", argument, "What this runs through never ends.");
            }
        }
    }

    private static bool Takes(PrimaryExpr primary, int index, Space space) => index == 0
        ? primary.Value is NameExpr { Id: var name } && Takers.Contains(name) && space.Find(name) is null
        : index == primary.Trailers.Length - 1 && primary.Trailers[index - 1] is AttributeTrailer { Name: "join" or "extend" };

    private bool HasEndless(ImmutableArray<ComprehensionClause> clauses, Space space)
    {
        foreach (ComprehensionClause clause in clauses)
        {
            if (clause.Target is not null && IsEndless(clause.Source, space))
            {
                return true;
            }
        }

        return false;
    }

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
            && facts.Functions.TrueForAll(f => f.Function.Name != method || (f.Space.Node is ClassStmt && YieldsForever(f.Function, f.Space))),
        _ => false,
    };

    private bool YieldsForever(FunctionStmt function, Space space) =>
        IsGenerator(function) && function.Body.Any(s => s is WhileStmt loop && Constants.Of(loop.Condition) is { IsTrue: true } && YieldsOnly(loop, space));

    private static bool Stops(FunctionStmt next) => Parts.Any(next.Body, part => part is RaiseStmt or PrimaryExpr { Trailers: [.., CallTrailer] });

    private bool YieldsOnly(WhileStmt loop, Space space) => !Parts.Any(loop.Body,
        part => part is KeywordStmt { Keyword: Keyword.Break } or ReturnStmt or RaiseStmt || (part is PrimaryExpr primary && (primary.IsAwait || Pausing(primary, space))));

    // The rounds of loops in each other, where their ranges are known.
    private BigInteger Times(ForStmt loop, Space space) => Times(loop.Body, space)
        * (solver.Of(loop.Source, space) is { IsComplete: true, Values: [Made { Path: ".range", Call.Arguments: [{ Value: var end }] } range] }
            && solver.Of(end, range.Space) is { IsComplete: true, Values: [BigInteger { Sign: > 0 } rounds] } ? rounds : 1);

    private BigInteger Times(ImmutableArray<Stmt> body, Space space)
    {
        BigInteger most = 1;
        if (!body.IsDefault)
        {
            foreach (Stmt statement in body)
            {
                most = BigInteger.Max(most, Times(statement, space));
            }
        }

        return most;
    }

    private BigInteger Times(Stmt statement, Space space)
    {
        switch (statement)
        {
            case ForStmt loop: return Times(loop, space);
            case WhileStmt loop: return BigInteger.Max(Times(loop.Body, space), Times(loop.Else, space));
            case WithStmt with: return Times(with.Body, space);
            case IfStmt choice:
                BigInteger branches = Times(choice.Else, space);
                foreach (Branch branch in choice.Branches)
                {
                    branches = BigInteger.Max(branches, Times(branch.Body, space));
                }

                return branches;
            case TryStmt attempt:
                BigInteger most = BigInteger.Max(Times(attempt.Body, space), BigInteger.Max(Times(attempt.Else, space), Times(attempt.Finally, space)));
                foreach (Handler handler in attempt.Handlers)
                {
                    most = BigInteger.Max(most, Times(handler.Body, space));
                }

                return most;
            default: return 1;
        }
    }
}

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    // Rounds that comprehensions and built-ins make, which never pause.
    private void Rounds(string maker)
    {
        foreach ((PrimaryExpr primary, Space space, bool _) in facts.Primaries)
        {
            if (primary is { Value: NameExpr name, Trailers: [CallTrailer] } && name.Id == maker && !IsRunThrough(primary) && IsLong(primary, maker, space))
            {
                findings.Add("loop-too-long", primary, $"This takes more than {_data.Limit("loop_rounds")} rounds without a pause.");
            }
        }
    }

    private bool IsRunThrough(Expr source) => facts.Loops.Exists(l => l.Loop is ForStmt each && ReferenceEquals(each.Source, source));

    private bool IsLong(PrimaryExpr primary, string maker, Space space) => solver.Of(primary, space).Values.Any(
        v => IsLong(v) && (maker == "range" || solver.Of(((Made)v).Call.Arguments[0].Value, space).Values.Any(f => f is Imported)));


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
            bool large = AnyBeyond(right, most);
            if (large && (sign != "*" || IsSequence(binary.Operands[0], space)))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
            else if (sign == "*" && IsSequence(binary.Operands[i], space) && AnyBeyond(solver.Of(binary.Operands[i - 1], space), most))
            {
                findings.Add("memory", binary, "This value is larger than the device's memory.");
            }
        }
    }

    private static bool AnyBeyond(Possible possible, long most) => possible.Values.Any(v => v is BigInteger number && number > most);

    private bool IsSequence(Expr value, Space space) => solver.Of(value, space).Values.Any(v => v is string or Container or Made { Path: ".bytearray" or ".bytes" });

    private bool IsTicks(Expr value, Space space, bool names) => value switch
    {
        PrimaryExpr { Trailers: [.., AttributeTrailer { Name: "ticks_ms" or "ticks_us" }, CallTrailer { Arguments.IsEmpty: true }] } => true,
        PrimaryExpr { Value: NameExpr { Id: "ticks_ms" or "ticks_us" }, Trailers: [CallTrailer] } => true,
        NameExpr or PrimaryExpr { Trailers: [AttributeTrailer] } when names => solver.Of(value, space).Values.Any(v => v is Made { Path: "time.ticks_ms" or "time.ticks_us" }),
        BinaryExpr sum when names => AnyIsTicks(sum.Operands, space, false),
        _ => false,
    };

    private bool AnyIsTicks(ImmutableArray<Expr> values, Space space, bool names)
    {
        foreach (Expr value in values)
        {
            if (IsTicks(value, space, names))
            {
                return true;
            }
        }

        return false;
    }
}

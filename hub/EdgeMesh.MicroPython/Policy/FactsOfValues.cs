using System.Collections.Frozen;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Facts
{
    private void Value(Expr? value, NameUse use = NameUse.Value)
    {
        switch (value)
        {
            case NameExpr name:
                Names.Add((name, _space, use));
                if (use == NameUse.Value)
                {
                    Taken.Add(name.Id);
                    if (_space.Node is ClassStmt)
                    {
                        TakenAttributes.Add(name.Id);
                    }
                }

                break;
            case PrimaryExpr primary: Primary(primary, use); break;
            case StringLiteral plain when plain.Value.Contains("__", System.StringComparison.Ordinal): Texts.Add(plain); break;
            case IntegerLiteral or StringLiteral: break;
            case FString text:
                Formats.Add((text, _space));
                foreach (StringPiece piece in text.Pieces)
                {
                    Values(piece.Fields);
                }

                break;
            case TupleExpr tuple: Items(tuple.Items); break;
            case ListExpr list: Items(list.Items); break;
            case SetExpr set: Items(set.Items); Pairs(set.Pairs); break;
            case DictExpr dict: Pairs(dict.Items); break;
            case Comprehension comprehension: Comprehend(comprehension); break;
            case StarExpr star: Value(star.Value); break;
            case NamedExpr named:
                Value(named.Value);
                Space inner = _space;
                while (_space.Node is Comprehension)
                {
                    _space = _space.Parent!;
                }

                Assign(named.Target, named.Value);
                _space = inner;
                break;
            case YieldExpr yield: Value(yield.Value); break;
            case LambdaExpr lambda:
                foreach (Parameter parameter in lambda.Parameters)
                {
                    Value(parameter.Default);
                }

                Inside(lambda, [], lambda.Parameters);
                break;
            case ConditionalExpr choice: Value(choice.Condition, NameUse.Tested); Value(choice.Then); Value(choice.Otherwise); break;
            case BoolExpr logic: Values(logic.Operands, use); break;
            case UnaryExpr unary: Value(unary.Operand, unary.Operator == "not" ? NameUse.Tested : NameUse.Value); break;
            case BinaryExpr binary: Binaries.Add((binary, _space)); Values(binary.Operands); break;
            case CompareExpr compare:
                Compares.Add((compare, _space));
                bool identity = compare is { Operators: ["is" or "is not"], Operands: [_, SingletonLiteral { Value: Singleton.None }] };
                foreach (Expr operand in compare.Operands)
                {
                    Value(operand, identity || IsTypeOf(operand) ? NameUse.Tested : NameUse.Value);
                }

                break;
            case SliceExpr slice: Value(slice.Lower); Value(slice.Upper); Value(slice.Step); break;
        }
    }

    // What is handed on as a value is called by somebody else.
    private void Hand(Expr? value)
    {
        if (value is NameExpr { Constant: null } or PrimaryExpr { Trailers: [.., AttributeTrailer] })
        {
            Handed.Add((value, _space));
        }
    }

    private void Items(ImmutableArray<Expr> items)
    {
        foreach (Expr item in items)
        {
            Hand(item);
            Value(item);
        }
    }

    private void Pairs(ImmutableArray<DictItem> items)
    {
        foreach (DictItem item in items)
        {
            Value(item.Key);
            Hand(item.Value);
            Value(item.Value);
        }
    }

    private void Values(ImmutableArray<Expr> values, NameUse use = NameUse.Value)
    {
        foreach (Expr value in values)
        {
            Value(value, use);
        }
    }

    private static bool IsTypeOf(Expr value) => value is PrimaryExpr { Value: NameExpr { Id: "type" }, Trailers: [CallTrailer, ..] };

    // type(x) gives a class without its name: called at once, it is called by that; kept, anything may call it.
    private void TakeType(PrimaryExpr primary, NameUse use)
    {
        if (IsTypeOf(primary) && primary.Trailers is [_, CallTrailer made, ..])
        {
            AddCall(TypeOf, made, false);
        }
        else if (IsTypeOf(primary) && primary.Trailers.Length == 1 && use == NameUse.Value)
        {
            Taken.Add(TypeOf);
        }
    }

    private void Primary(PrimaryExpr primary, NameUse use = NameUse.Value)
    {
        Primaries.Add((primary, _space, _tries > 0));
        TakeType(primary, use);
        Value(primary.Value, primary.Trailers is [AttributeTrailer, ..] ? NameUse.Base : primary.Trailers is [CallTrailer, ..] ? NameUse.Called : NameUse.Value);
        for (int i = 0; i < primary.Trailers.Length; i++)
        {
            bool called = i + 1 < primary.Trailers.Length && primary.Trailers[i + 1] is CallTrailer;
            switch (primary.Trailers[i])
            {
                case AttributeTrailer attribute when called:
                    AddCall(attribute.Name, (CallTrailer)primary.Trailers[i + 1], true);
                    if (Changing.Contains(attribute.Name))
                    {
                        Mutate(primary, i);
                        if (i > 0 || primary.Value is NameExpr)
                        {
                            Changed.Add(Owner(primary, i));
                        }
                    }

                    break;
                case AttributeTrailer attribute:
                    TakenAttributes.Add(attribute.Name);
                    if (i + 1 == primary.Trailers.Length && Changing.Contains(attribute.Name))
                    {
                        Changed.Add(Owner(primary, i));
                        Mutate(primary, i);
                    }

                    break;
                case IndexTrailer index: Value(index.Index); break;
                case CallTrailer call:
                    if (i == 0 && primary.Value is NameExpr callee)
                    {
                        AddCall(callee.Id, call, false);
                        if (call.Arguments is [{ Value: var heap }, ..] && _space.Find(callee.Id)?.Paths is { Count: 1 } paths && paths.First().StartsWith("heapq.", System.StringComparison.Ordinal))
                        {
                            Mutated.Add((heap, int.MaxValue, _space, null));
                        }
                    }

                    string? name = i == 0 ? (primary.Value as NameExpr)?.Id : (primary.Trailers[i - 1] as AttributeTrailer)?.Name;
                    Arguments(call.Arguments, i == 0 || name == "__new__" ? name : null);
                    break;
            }
        }
    }

    // Methods that change what a list, a set or a dictionary holds, or where.
    private static readonly FrozenSet<string> Changing = FrozenSet.Create(
        "append", "insert", "extend", "update", "pop", "setdefault", "clear", "appendleft", "sort", "reverse", "remove", "add", "popitem", "__setitem__", "__delitem__", "heappush", "heapify",
        "difference_update", "symmetric_difference_update", "intersection_update", "discard");

    // list.append(a, 6) and heappush(a, 6) change a.
    private void Mutate(PrimaryExpr primary, int index)
    {
        if (primary.Value is NameExpr { Id: "list" or "dict" or "set" or "heapq" } && index == 0 && primary.Trailers is [_, CallTrailer { Arguments: [{ Value: var first }, ..] }, ..])
        {
            Mutated.Add((first, int.MaxValue, _space, null));
            Changed.Add((first as NameExpr)?.Id ?? "");
        }
        else
        {
            Mutated.Add((primary, index, _space, null));
        }
    }

    // Of a.b[0].append(…) it is b that changes.
    private static string Owner(PrimaryExpr primary, int index)
    {
        while (index > 0 && primary.Trailers[index - 1] is IndexTrailer)
        {
            index--;
        }

        return (index == 0 ? (primary.Value as NameExpr)?.Id : (primary.Trailers[index - 1] as AttributeTrailer)?.Name) ?? "";
    }

    private void AddCall(string name, CallTrailer call, bool isMethod)
    {
        if (!Calls.TryGetValue(name, out List<(CallTrailer, Space, bool)>? calls))
        {
            Calls[name] = calls = new(1);
        }

        calls.Add((call, _space, isMethod));
    }

    // These look at what they are given and keep nothing of it. What getattr is asked for is taken.
    private void Arguments(ImmutableArray<Argument> arguments, string? callee = null)
    {
        bool looks = callee is "isinstance" or "issubclass" or "super" or "print" or "repr" or "str" or "type" or "id" or "callable" or "__new__";
        foreach (Argument argument in arguments)
        {
            Value(argument.Value, looks && (argument.Value is NameExpr || IsTypeOf(argument.Value)) ? NameUse.Looked : NameUse.Value);
            if (looks && callee != "__new__")
            {
                _given.Add((callee!, _space, argument.Value is NameExpr name ? name.Id : TypeOf));
            }
            else
            {
                Hand(argument.Value);
            }

            if (callee is "getattr" or "setattr")
            {
                TakenAttributes.Add((argument.Value as StringLiteral)?.Value ?? AnyAttribute);
            }
        }
    }

    private void Comprehend(Comprehension comprehension)
    {
        Comprehensions.Add((comprehension, _space));
        Value(comprehension.Clauses[0].Source);
        _space = new Space(_space, comprehension);
        for (int i = 0; i < comprehension.Clauses.Length; i++)
        {
            ComprehensionClause clause = comprehension.Clauses[i];
            if (i > 0)
            {
                Value(clause.Source);
            }

            if (clause.Target is not null)
            {
                AssignElement(clause.Target, clause.Source);
            }
        }

        Value(comprehension.Element);
        Value(comprehension.Value);
        _space = _space.Parent!;
    }
}

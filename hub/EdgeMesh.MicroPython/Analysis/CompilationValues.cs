using System;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Analysis;

internal sealed partial class Compilation
{
    // The star arguments of a call are the bits of a small integer, which has 31 here.
    private const int MostArgumentsBeforeStar = 30;

    private void Value(Expr? value)
    {
        if (Error is not null)
        {
            return;
        }

        switch (value)
        {
            case NameExpr { Constant: null } name: _scope.Load(name.Id); break;
            case PrimaryExpr primary: Primary(primary, primary.Trailers.Length); break;
            case IntegerLiteral or StringLiteral: break;
            case FString text:
                foreach (StringPiece piece in text.Pieces)
                {
                    Values(piece.Fields);
                }

                break;
            case TupleExpr tuple: Values(tuple.Items); break;
            case ListExpr list: Values(list.Items); break;
            case SetExpr set:
                if (set.Pairs is [{ Key.Span.Start: var pair }, ..] && set.Items[0].Span.Start is var first)
                {
                    Fail(Math.Max(pair, first), "a dictionary's items have a key and a value, a set's a value alone", "write KEY: VALUE for each item, or for none");
                }

                Values(set.Items);
                break;
            case DictExpr dict:
                foreach (DictItem item in dict.Items)
                {
                    Value(item.Value);
                    Value(item.Key);
                }

                break;
            case Comprehension comprehension:
                Open(ScopeKind.Comprehension, "", comprehension);
                Value(comprehension.Clauses[0].Source);
                break;
            case StarExpr star:
                Fail(star, "a star stands before a call's argument or in what is assigned to", "MicroPython does not unpack into lists and tuples: add them with +");
                break;
            case NamedExpr named: Named(named); break;
            case YieldExpr yield:
                Yield(yield, "yield");
                Value(yield.Value);
                break;
            case LambdaExpr lambda:
                Open(ScopeKind.Lambda, "", lambda);
                Defaults(lambda.Parameters);
                break;
            case ConditionalExpr choice:
                Value(choice.Condition);
                Value(choice.Then);
                Value(choice.Otherwise);
                break;
            case BoolExpr logic:
                foreach (Expr operand in Constants.Deciding(logic))
                {
                    Value(operand);
                }

                break;
            case UnaryExpr unary: Value(unary.Operand); break;
            case BinaryExpr binary: Values(binary.Operands); break;
            case CompareExpr compare: Values(compare.Operands); break;
            case SliceExpr slice:
                Value(slice.Lower);
                Value(slice.Upper);
                Value(slice.Step);
                break;
        }
    }

    private void Values(ImmutableArray<Expr> values)
    {
        foreach (Expr value in values)
        {
            Value(value);
        }
    }

    private void Yield(Expr expression, string word)
    {
        if (_scope.Kind is not (ScopeKind.Function or ScopeKind.Lambda))
        {
            Fail(expression, $"{word} stands in functions only", word == "await" ? "put it into an async def; comprehensions have none" : "put it into a def");
        }

        _scope.IsGenerator = true;
    }

    private void Primary(PrimaryExpr primary, int steps)
    {
        if (primary.IsAwait)
        {
            Yield(primary, "await");
        }

        Value(primary.Value);
        if (_scope.Kind == ScopeKind.Function && primary is { Value: NameExpr { Id: "super" }, Trailers: [CallTrailer { Arguments.IsEmpty: true }, ..] })
        {
            _scope.Load("__class__");
            if (!_scope.HasParameters)
            {
                Fail(primary, "super() stands in methods only", "the method needs self as its first parameter");
            }
        }

        for (int i = 0; i < steps; i++)
        {
            switch (primary.Trailers[i])
            {
                case IndexTrailer index: Value(index.Index); break;
                case CallTrailer call: Arguments(call.Arguments); break;
            }
        }
    }

    private void Arguments(ImmutableArray<Argument> arguments)
    {
        bool named = false;
        bool doubled = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            Argument argument = arguments[i];
            if ((doubled && argument.Kind is ArgumentKind.Positional or ArgumentKind.Star) || (named && argument.Kind == ArgumentKind.Positional))
            {
                Fail(argument, "an argument by position follows one by name", "put the ones by position first");
            }
            else if (argument.Kind == ArgumentKind.Star && i >= MostArgumentsBeforeStar)
            {
                Fail(argument, "too many arguments before a star", "put them into a list");
            }
            else if (argument.Kind == ArgumentKind.Keyword && argument.Name is not NameExpr { Constant: null })
            {
                Fail(argument, "what stands before = is not a name, or is one of const()", "give the keyword another name; compare with ==");
            }

            named |= argument.Kind == ArgumentKind.Keyword;
            doubled |= argument.Kind == ArgumentKind.DoubleStar;
            Value(argument.Value);
        }
    }

    private void Named(NamedExpr named)
    {
        Value(named.Value);
        if (named.Target is not NameExpr { Constant: null } name)
        {
            Fail(named, "only a name can stand before :=", "assign in a statement of its own");
            return;
        }

        if (_scope.Kind == ScopeKind.Comprehension)
        {
            Scope parent = _scope.Parent!;
            parent.Store(name.Id);
            if (parent.BindingOf(name.Id) == Binding.GlobalExplicit)
            {
                if (!_scope.Declares(name.Id))
                {
                    _scope.Set(name.Id, Binding.GlobalExplicit);
                }
            }
            else
            {
                bool isGlobal = parent.Parent is null;
                if (!isGlobal && _scope.BindingOf(name.Id) == Binding.GlobalImplicit)
                {
                    _scope.Set(name.Id, Binding.Undecided);
                }

                DeclareName(named, name.Id, isGlobal);
            }
        }

        _scope.Store(name.Id);
    }

    private void Clauses(Comprehension comprehension)
    {
        for (int i = 0; i < comprehension.Clauses.Length; i++)
        {
            ComprehensionClause clause = comprehension.Clauses[i];
            if (i > 0)
            {
                Value(clause.Source);
            }

            if (clause.Target is not null)
            {
                Assign(clause.Target);
            }
        }

        Value(comprehension.Value);
        Value(comprehension.Element);
    }

    private void Assign(Expr target)
    {
        if (Error is not null)
        {
            return;
        }

        switch (target)
        {
            case NameExpr { Constant: null } name: _scope.Store(name.Id); break;
            case PrimaryExpr { IsAwait: false } primary when primary.Trailers[^1] is not CallTrailer && Constants.Of(primary) is null:
                Primary(primary, primary.Trailers.Length);
                break;
            case TupleExpr { Items.IsEmpty: false } tuple: AssignAll(tuple.Items); break;
            case ListExpr list: AssignAll(list.Items); break;
            case NameExpr constant:
                Fail(target, $"{constant.Id} is a const() and cannot be given a new value", "leave const() away where the value changes");
                break;
            default:
                Fail(target, "this cannot be assigned to", "a name, an attribute or an element stands left of =; compare with ==");
                break;
        }
    }

    private void AssignAll(ImmutableArray<Expr> targets)
    {
        bool star = false;
        foreach (Expr target in targets)
        {
            if (target is StarExpr rest)
            {
                if (star)
                {
                    Fail(rest, "two stars in one assignment", "only one name takes the rest");
                }

                star = true;
                Assign(rest.Value);
            }
            else
            {
                Assign(target);
            }
        }
    }

    private void Delete(Expr target)
    {
        switch (target)
        {
            case NameExpr { Constant: null } name: _scope.Store(name.Id); break;
            case PrimaryExpr { IsAwait: false } primary when primary.Trailers[^1] is not CallTrailer && Constants.Of(primary) is null:
                Primary(primary, primary.Trailers.Length);
                break;
            case TupleExpr { Items.IsEmpty: false } tuple:
                foreach (Expr item in tuple.Items)
                {
                    Delete(item);
                }

                break;
            default: Fail(target, "this cannot be deleted", "del takes names, attributes and elements"); break;
        }
    }
}

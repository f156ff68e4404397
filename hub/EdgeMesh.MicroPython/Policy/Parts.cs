using System;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Every part of a tree that runs where it stands; bodies of functions, lambdas and classes run elsewhere and are left out, as is what a constant condition shuts off.</summary>
internal static class Parts
{
    internal static void Visit(ImmutableArray<Stmt> body, Action<Node> action) => Any(body, part =>
    {
        action(part);
        return false;
    });

    internal static void Visit(Node? node, Action<Node> action) => Any(node, part =>
    {
        action(part);
        return false;
    });

    /// <summary>Whether a part is such; looks no further than the first that is.</summary>
    internal static bool Any(ImmutableArray<Stmt> body, Func<Node, bool> such)
    {
        if (!body.IsDefault)
        {
            foreach (Stmt statement in body)
            {
                if (Any(statement, such))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a node or a part of it is such.</summary>
    internal static bool Any(Node? node, Func<Node, bool> such) => node is not null && (such(node) || node switch
    {
        // What there is most of comes first.
        PrimaryExpr e => Primary(e, such),
        NameExpr or IntegerLiteral or StringLiteral => false,
        ExprStmt s => Any(s.Value, such),
        AssignStmt s => Any(s.Targets, such) || Any(s.Value, such),
        IfStmt s => Branches(s, such) || Any(s.Else, such),
        ReturnStmt s => Any(s.Value, such),
        AnnotatedStmt s => Any(s.Target, such) || Any(s.Value, such),
        AugmentedStmt s => Any(s.Target, such) || Any(s.Value, such),
        DelStmt s => Any(s.Targets, such),
        RaiseStmt s => Any(s.Value, such) || Any(s.Cause, such),
        AssertStmt s => Any(s.Condition, such) || Any(s.Message, such),
        WhileStmt s => Any(s.Condition, such) || Any(s.Body, such) || Any(s.Else, such),
        ForStmt s => Any(s.Target, such) || Any(s.Source, such) || Any(s.Body, such) || Any(s.Else, such),
        TryStmt s => Any(s.Body, such) || Handlers(s, such) || Any(s.Else, such) || Any(s.Finally, such),
        WithStmt s => Items(s, such) || Any(s.Body, such),
        _ => Expression(node, such),
    });

    private static bool Any(ImmutableArray<Expr> values, Func<Node, bool> such)
    {
        foreach (Expr value in values)
        {
            if (Any(value, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Branches(IfStmt choice, Func<Node, bool> such)
    {
        foreach (Branch branch in choice.Branches)
        {
            if (Any(branch.Condition, such) || (Constants.Of(branch.Condition) is not { IsTrue: false } && Any(branch.Body, such)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Handlers(TryStmt attempt, Func<Node, bool> such)
    {
        foreach (Handler handler in attempt.Handlers)
        {
            if (Any(handler.Type, such) || Any(handler.Body, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Items(WithStmt with, Func<Node, bool> such)
    {
        foreach (WithItem item in with.Items)
        {
            if (Any(item.Value, such) || Any(item.Target, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Expression(Node value, Func<Node, bool> such) => value switch
    {
        BinaryExpr e => Any(e.Operands, such),
        CompareExpr e => Any(e.Operands, such),
        UnaryExpr e => Any(e.Operand, such),
        BoolExpr e => Deciding(e, such),
        TupleExpr e => Any(e.Items, such),
        ListExpr e => Any(e.Items, such),
        SetExpr e => Any(e.Items, such),
        DictExpr e => Pairs(e, such),
        FString e => Fields(e, such),
        ConditionalExpr e => Any(e.Condition, such) || Chosen(e, Constants.Of(e.Condition)?.IsTrue, such),
        SliceExpr e => Any(e.Lower, such) || Any(e.Upper, such) || Any(e.Step, such),
        StarExpr e => Any(e.Value, such),
        NamedExpr e => Any(e.Target, such) || Any(e.Value, such),
        YieldExpr e => Any(e.Value, such),
        Comprehension e => Clauses(e, such) || Any(e.Element, such) || Any(e.Value, such),
        _ => false,
    };

    private static bool Chosen(ConditionalExpr choice, bool? condition, Func<Node, bool> such) =>
        (condition != false && Any(choice.Then, such)) || (condition != true && Any(choice.Otherwise, such));

    private static bool Deciding(BoolExpr logic, Func<Node, bool> such)
    {
        foreach (Expr operand in Constants.Deciding(logic))
        {
            if (Any(operand, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Pairs(DictExpr dict, Func<Node, bool> such)
    {
        foreach (DictItem item in dict.Items)
        {
            if (Any(item.Key, such) || Any(item.Value, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fields(FString text, Func<Node, bool> such)
    {
        foreach (StringPiece piece in text.Pieces)
        {
            if (Any(piece.Fields, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Clauses(Comprehension comprehension, Func<Node, bool> such)
    {
        foreach (ComprehensionClause clause in comprehension.Clauses)
        {
            if (Any(clause.Source, such))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Primary(PrimaryExpr primary, Func<Node, bool> such)
    {
        if (Any(primary.Value, such))
        {
            return true;
        }

        foreach (Trailer trailer in primary.Trailers)
        {
            if (trailer is IndexTrailer { Index: var index } && Any(index, such))
            {
                return true;
            }

            foreach (Argument argument in (trailer as CallTrailer)?.Arguments ?? [])
            {
                if (Any(argument.Value, such))
                {
                    return true;
                }
            }
        }

        return false;
    }
}

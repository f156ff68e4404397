using System;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>Every part of a tree that runs where it stands; bodies of functions, lambdas and classes run elsewhere and are left out, as is what a constant condition shuts off.</summary>
internal static class Parts
{
    internal static void Visit(ImmutableArray<Stmt> body, Action<Node> action)
    {
        if (!body.IsDefault)
        {
            foreach (Stmt statement in body)
            {
                Visit(statement, action);
            }
        }
    }

    internal static void Visit(Node? node, Action<Node> action)
    {
        if (node is null)
        {
            return;
        }

        action(node);
        switch (node)
        {
            case ExprStmt s: Visit(s.Value, action); break;
            case AssignStmt s: All(s.Targets, action); Visit(s.Value, action); break;
            case AnnotatedStmt s: Visit(s.Target, action); Visit(s.Value, action); break;
            case AugmentedStmt s: Visit(s.Target, action); Visit(s.Value, action); break;
            case DelStmt s: All(s.Targets, action); break;
            case ReturnStmt s: Visit(s.Value, action); break;
            case RaiseStmt s: Visit(s.Value, action); Visit(s.Cause, action); break;
            case AssertStmt s: Visit(s.Condition, action); Visit(s.Message, action); break;
            case IfStmt s:
                foreach (Branch branch in s.Branches)
                {
                    Visit(branch.Condition, action);
                    if (Constants.Of(branch.Condition) is not { IsTrue: false })
                    {
                        Visit(branch.Body, action);
                    }
                }

                Visit(s.Else, action);
                break;
            case WhileStmt s: Visit(s.Condition, action); Visit(s.Body, action); Visit(s.Else, action); break;
            case ForStmt s: Visit(s.Target, action); Visit(s.Source, action); Visit(s.Body, action); Visit(s.Else, action); break;
            case TryStmt s:
                Visit(s.Body, action);
                foreach (Handler handler in s.Handlers)
                {
                    Visit(handler.Type, action);
                    Visit(handler.Body, action);
                }

                Visit(s.Else, action);
                Visit(s.Finally, action);
                break;
            case WithStmt s:
                foreach (WithItem item in s.Items)
                {
                    Visit(item.Value, action);
                    Visit(item.Target, action);
                }

                Visit(s.Body, action);
                break;
            case Expr expression: Expression(expression, action); break;
        }
    }

    private static void All(ImmutableArray<Expr> values, Action<Node> action)
    {
        foreach (Expr value in values)
        {
            Visit(value, action);
        }
    }

    private static void Expression(Expr value, Action<Node> action)
    {
        switch (value)
        {
            case FString e:
                foreach (StringPiece piece in e.Pieces)
                {
                    All(piece.Fields, action);
                }

                break;
            case TupleExpr e: All(e.Items, action); break;
            case ListExpr e: All(e.Items, action); break;
            case SetExpr e: All(e.Items, action); break;
            case DictExpr e:
                foreach (DictItem item in e.Items)
                {
                    Visit(item.Key, action);
                    Visit(item.Value, action);
                }

                break;
            case Comprehension e:
                foreach (ComprehensionClause clause in e.Clauses)
                {
                    Visit(clause.Source, action);
                }

                Visit(e.Element, action);
                Visit(e.Value, action);
                break;
            case StarExpr e: Visit(e.Value, action); break;
            case NamedExpr e: Visit(e.Target, action); Visit(e.Value, action); break;
            case YieldExpr e: Visit(e.Value, action); break;
            case ConditionalExpr e:
                Visit(e.Condition, action);
                if (Constants.Of(e.Condition) is not { IsTrue: false })
                {
                    Visit(e.Then, action);
                }

                if (Constants.Of(e.Condition) is not { IsTrue: true })
                {
                    Visit(e.Otherwise, action);
                }

                break;
            case BoolExpr e: All([.. Constants.Deciding(e)], action); break;
            case UnaryExpr e: Visit(e.Operand, action); break;
            case BinaryExpr e: All(e.Operands, action); break;
            case CompareExpr e: All(e.Operands, action); break;
            case SliceExpr e: Visit(e.Lower, action); Visit(e.Upper, action); Visit(e.Step, action); break;
            case PrimaryExpr e:
                Visit(e.Value, action);
                foreach (Trailer trailer in e.Trailers)
                {
                    Visit((trailer as IndexTrailer)?.Index, action);
                    foreach (Argument argument in (trailer as CallTrailer)?.Arguments ?? [])
                    {
                        Visit(argument.Value, action);
                    }
                }

                break;
        }
    }
}

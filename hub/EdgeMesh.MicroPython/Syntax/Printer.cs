using System;
using System.Collections.Immutable;
using System.Text;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>Writes a tree as source text that parses to the same tree. Comments and layout are not kept.</summary>
public static partial class Printer
{
    /// <summary>The source text of a program.</summary>
    public static string Print(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        StringBuilder text = new();
        Block(text, module.Body, 0);
        return text.ToString();
    }

    /// <summary>The source text of an expression.</summary>
    public static string Print(Expr expression)
    {
        StringBuilder text = new();
        Write(text, expression, Strength.Star, false);
        return text.ToString();
    }

    private static void Block(StringBuilder text, ImmutableArray<Stmt> body, int depth)
    {
        foreach (Stmt statement in body)
        {
            Write(text, statement, depth);
        }
    }

    private static StringBuilder Line(StringBuilder text, int depth) => text.Append(' ', depth);

    private static void Suite(StringBuilder text, ImmutableArray<Stmt> body, int depth)
    {
        text.Append(":\n");
        Block(text, body, depth + 1);
    }

    private static void Suite(StringBuilder text, string word, ImmutableArray<Stmt> body, int depth)
    {
        if (!body.IsDefaultOrEmpty)
        {
            Line(text, depth).Append(word);
            Suite(text, body, depth);
        }
    }

    private static void Write(StringBuilder text, Stmt statement, int depth)
    {
        switch (statement)
        {
            case IfStmt choice:
                for (int i = 0; i < choice.Branches.Length; i++)
                {
                    Line(text, depth).Append(i == 0 ? "if " : "elif ");
                    Write(text, choice.Branches[i].Condition, Strength.Named, false);
                    Suite(text, choice.Branches[i].Body, depth);
                }

                Suite(text, "else", choice.Else, depth);
                break;
            case WhileStmt loop:
                Line(text, depth).Append("while ");
                Write(text, loop.Condition, Strength.Named, false);
                Suite(text, loop.Body, depth);
                Suite(text, "else", loop.Else, depth);
                break;
            case ForStmt loop:
                Line(text, depth).Append(loop.IsAsync ? "async for " : "for ");
                Write(text, loop.Target, Strength.TargetList, false);
                text.Append(" in ");
                Write(text, loop.Source, Strength.List, false);
                Suite(text, loop.Body, depth);
                Suite(text, "else", loop.Else, depth);
                break;
            case TryStmt attempt: Try(text, attempt, depth); break;
            case WithStmt with: With(text, with, depth); break;
            case FunctionStmt function: Function(text, function, depth); break;
            case ClassStmt type: Class(text, type, depth); break;
            default:
                Line(text, depth);
                Simple(text, statement);
                text.Append('\n');
                break;
        }
    }

    private static void Try(StringBuilder text, TryStmt attempt, int depth)
    {
        Suite(text, "try", attempt.Body, depth);
        foreach (Handler handler in attempt.Handlers)
        {
            Line(text, depth).Append("except");
            if (handler.Type is not null)
            {
                text.Append(' ');
                Write(text, handler.Type, Strength.Test, false);
                text.Append(handler.Name is null ? "" : " as " + handler.Name);
            }

            Suite(text, handler.Body, depth);
        }

        Suite(text, "else", attempt.Else, depth);
        Suite(text, "finally", attempt.Finally, depth);
    }

    private static void With(StringBuilder text, WithStmt with, int depth)
    {
        Line(text, depth).Append(with.IsAsync ? "async with " : "with ");
        for (int i = 0; i < with.Items.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, with.Items[i].Value, Strength.Test, false);
            if (with.Items[i].Target is { } target)
            {
                text.Append(" as ");
                Write(text, target, Strength.Binary, false);
            }
        }

        Suite(text, with.Body, depth);
    }

    private static void Decorators(StringBuilder text, ImmutableArray<Decorator> decorators, int depth)
    {
        foreach (Decorator decorator in decorators)
        {
            Line(text, depth).Append('@').AppendJoin('.', decorator.Path);
            if (decorator.Call is { } call)
            {
                Arguments(text, call.Arguments, false);
            }

            text.Append('\n');
        }
    }

    private static void Function(StringBuilder text, FunctionStmt function, int depth)
    {
        Decorators(text, function.Decorators, depth);
        Line(text, depth).Append(function.IsAsync ? "async def " : "def ").Append(function.Name).Append('(');
        Parameters(text, function.Parameters, false);
        text.Append(')');
        if (function.Returns is not null)
        {
            text.Append(" -> ");
            Write(text, function.Returns, Strength.Test, false);
        }

        Suite(text, function.Body, depth);
    }

    private static void Class(StringBuilder text, ClassStmt type, int depth)
    {
        Decorators(text, type.Decorators, depth);
        Line(text, depth).Append("class ").Append(type.Name);
        if (!type.Bases.IsEmpty)
        {
            Arguments(text, type.Bases, false);
        }

        Suite(text, type.Body, depth);
    }

    private static void Simple(StringBuilder text, Stmt statement)
    {
        switch (statement)
        {
            case ExprStmt plain: Write(text, plain.Value, Strength.Star, false); break;
            case AssignStmt assign:
                foreach (Expr target in assign.Targets)
                {
                    Write(text, target, Strength.Star, false);
                    text.Append(" = ");
                }

                Write(text, assign.Value, Strength.Star, false);
                break;
            case AnnotatedStmt annotated:
                Write(text, annotated.Target, Strength.List, false);
                text.Append(": ");
                Write(text, annotated.Annotation, Strength.Test, false);
                Optional(text, " = ", annotated.Value, Strength.Star);
                break;
            case AugmentedStmt augmented:
                Write(text, augmented.Target, Strength.List, false);
                text.Append(' ').Append(augmented.Operator).Append(' ');
                Write(text, augmented.Value, Strength.Star, false);
                break;
            case DelStmt delete:
                text.Append("del ");
                Items(text, delete.Targets, Strength.TargetItem, false);
                break;
            case KeywordStmt keyword: text.Append(keyword.Keyword.ToString().ToLowerInvariant()); break;
            case ReturnStmt result:
                text.Append("return");
                Optional(text, " ", result.Value, Strength.List);
                break;
            case RaiseStmt raise:
                text.Append("raise");
                Optional(text, " ", raise.Value, Strength.Test);
                Optional(text, " from ", raise.Cause, Strength.Test);
                break;
            case ScopeStmt scope: text.Append(scope.IsGlobal ? "global " : "nonlocal ").AppendJoin(", ", scope.Names); break;
            case AssertStmt assert:
                text.Append("assert ");
                Write(text, assert.Condition, Strength.Test, false);
                Optional(text, ", ", assert.Message, Strength.Test);
                break;
            case ImportStmt import:
                text.Append("import ");
                Names(text, import.Modules);
                break;
            case ImportFromStmt from:
                text.Append("from ").Append('.', from.Level).Append(from.Module).Append(" import ");
                Names(text, from.Names);
                break;
        }
    }

    private static void Optional(StringBuilder text, string before, Expr? value, Strength strength)
    {
        if (value is not null)
        {
            text.Append(before);
            Write(text, value, strength, false);
        }
    }

    private static void Names(StringBuilder text, ImmutableArray<ImportedName> names)
    {
        text.Append(names.IsEmpty ? "*" : "");
        for (int i = 0; i < names.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(names[i].Name).Append(names[i].As is null ? "" : " as " + names[i].As);
        }
    }
}

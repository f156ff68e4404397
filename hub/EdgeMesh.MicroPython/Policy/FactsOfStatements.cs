using System.Collections.Immutable;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Facts
{
    private void Block(ImmutableArray<Stmt> body)
    {
        if (!body.IsDefault)
        {
            FindCritical(body);
            foreach (Stmt statement in body)
            {
                Statement(statement);
            }
        }
    }

    // state = machine.disable_irq(), plain assignments, machine.enable_irq(state): nothing in between takes its time, fails, or leaves.
    private void FindCritical(ImmutableArray<Stmt> body)
    {
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] is not AssignStmt { Targets: [NameExpr state], Value: PrimaryExpr { Trailers: [AttributeTrailer { Name: "disable_irq" }, CallTrailer { Arguments.IsEmpty: true }] } begin })
            {
                continue;
            }

            int end = i + 1;
            while (end < body.Length && body[end] is AssignStmt { Value: var value, Targets: [var target] } && IsPlain(target) && !(target is NameExpr same && same.Id == state.Id) && value is NameExpr or IntegerLiteral or SingletonLiteral or PrimaryExpr { Trailers: [AttributeTrailer] })
            {
                end++;
            }

            if (end < body.Length && body[end] is ExprStmt { Value: PrimaryExpr { Trailers: [AttributeTrailer { Name: "enable_irq" }, CallTrailer { Arguments: [{ Value: NameExpr back }] }] } finish } && back.Id == state.Id)
            {
                Critical.Add(begin);
                Critical.Add(finish);
            }
        }
    }

    private static bool IsPlain(Expr target) => target is NameExpr or PrimaryExpr { Trailers: [AttributeTrailer] };

    private void Statement(Stmt statement)
    {
        switch (statement)
        {
            case ExprStmt { Value: StringLiteral }: break;
            case ExprStmt plain: Value(plain.Value); break;
            case AssignStmt assign:
                Value(assign.Value);
                foreach (Expr target in assign.Targets)
                {
                    Assign(target, assign.Value);
                }

                break;
            case AnnotatedStmt annotated:
                Annotations.Add(annotated.Annotation);
                Value(annotated.Value);
                Assign(annotated.Target, annotated.Value);
                break;
            case AugmentedStmt augmented:
                Augmented.Add((augmented, _space, _loops));
                Mutated.Add((augmented.Target, int.MaxValue, _space, null));
                Value(augmented.Target);
                Value(augmented.Value);
                BinaryExpr sum = new(augmented.Span, [augmented.Target, augmented.Value], [augmented.Operator[..^1]]);
                Binaries.Add((sum, _space));
                Assign(augmented.Target, sum);
                break;
            case DelStmt delete:
                foreach (Expr target in delete.Targets)
                {
                    Assign(target, null);
                    if (target is NameExpr deleted)
                    {
                        _space.Bind(deleted.Id).IsDeleted = true;
                    }
                }

                break;
            case ReturnStmt result: Hand(result.Value); Value(result.Value); break;
            case RaiseStmt raise: Value(raise.Value); Value(raise.Cause); break;
            case AssertStmt assert: Value(assert.Condition); Value(assert.Message); break;
            case ScopeStmt scope:
                foreach (string name in scope.Names)
                {
                    Bound.Add((scope, name));
                }

                break;
            case ImportStmt import:
                foreach (ImportedName name in import.Modules)
                {
                    Imports.Add((name, name.Name, null, 0));
                    Bind(name, name.As ?? name.Name.Split('.')[0]).Import(Modules.Canonical(name.As is null ? name.Name.Split('.')[0] : name.Name));
                }

                break;
            case ImportFromStmt from: ImportFrom(from); break;
            default: Compound(statement); break;
        }
    }

    private void ImportFrom(ImportFromStmt from)
    {
        if (from.Names.IsEmpty)
        {
            Imports.Add((from, from.Module, "*", from.Level));
            foreach (string name in _data.ModuleNames(Modules.Canonical(from.Module)) ?? [])
            {
                _space.Bind(name).Import(Modules.Canonical(from.Module) + "." + name);
            }
        }

        foreach (ImportedName name in from.Names)
        {
            Imports.Add((name, from.Module, name.Name, from.Level));
            Bind(name, name.As ?? name.Name).Import(Modules.Canonical(from.Module) + "." + name.Name);
        }
    }

    private void Compound(Stmt statement)
    {
        switch (statement)
        {
            case IfStmt choice:
                foreach (Branch branch in choice.Branches)
                {
                    Value(branch.Condition, NameUse.Tested);
                    Block(branch.Body);
                }

                Block(choice.Else);
                break;
            case WhileStmt loop:
                Loops.Add((loop, _space));
                Value(loop.Condition, NameUse.Tested);
                Loop(loop.Body, Flow.IsEndless(loop));
                Block(loop.Else);
                break;
            case ForStmt loop:
                Loops.Add((loop, _space));
                Value(loop.Source);
                AssignElement(loop.Target, loop.Source);
                Loop(loop.Body, false);
                Block(loop.Else);
                break;
            case TryStmt attempt:
                Tries.Add((attempt, _space, _endless || (_space.Node is FunctionStmt { Name: "loop" } && _space.Parent == Root)));
                _tries += attempt.Handlers.IsEmpty ? 0 : 1;
                Block(attempt.Body);
                _tries -= attempt.Handlers.IsEmpty ? 0 : 1;
                foreach (Handler handler in attempt.Handlers)
                {
                    Value(handler.Type);
                    if (handler.Name is not null)
                    {
                        Bind(handler, handler.Name).IsOpaque = true;
                    }

                    Block(handler.Body);
                }

                Block(attempt.Else);
                Block(attempt.Finally);
                break;
            case WithStmt with:
                if (_endless || (_space.Node is FunctionStmt { Name: "loop" } && _space.Parent == Root))
                {
                    EndlessWiths.Add((with, _space));
                }

                foreach (WithItem item in with.Items)
                {
                    Value(item.Value);
                    if (item.Target is not null)
                    {
                        Assign(item.Target, item.Value);
                    }
                }

                Block(with.Body);
                break;
            case FunctionStmt function:
                Decorate(function.Decorators);
                Functions.Add((function, _space));
                if (_space.Node is ClassStmt && function.Parameters is [{ } first, ..] && (function.Name == "__new__" || function.Decorators.Any(d => d.Path is ["classmethod"])))
                {
                    OwnClass.Add(first.Name);
                }

                Bind(function, function.Name).Define(function);
                foreach (Parameter parameter in function.Parameters)
                {
                    Value(parameter.Default);
                    if (parameter.Annotation is { } annotation)
                    {
                        Annotations.Add(annotation);
                    }
                }

                if (function.Returns is { } result)
                {
                    Annotations.Add(result);
                }

                Inside(function, function.Body, function.Parameters);
                break;
            case ClassStmt type:
                Decorate(type.Decorators);
                Bind(type, type.Name).Define(type);
                foreach (Argument ancestor in type.Bases)
                {
                    // A class that another inherits is not called by whoever holds it.
                    Value(ancestor.Value, NameUse.Called);
                }

                Inside(type, type.Body, []);
                break;
        }
    }

    private void Loop(ImmutableArray<Stmt> body, bool endless)
    {
        bool outer = _endless;
        _endless |= endless;
        _loops++;
        Block(body);
        _loops--;
        _endless = outer;
    }

    private void Decorate(ImmutableArray<Decorator> decorators)
    {
        foreach (Decorator decorator in decorators)
        {
            Decorators.Add((decorator, _space));
            if (decorator.Call is { } call)
            {
                Arguments(call.Arguments);
            }
        }
    }
}

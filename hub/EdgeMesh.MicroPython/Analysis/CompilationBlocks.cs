using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Analysis;

internal sealed partial class Compilation
{
    private void Compound(Stmt statement)
    {
        switch (statement)
        {
            case IfStmt choice: If(choice); break;
            case WhileStmt loop:
                if (Constants.Of(loop.Condition) is not { IsTrue: false })
                {
                    Loop(loop.Body);
                    Value(loop.Condition);
                }

                Block(loop.Else);
                break;
            case ForStmt loop:
                if (loop.IsAsync)
                {
                    NeedGenerator(loop);
                }

                Value(loop.Source);
                Assign(loop.Target);
                Loop(loop.Body);
                Block(loop.Else);
                break;
            case TryStmt attempt: Try(attempt); break;
            case WithStmt with: With(with); break;
            case FunctionStmt function: Function(function); break;
            case ClassStmt type:
                Decorators(type.Decorators);
                Open(ScopeKind.Class, type.Name, type);
                Arguments(type.Bases);
                _scope.Store(type.Name);
                break;
        }
    }

    private void Loop(ImmutableArray<Stmt> body)
    {
        _loops++;
        Block(body);
        _loops--;
    }

    private void If(IfStmt choice)
    {
        foreach (Branch branch in choice.Branches)
        {
            ConstantValue? constant = Constants.Of(branch.Condition);
            if (constant is { IsTrue: false })
            {
                continue;
            }

            Value(branch.Condition);
            Block(branch.Body);
            if (constant is not null)
            {
                return;
            }
        }

        Block(choice.Else);
    }

    private void Try(TryStmt attempt)
    {
        Block(attempt.Body);
        for (int i = 0; i < attempt.Handlers.Length; i++)
        {
            Handler handler = attempt.Handlers[i];
            if (handler.Type is null && i + 1 < attempt.Handlers.Length)
            {
                Fail(handler, "the except for everything is not the last", "put it after the others");
                return;
            }

            Value(handler.Type);
            if (handler.Name is not null)
            {
                _scope.Store(handler.Name);
            }

            Block(handler.Body);
        }

        Block(attempt.Else);
        Block(attempt.Finally);
    }

    private void With(WithStmt with)
    {
        if (with.IsAsync)
        {
            NeedGenerator(with);
        }

        foreach (WithItem item in with.Items)
        {
            Value(item.Value);
            if (item.Target is not null)
            {
                Assign(item.Target);
            }
        }

        Block(with.Body);
    }

    private void NeedGenerator(Stmt statement)
    {
        if (!_scope.IsGenerator)
        {
            Fail(statement, "async for and async with stand in async functions only", "write async def");
        }
    }

    private void Function(FunctionStmt function)
    {
        Decorators(function.Decorators);
        Open(ScopeKind.Function, function.Name, function, function.IsAsync);
        Defaults(function.Parameters);
        _scope.Store(function.Name);
    }

    private void Decorators(ImmutableArray<Decorator> decorators)
    {
        foreach (Decorator decorator in decorators)
        {
            if (decorator.Path[0] == "micropython")
            {
                if (decorator.Path is not [_, "bytecode"])
                {
                    Fail(decorator, $"@{string.Join('.', decorator.Path)} does not compile here", "leave the decorator away: programs are bytecode");
                }

                continue;
            }

            _scope.Load(decorator.Path[0]);
            if (decorator.Call is not null)
            {
                Arguments(decorator.Call.Arguments);
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class LoopRules
{
    // A function of the program by its name, and by its class where it is a method.
    private readonly record struct Callable(Node? Class, string Name);

    // Functions that call each other, or themselves, before anything could keep them from it. What nobody calls is in no such circle, but for a property.
    private void Recursion()
    {
        Dictionary<Callable, (Node Node, HashSet<Callable>? Calls)> certain = [];
        foreach ((FunctionStmt function, Space space) in facts.Functions)
        {
            Callable callable = new(space.Node as ClassStmt, function.Name);
            bool asks = function.Decorators is [{ Path: ["property"] }] && AsksItself(function);
            if (!asks && !facts.Calls.ContainsKey(function.Name))
            {
                // Of functions of one name it is the last that counts.
                certain.Remove(callable);
                continue;
            }

            HashSet<Callable>? calls = Certain(function.Body, space.Node as ClassStmt);
            if (asks)
            {
                (calls ??= []).Add(callable);
            }

            certain[callable] = (function, calls);
        }

        foreach (Symbol symbol in facts.Root.Symbols.Values)
        {
            if (symbol.Values is [{ Expr: LambdaExpr lambda }])
            {
                certain[new Callable(null, symbol.Name)] = (lambda, Certain([new ExprStmt(lambda.Body.Span, lambda.Body)], null));
            }
        }

        foreach ((Callable start, (Node node, HashSet<Callable>? calls)) in certain)
        {
            if (calls is not null && Reaches(start, calls, certain))
            {
                findings.Add("recursion", node, $"{start.Name} calls itself{(calls.Contains(start) ? "" : ", through others,")} without a condition.");
            }
        }
    }

    // @property def x(self): return self.x
    private static bool AsksItself(FunctionStmt property) => property is { Parameters: [{ Name: var self }], Body: [.., ReturnStmt { Value: PrimaryExpr { Value: NameExpr { Id: var of }, Trailers: [AttributeTrailer { Name: var asked }, ..] } }] }
        && of == self && asked == property.Name;

    private static bool Reaches(Callable goal, HashSet<Callable> calls, Dictionary<Callable, (Node Node, HashSet<Callable>? Calls)> certain)
    {
        if (!calls.Overlaps(certain.Keys))
        {
            return false;
        }

        HashSet<Callable> reached = [.. calls];
        Queue<Callable> pending = new(calls);
        while (pending.TryDequeue(out Callable next) && !reached.Contains(goal))
        {
            foreach (Callable further in certain.TryGetValue(next, out (Node, HashSet<Callable>? Calls) found) && found.Calls is { } known ? known : [])
            {
                if (reached.Add(further))
                {
                    pending.Enqueue(further);
                }
            }
        }

        return reached.Contains(goal);
    }

    // What a body calls for certain; null for nothing.
    private HashSet<Callable>? Certain(ImmutableArray<Stmt> body, ClassStmt? type)
    {
        HashSet<Callable>? calls = null;
        List<Callable> here = [];
        bool Chosen(Node part)
        {
            if (part is PrimaryExpr primary && Called(primary, type) is { } callable && primary.IsAwait == _coroutines.Contains(callable.Name))
            {
                here.Add(callable);
            }

            return part is ConditionalExpr or BoolExpr or Comprehension;
        }

        Func<Node, bool> chosen = Chosen;
        foreach (Stmt statement in body)
        {
            if (statement is ExprStmt or ReturnStmt or AssignStmt)
            {
                here.Clear();
                if (!Parts.Any(statement, chosen) && here.Count > 0)
                {
                    (calls ??= []).UnionWith(here);
                }
            }

            ImmutableArray<Stmt> inner = statement switch
            {
                TryStmt attempt => attempt.Body,
                WithStmt with => with.Body,
                IfStmt { Branches: [{ Condition: var condition, Body: var then }, ..] } when Constants.Of(condition) is { IsTrue: true } => then,
                _ => [],
            };
            if (!inner.IsEmpty && Certain(inner, type) is { } within)
            {
                (calls ??= []).UnionWith(within);
            }

            if (statement is ReturnStmt or RaiseStmt || (statement is not (ExprStmt or AssignStmt or ScopeStmt or ImportStmt or ImportFromStmt or KeywordStmt) && Flow.Leaves(statement, false)))
            {
                break;
            }
        }

        return calls;
    }

    private static Callable? Called(PrimaryExpr primary, ClassStmt? type) => primary switch
    {
        { Value: NameExpr name, Trailers: [CallTrailer, ..] } => new Callable(null, name.Id),
        { Value: NameExpr { Id: "self" }, Trailers: [AttributeTrailer method, CallTrailer, ..] } when type is not null => new Callable(type, method.Name),
        _ => null,
    };
}

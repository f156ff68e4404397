using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class Solver
{
    /// <summary>What calls pass for a parameter; anything where the function is taken as a value or decorated.</summary>
    private Possible Arguments(Symbol parameter, Node function, int index)
    {
        if (function is not FunctionStmt { Decorators.IsEmpty: true } definition || parameter.Space.Parent is not { } around)
        {
            return Possible.Anything;
        }

        bool method = around.Node is ClassStmt;
        if (method && (index == 0 || IsCalledUnseen(definition, (ClassStmt)around.Node!, around.Parent!)))
        {
            return Possible.Anything;
        }

        Possible all = Possible.Nothing;
        foreach (string name in NamesOf(definition, around))
        {
            if (facts.TakenAttributes.Contains(name) || (method && facts.TakenAttributes.Contains(Facts.AnyAttribute)) || (facts.Taken.Contains(name) && !(method && name == definition.Name)))
            {
                return Possible.Anything;
            }

            foreach ((CallTrailer call, Space space, bool isMethod) in facts.CallsOf(name))
            {
                bool explicitSelf = method && isMethod && name == "__init__" && call.Arguments is [{ Value: NameExpr { Id: "self" } }, ..];
                all = all.Or(Argument(call, space, index - (method && !explicitSelf ? 1 : 0), parameter));
            }
        }

        return all;
    }

    // Operators and built-ins call special methods, and a library's class the methods that its heirs replace.
    private static bool IsCalledUnseen(FunctionStmt method, ClassStmt type, Space around) => method.Name != "__init__"
        && (method.Name.StartsWith("__", StringComparison.Ordinal) || !IsOwn(type, around, 0));

    /// <summary>Whether all that a class inherits is the program's own.</summary>
    private static bool IsOwn(ClassStmt type, Space around, int depth) => depth < 8 && type.Bases.All(b => b is { Kind: ArgumentKind.Positional, Value: NameExpr name }
        && (around.Find(name.Id) is { } symbol
            ? symbol is { IsOpaque: false, Paths.Count: 0, Values.Count: 0, Functions.Count: 0, Parameter: null, Classes.Count: > 0 } && symbol.Classes.TrueForAll(c => IsOwn(c, symbol.Space, depth + 1))
            : name.Id == "object"));

    // A constructor is called by its class's name, by those of classes that inherit it, and from theirs.
    private IEnumerable<string> NamesOf(FunctionStmt function, Space around)
    {
        yield return function.Name;
        if (around.Node is not ClassStmt type || function.Name != "__init__")
        {
            yield break;
        }

        HashSet<string> names = [type.Name, .. facts.OwnClass];
        Queue<string> pending = new(names);
        while (pending.TryDequeue(out string? name))
        {
            yield return name;
            foreach (ClassStmt heir in facts.ClassSpaces.Keys.Where(c => c.Bases.Any(b => b.Value is NameExpr known && known.Id == name)))
            {
                if (names.Add(heir.Name))
                {
                    pending.Enqueue(heir.Name);
                }
            }
        }
    }

    private Possible Argument(CallTrailer call, Space space, int index, Symbol parameter)
    {
        int position = 0;
        foreach (Argument argument in call.Arguments)
        {
            if (argument.Kind is ArgumentKind.Star or ArgumentKind.DoubleStar)
            {
                return Possible.Anything;
            }

            if (argument.Kind == ArgumentKind.Keyword ? argument.Name is NameExpr keyword && keyword.Id == parameter.Name : position++ == index)
            {
                // What is passed on to itself adds nothing: super().__init__(pin).
                return argument.Value is NameExpr passed && space.Find(passed.Id) == parameter ? Possible.Nothing : Of(argument.Value, space);
            }
        }

        return Possible.Nothing;
    }
}

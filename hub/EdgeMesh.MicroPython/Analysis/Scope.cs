using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace EdgeMesh.MicroPython.Analysis;

/// <summary>What makes a scope.</summary>
public enum ScopeKind
{
    /// <summary>The program.</summary>
    Module,

    /// <summary><c>def</c></summary>
    Function,

    /// <summary><c>lambda</c></summary>
    Lambda,

    /// <summary>A comprehension or a generator.</summary>
    Comprehension,

    /// <summary><c>class</c></summary>
    Class,
}

/// <summary>What a name means in a scope; the kinds of py/scope.h.</summary>
public enum Binding
{
    /// <summary>Nothing yet.</summary>
    Undecided,

    /// <summary>Global or built-in: read, never bound here.</summary>
    GlobalImplicit,

    /// <summary>Bound in the program's or a class's own scope.</summary>
    GlobalAssigned,

    /// <summary>Declared by <c>global</c>.</summary>
    GlobalExplicit,

    /// <summary>Bound here.</summary>
    Local,

    /// <summary>Bound here, and used by a scope within.</summary>
    Cell,

    /// <summary>Bound in a function around.</summary>
    Free,
}

/// <summary>A scope and the names in it.</summary>
public sealed class Scope
{
    private readonly Dictionary<string, Binding> _names = new(StringComparer.Ordinal);
    private List<Scope>? _children;

    internal Scope(ScopeKind kind, string name, Scope? parent)
    {
        (Kind, Name, Parent) = (kind, name, parent);
        if (parent is not null)
        {
            (parent._children ??= []).Add(this);
        }
    }

    /// <summary>What made it.</summary>
    public ScopeKind Kind { get; }

    /// <summary>The function's or class's name; empty for others.</summary>
    public string Name { get; }

    /// <summary>The scope around it.</summary>
    public Scope? Parent { get; }

    /// <summary>The scopes within.</summary>
    public IReadOnlyList<Scope> Children => _children ?? [];

    /// <summary>What each name means that is used here, in code that the compiler keeps.</summary>
    public IReadOnlyDictionary<string, Binding> Names => _names;

    internal bool IsGenerator { get; set; }

    internal bool HasParameters { get; set; }

    private bool IsFunctionLike => Kind is ScopeKind.Function or ScopeKind.Lambda or ScopeKind.Comprehension;

    internal bool Declares(string name) => _names.ContainsKey(name);

    internal Binding BindingOf(string name) => _names.GetValueOrDefault(name);

    internal void Set(string name, Binding binding) => _names[name] = binding;

    internal void Load(string name)
    {
        if (_names.TryAdd(name, Binding.GlobalImplicit) && IsFunctionLike | Kind == ScopeKind.Class)
        {
            CloseOver(name);
        }
    }

    internal void Store(string name)
    {
        ref Binding binding = ref CollectionsMarshal.GetValueRefOrAddDefault(_names, name, out bool known);
        if (!known || binding == Binding.GlobalImplicit)
        {
            binding = IsFunctionLike ? Binding.Local : Binding.GlobalAssigned;
        }
    }

    /// <summary>Takes the name from a function around, where one binds it; scopes around were read before this one.</summary>
    internal void CloseOver(string name)
    {
        for (Scope? scope = Parent; scope?.Parent is not null; scope = scope.Parent)
        {
            if (!scope._names.TryGetValue(name, out Binding binding))
            {
                continue;
            }

            if (binding is Binding.Local or Binding.Cell or Binding.Free)
            {
                _names[name] = Binding.Free;
                for (Scope between = Parent!; ; between = between.Parent!)
                {
                    Binding found = between._names.GetValueOrDefault(name);
                    if (found != Binding.Undecided)
                    {
                        between._names[name] = found == Binding.Local ? Binding.Cell : found;
                        break;
                    }

                    between._names[name] = Binding.Free;
                }
            }

            break;
        }
    }
}

using System.Collections.Generic;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>An expression and where it is evaluated.</summary>
internal readonly record struct Site(Expr Expr, Space Space);

/// <summary>A variable: all that is ever put into it, in whatever order.</summary>
internal sealed class Symbol(string name, Space space)
{
    // Nearly all variables have one kind of content: a list of each for each of them was a quarter of what this analysis allocated.
    private static readonly List<Site> NoSites = [];
    private static readonly HashSet<string> NoPaths = [];
    private static readonly List<FunctionStmt> NoFunctions = [];
    private static readonly List<ClassStmt> NoClasses = [];
    private List<Site>? _values;
    private List<Site>? _iterated;
    private HashSet<string>? _paths;
    private List<FunctionStmt>? _functions;
    private List<ClassStmt>? _classes;

    internal string Name { get; } = name;

    internal Space Space { get; } = space;

    /// <summary>What is assigned. To be read only, as all lists here.</summary>
    internal List<Site> Values => _values ?? NoSites;

    /// <summary>What is run through, an element at a time.</summary>
    internal List<Site> Iterated => _iterated ?? NoSites;

    /// <summary>Dotted paths that imports put here.</summary>
    internal HashSet<string> Paths => _paths ?? NoPaths;

    internal List<FunctionStmt> Functions => _functions ?? NoFunctions;

    internal List<ClassStmt> Classes => _classes ?? NoClasses;

    /// <summary>The function whose parameter it is, and which.</summary>
    internal (Node Function, int Index, Parameter Parameter)? Parameter { get; set; }

    /// <summary>Something else is put here too.</summary>
    internal bool IsOpaque { get; set; }

    internal bool IsDeleted { get; set; }

    /// <summary>What the solver found that it may be; null before it was asked.</summary>
    internal Possible? Known { get; set; }

    /// <summary>Whether it can only be the object whose method has it as its first parameter; null before the solver was asked.</summary>
    internal bool? IsSelf { get; set; }

    internal void Assign(Site value) => (_values ??= new(1)).Add(value);

    internal void Iterate(Site source) => (_iterated ??= new(1)).Add(source);

    internal void Import(string path) => (_paths ??= []).Add(path);

    internal void Define(FunctionStmt function) => (_functions ??= new(1)).Add(function);

    internal void Define(ClassStmt type) => (_classes ??= new(1)).Add(type);
}

/// <summary>A scope with all its code, also what the compiler leaves out.</summary>
internal sealed class Space(Space? parent, Node? node)
{
    private static readonly Dictionary<string, Symbol> NoSymbols = [];
    private Dictionary<string, Symbol>? _symbols;

    internal Space? Parent { get; } = parent;

    internal Node? Node { get; } = node;

    /// <summary>The variables that are bound here. To be read only.</summary>
    internal Dictionary<string, Symbol> Symbols => _symbols ?? NoSymbols;

    /// <summary>Names that are declared to be the program's; null for none, as in nearly all.</summary>
    internal HashSet<string>? Globals { get; private set; }

    /// <summary>Names that are declared to be of a function around; null for none.</summary>
    internal HashSet<string>? Nonlocals { get; private set; }

    internal Space Root => Parent is null ? this : Parent.Root;

    internal void Declare(ScopeStmt scope)
    {
        if (scope.IsGlobal)
        {
            (Globals ??= []).UnionWith(scope.Names);
        }
        else
        {
            (Nonlocals ??= []).UnionWith(scope.Names);
        }
    }

    /// <summary>The variable that a name bound here is.</summary>
    internal Symbol Bind(string name)
    {
        if (Globals?.Contains(name) == true && Parent is not null)
        {
            return Root.Bind(name);
        }

        if (Nonlocals?.Contains(name) == true)
        {
            for (Space? outer = Parent; outer is not null; outer = outer.Parent)
            {
                if (outer.Node is not ClassStmt && outer.Symbols.TryGetValue(name, out Symbol? found))
                {
                    return found;
                }
            }
        }

        if (!Symbols.TryGetValue(name, out Symbol? symbol))
        {
            (_symbols ??= [])[name] = symbol = new Symbol(name, this);
        }

        return symbol;
    }

    /// <summary>The variable that a name means here; null where only a built-in can be meant.</summary>
    internal Symbol? Find(string name)
    {
        if (Globals?.Contains(name) == true)
        {
            return Root.Symbols.GetValueOrDefault(name);
        }

        for (Space? space = this; space is not null; space = space.Parent)
        {
            if ((space == this || space.Node is not ClassStmt) && space.Symbols.TryGetValue(name, out Symbol? symbol))
            {
                return symbol;
            }
        }

        return null;
    }
}

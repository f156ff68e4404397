using System.Collections.Generic;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>How a name is used.</summary>
internal enum NameUse
{
    Value,
    Base,
    Called,
    Tested,

    /// <summary>Given to a built-in that only looks at it.</summary>
    Looked,
}

/// <summary>One pass over the tree: every variable with what is put into it, and flat lists of what rules look at.</summary>
internal sealed partial class Facts
{
    internal Space Root { get; } = new(null, null);

    internal List<(NameExpr Name, Space Space, NameUse Use)> Names { get; }

    /// <summary>With whether each stands within a try that has a handler.</summary>
    internal List<(PrimaryExpr Primary, Space Space, bool IsGuarded)> Primaries { get; }

    internal List<(FString Text, Space Space)> Formats { get; } = [];

    internal List<(BinaryExpr Binary, Space Space)> Binaries { get; } = [];

    internal List<(CompareExpr Compare, Space Space)> Compares { get; } = [];

    internal List<(Comprehension Made, Space Space)> Comprehensions { get; } = [];

    internal List<(AugmentedStmt Statement, Space Space, int Loops)> Augmented { get; } = [];

    internal List<(Expr Target, Space Space)> Targets { get; } = [];

    internal List<(Stmt Loop, Space Space)> Loops { get; } = [];

    internal List<(TryStmt Try, Space Space, bool InEndless)> Tries { get; } = [];

    internal List<(FunctionStmt Function, Space Space)> Functions { get; } = [];

    internal List<(Decorator Decorator, Space Space)> Decorators { get; } = [];

    /// <summary>Names that are given a value, other than as members of a class, which no bare name reaches.</summary>
    internal List<(Node Node, string Name)> Bound { get; }

    internal List<(Node Node, string Module, string? Name, int Level)> Imports { get; } = [];

    /// <summary>Calls by the last name before the parentheses: f(…) and x.f(…).</summary>
    internal Dictionary<string, List<(CallTrailer Call, Space Space, bool IsMethod)>> Calls { get; }

    /// <summary>The calls of that name; to be read only.</summary>
    internal List<(CallTrailer Call, Space Space, bool IsMethod)> CallsOf(string name) => Calls.GetValueOrDefault(name) ?? NoCalls;

    /// <summary>Names that are used other than by calling them.</summary>
    internal HashSet<string> Taken { get; } = [];

    /// <summary>The same of attributes, which alone reach methods.</summary>
    internal HashSet<string> TakenAttributes { get; } = [];

    /// <summary>What is assigned to an attribute of that name, of whatever object.</summary>
    internal Dictionary<string, Symbol> Attributes { get; } = [];

    internal Dictionary<ClassStmt, Space> ClassSpaces { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The scopes of functions, lambdas and classes, in the order of the source.</summary>
    internal List<Space> Spaces { get; } = [];

    /// <summary>The scope that a function of the program's is; null where there is none.</summary>
    internal Space? SpaceOf(FunctionStmt function)
    {
        foreach (Space space in Spaces)
        {
            if (ReferenceEquals(space.Node, function))
            {
                return space;
            }
        }

        return null;
    }

    /// <summary>Names of which elements are changed.</summary>
    internal HashSet<string> Changed { get; } = [];

    /// <summary>The values of which elements are changed: what stands before so many trailers; where it is one element under a known name, that.</summary>
    internal List<(Expr Owner, int Trailers, Space Space, (string Name, string Key, Expr Value)? Element)> Mutated { get; } = [];

    /// <summary>Critical sections of plain assignments, by reference: the calls that begin and end them.</summary>
    internal HashSet<object> Critical { get; } = new(ReferenceEqualityComparer.Instance);

    internal List<(WithStmt With, Space Space)> EndlessWiths { get; } = [];

    /// <summary>What the interpreter never evaluates, and other Pythons do.</summary>
    internal List<Expr> Annotations { get; } = [];

    internal List<StringLiteral> Texts { get; } = [];

    /// <summary>Names under which methods of the class itself know it: cls.</summary>
    internal HashSet<string> OwnClass { get; } = [TypeOf];

    /// <summary>Values that go to somebody else: arguments, elements, results.</summary>
    internal List<(Expr Value, Space Space)> Handed { get; }

    /// <summary>What stands for an attribute whose name is computed.</summary>
    internal const string AnyAttribute = "*";

    /// <summary>What stands for the name of a class that type(x) gives.</summary>
    internal const string TypeOf = "type()";

    private static readonly List<(CallTrailer, Space, bool)> NoCalls = [];
    private readonly List<(string Callee, Space Space, string Taken)> _given = [];
    private Space _space;
    private int _loops;
    private int _tries;
    private bool _endless;

    private readonly PolicyData _data;

    // The sizes are those of ordinary programs of that length, so that the lists need not grow.
    private Facts(PolicyData data, int length)
    {
        (_space, _data) = (Root, data);
        Names = new(length / 24);
        Primaries = new(length / 32);
        Bound = new(length / 32);
        Handed = new(length / 64);
        Calls = new(length / 100);
    }

    internal static Facts Of(Module module, PolicyData data)
    {
        Facts facts = new(data, module.Span.End);
        facts.Declare(module.Body);
        facts.Block(module.Body);
        facts.TakeOwn();
        return facts;
    }

    // Declarations hold for the whole scope, wherever they stand in it.
    private void Declare(ImmutableArray<Stmt> body)
    {
        if (body.IsDefault)
        {
            return;
        }

        foreach (Stmt statement in body)
        {
            switch (statement)
            {
                case ScopeStmt scope: _space.Declare(scope); break;
                case IfStmt choice:
                    foreach (Branch branch in choice.Branches)
                    {
                        Declare(branch.Body);
                    }

                    Declare(choice.Else);
                    break;
                case WhileStmt loop: Declare(loop.Body); Declare(loop.Else); break;
                case ForStmt loop: Declare(loop.Body); Declare(loop.Else); break;
                case WithStmt with: Declare(with.Body); break;
                case TryStmt attempt:
                    Declare(attempt.Body);
                    foreach (Handler handler in attempt.Handlers)
                    {
                        Declare(handler.Body);
                    }

                    Declare(attempt.Else);
                    Declare(attempt.Finally);
                    break;
            }
        }
    }

    // A function of the program's own that is named like a harmless built-in keeps what it is given.
    private void TakeOwn()
    {
        foreach ((string callee, Space space, string taken) in _given)
        {
            if (space.Find(callee) is not null)
            {
                Taken.Add(taken);
            }
        }
    }

    private Symbol Bind(Node node, string name)
    {
        if (_space.Node is not ClassStmt || _space.Globals?.Contains(name) == true)
        {
            Bound.Add((node, name));
        }

        return _space.Bind(name);
    }

    private void Inside(Node node, ImmutableArray<Stmt> body, ImmutableArray<Parameter> parameters)
    {
        (Space outer, int loops, int tries, bool endless) = (_space, _loops, _tries, _endless);
        _space = new Space(outer, node);
        if (node is ClassStmt type)
        {
            ClassSpaces[type] = _space;
        }

        Spaces.Add(_space);
        (_loops, _tries, _endless) = (0, 0, false);
        Declare(body);
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Name.Length > 0)
            {
                Symbol symbol = Bind(parameters[i], parameters[i].Name);
                symbol.Parameter = (node, i, parameters[i]);
                symbol.IsOpaque = parameters[i].Kind != ParameterKind.Plain;
                if (parameters[i].Default is { } value)
                {
                    symbol.Assign(new Site(value, outer));
                }
            }
        }

        Block(body);
        if (node is LambdaExpr lambda)
        {
            Hand(lambda.Body);
            Value(lambda.Body);
        }

        (_space, _loops, _tries, _endless) = (outer, loops, tries, endless);
    }
}

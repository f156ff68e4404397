using System.Collections.Generic;
using System.Collections.Immutable;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Analysis;

/// <summary>
/// py/compile.c's first pass: what each name means, and what the grammar lets through and the compiler does not. Like it, this passes over code that
/// a constant condition leaves out, and reads scopes breadth first, each after the ones around it.
/// </summary>
internal sealed partial class Compilation
{
    private readonly SourceText _source;
    private readonly Queue<(Scope Scope, Node Node)> _pending = [];
    private Scope _scope;
    private int _loops;

    private Compilation(SourceText source)
    {
        _source = source;
        _scope = new Scope(ScopeKind.Module, "", null);
    }

    private SyntaxError? Error { get; set; }

    internal static (Scope Scope, SyntaxError? Error) Of(Module module, SourceText source)
    {
        Compilation compilation = new(source);
        Scope root = compilation._scope;
        compilation.Block(module.Body);
        while (compilation.Error is null && compilation._pending.TryDequeue(out (Scope Scope, Node Node) next))
        {
            (compilation._scope, compilation._loops) = (next.Scope, 0);
            compilation.Body(next.Node);
        }

        return (root, compilation.Error);
    }

    private void Fail(Node node, string message, string hint) => Fail(node.Span.Start, message, hint);

    private void Fail(int at, string message, string hint) => Error ??= new SyntaxError(message, hint, _source.PositionOf(at));

    private void Body(Node node)
    {
        switch (node)
        {
            case FunctionStmt function:
                Parameters(function.Parameters);
                Block(function.Body);
                break;
            case LambdaExpr lambda:
                Parameters(lambda.Parameters);
                Value(lambda.Body);
                break;
            case ClassStmt type:
                _scope.Set("__class__", Binding.Local);
                _scope.Load("__name__");
                _scope.Store("__module__");
                _scope.Store("__qualname__");
                Block(type.Body);
                break;
            case Comprehension comprehension:
                Clauses(comprehension);
                break;
        }
    }

    private void Parameters(ImmutableArray<Parameter> parameters)
    {
        bool star = false;
        bool last = false;
        foreach (Parameter parameter in parameters)
        {
            if (last || (star && parameter.Kind == ParameterKind.Star))
            {
                Fail(parameter, last ? "no parameter may follow **" : "a function takes one * only", "put ** last and write * once");
                return;
            }

            star |= parameter.Kind == ParameterKind.Star;
            last = parameter.Kind == ParameterKind.DoubleStar;
            if (parameter.Name.Length == 0)
            {
                continue;
            }

            if (_scope.Declares(parameter.Name))
            {
                Fail(parameter, $"two parameters are named {parameter.Name}", "give each its own name");
                return;
            }

            _scope.Set(parameter.Name, Binding.Local);
            _scope.HasParameters = true;
        }
    }

    private void Defaults(ImmutableArray<Parameter> parameters)
    {
        bool star = false;
        bool defaults = false;
        foreach (Parameter parameter in parameters)
        {
            star |= parameter.Kind == ParameterKind.Star;
            if (parameter.Kind != ParameterKind.Plain)
            {
                continue;
            }

            if (parameter.Default is not null)
            {
                defaults |= !star;
                Value(parameter.Default);
            }
            else if (!star && defaults)
            {
                Fail(parameter, "a parameter without a default follows one with a default", "put those without a default first");
            }
        }
    }

    private void Open(ScopeKind kind, string name, Node node, bool generator = false) =>
        _pending.Enqueue((new Scope(kind, name, _scope) { IsGenerator = generator }, node));

    private void Block(ImmutableArray<Stmt> body)
    {
        if (body.IsDefault)
        {
            return;
        }

        foreach (Stmt statement in body)
        {
            if (Error is null)
            {
                Statement(statement);
            }
        }
    }

    private void Statement(Stmt statement)
    {
        switch (statement)
        {
            case ExprStmt plain: Value(plain.Value); break;
            case AssignStmt assign:
                Value(assign.Value);
                foreach (Expr target in assign.Targets)
                {
                    Assign(target);
                }

                break;
            case AnnotatedStmt annotated: Annotated(annotated); break;
            case AugmentedStmt augmented: Augmented(augmented); break;
            case DelStmt delete:
                foreach (Expr target in delete.Targets)
                {
                    Delete(target);
                }

                break;
            case KeywordStmt keyword:
                if (keyword.Keyword != Keyword.Pass && _loops == 0)
                {
                    Fail(keyword, "break and continue stand in loops only", "leave a function with return");
                }

                break;
            case ReturnStmt result:
                if (_scope.Kind != ScopeKind.Function)
                {
                    Fail(result, "return stands in functions only", "put it into a def, or take it out");
                }

                Value(result.Value);
                break;
            case RaiseStmt raise: Value(raise.Value); Value(raise.Cause); break;
            case ScopeStmt declare: Declare(declare); break;
            case AssertStmt assert: Value(assert.Condition); Value(assert.Message); break;
            case ImportStmt import:
                foreach (ImportedName name in import.Modules)
                {
                    _scope.Store(name.As ?? name.Name.Split('.')[0]);
                }

                break;
            case ImportFromStmt from: ImportFrom(from); break;
            default: Compound(statement); break;
        }
    }

    private void ImportFrom(ImportFromStmt from)
    {
        if (from.Names.IsEmpty && _scope.Kind != ScopeKind.Module)
        {
            Fail(from, "import * stands outside functions and classes only", "name what you import");
        }

        foreach (ImportedName name in from.Names)
        {
            _scope.Store(name.As ?? name.Name);
        }
    }

    private void Annotated(AnnotatedStmt annotated)
    {
        if (annotated.Value is not null)
        {
            Value(annotated.Value);
            Assign(annotated.Target);
        }
        else if (_scope.Kind == ScopeKind.Function && annotated.Target is NameExpr { Constant: null } name && !_scope.Declares(name.Id))
        {
            _scope.Set(name.Id, Binding.Local);
        }
    }

    private void Augmented(AugmentedStmt augmented)
    {
        if (augmented.Target is TupleExpr or ListExpr)
        {
            Fail(augmented.Target, "only one variable can be changed at a time", "write one statement for each");
        }

        if (augmented.Target is NameExpr { Constant: null } name)
        {
            _scope.Load(name.Id);
        }

        Value(augmented.Value);
        Assign(augmented.Target);
    }

    private void Declare(ScopeStmt declare)
    {
        if (!declare.IsGlobal && _scope.Kind == ScopeKind.Module)
        {
            Fail(declare, "nonlocal stands in functions only", "outside functions all names are global already");
            return;
        }

        foreach (string name in declare.Names)
        {
            DeclareName(declare, name, declare.IsGlobal);
        }
    }

    private void DeclareName(Node node, string name, bool isGlobal)
    {
        Binding known = _scope.BindingOf(name);
        if (isGlobal)
        {
            if (known is not (Binding.Undecided or Binding.GlobalExplicit))
            {
                Fail(node, $"{name} is used before it is declared global", "put global at the top of the function");
                return;
            }

            _scope.Set(name, Binding.GlobalExplicit);
            Scope root = _scope;
            while (root.Parent is not null)
            {
                root = root.Parent;
            }

            if (root.Declares(name))
            {
                root.Set(name, Binding.GlobalExplicit);
            }
        }
        else if (known == Binding.Undecided)
        {
            _scope.Set(name, Binding.GlobalImplicit);
            _scope.CloseOver(name);
            if (_scope.BindingOf(name) == Binding.GlobalImplicit)
            {
                Fail(node, $"no function around binds {name}", "nonlocal is for a variable of a function around this one; for the program's own write global");
            }
        }
        else if (known != Binding.Free)
        {
            Fail(node, $"{name} is used before it is declared nonlocal", "put nonlocal at the top of the function");
        }
    }
}

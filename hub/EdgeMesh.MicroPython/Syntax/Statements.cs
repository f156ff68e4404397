using System.Collections.Immutable;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>A statement.</summary>
public abstract record Stmt(SourceSpan Span) : Node(Span);

/// <summary>An expression for its effect.</summary>
public sealed record ExprStmt(SourceSpan Span, Expr Value) : Stmt(Span);

/// <summary><c>target = target = value</c></summary>
public sealed record AssignStmt(SourceSpan Span, ImmutableArray<Expr> Targets, Expr Value) : Stmt(Span);

/// <summary><c>target: annotation = value</c></summary>
public sealed record AnnotatedStmt(SourceSpan Span, Expr Target, Expr Annotation, Expr? Value) : Stmt(Span);

/// <summary><c>target += value</c> and its kin.</summary>
public sealed record AugmentedStmt(SourceSpan Span, Expr Target, string Operator, Expr Value) : Stmt(Span);

/// <summary><c>del</c></summary>
public sealed record DelStmt(SourceSpan Span, ImmutableArray<Expr> Targets) : Stmt(Span);

/// <summary>A statement of one word.</summary>
public enum Keyword
{
    /// <summary><c>pass</c></summary>
    Pass,

    /// <summary><c>break</c></summary>
    Break,

    /// <summary><c>continue</c></summary>
    Continue,
}

/// <summary><c>pass</c>, <c>break</c> or <c>continue</c></summary>
public sealed record KeywordStmt(SourceSpan Span, Keyword Keyword) : Stmt(Span);

/// <summary><c>return</c></summary>
public sealed record ReturnStmt(SourceSpan Span, Expr? Value) : Stmt(Span);

/// <summary><c>raise</c></summary>
public sealed record RaiseStmt(SourceSpan Span, Expr? Value, Expr? Cause) : Stmt(Span);

/// <summary><c>global</c> or <c>nonlocal</c></summary>
public sealed record ScopeStmt(SourceSpan Span, bool IsGlobal, ImmutableArray<string> Names) : Stmt(Span);

/// <summary><c>assert</c></summary>
public sealed record AssertStmt(SourceSpan Span, Expr Condition, Expr? Message) : Stmt(Span);

/// <summary><c>import a.b as c</c></summary>
public sealed record ImportStmt(SourceSpan Span, ImmutableArray<ImportedName> Modules) : Stmt(Span);

/// <summary><c>from ..a.b import c as d</c>; no names for a star.</summary>
public sealed record ImportFromStmt(SourceSpan Span, int Level, string Module, ImmutableArray<ImportedName> Names) : Stmt(Span);

/// <summary>A module or name that is imported, and the name it is given where that is another.</summary>
public sealed record ImportedName(SourceSpan Span, string Name, string? As) : Node(Span);

/// <summary><c>if</c> and its <c>elif</c>s, in turn; then <c>else</c>.</summary>
public sealed record IfStmt(SourceSpan Span, ImmutableArray<Branch> Branches, ImmutableArray<Stmt> Else) : Stmt(Span);

/// <summary>A condition and what it guards.</summary>
public sealed record Branch(SourceSpan Span, Expr Condition, ImmutableArray<Stmt> Body) : Node(Span);

/// <summary><c>while</c></summary>
public sealed record WhileStmt(SourceSpan Span, Expr Condition, ImmutableArray<Stmt> Body, ImmutableArray<Stmt> Else) : Stmt(Span);

/// <summary><c>for</c></summary>
public sealed record ForStmt(SourceSpan Span, bool IsAsync, Expr Target, Expr Source, ImmutableArray<Stmt> Body, ImmutableArray<Stmt> Else) : Stmt(Span);

/// <summary><c>try</c>; a default array where a part is not there.</summary>
public sealed record TryStmt(
    SourceSpan Span, ImmutableArray<Stmt> Body, ImmutableArray<Handler> Handlers, ImmutableArray<Stmt> Else, ImmutableArray<Stmt> Finally) : Stmt(Span);

/// <summary><c>except type as name</c></summary>
public sealed record Handler(SourceSpan Span, Expr? Type, string? Name, ImmutableArray<Stmt> Body) : Node(Span);

/// <summary><c>with</c></summary>
public sealed record WithStmt(SourceSpan Span, bool IsAsync, ImmutableArray<WithItem> Items, ImmutableArray<Stmt> Body) : Stmt(Span);

/// <summary><c>value as target</c></summary>
public sealed record WithItem(Expr Value, Expr? Target);

/// <summary><c>def</c></summary>
public sealed record FunctionStmt(
    SourceSpan Span, ImmutableArray<Decorator> Decorators, bool IsAsync, string Name, ImmutableArray<Parameter> Parameters, Expr? Returns, ImmutableArray<Stmt> Body)
    : Stmt(Span);

/// <summary><c>class</c></summary>
public sealed record ClassStmt(
    SourceSpan Span, ImmutableArray<Decorator> Decorators, string Name, ImmutableArray<Argument> Bases, ImmutableArray<Stmt> Body) : Stmt(Span);

/// <summary><c>@a.b(arguments)</c>; a default array without parentheses.</summary>
public sealed record Decorator(SourceSpan Span, ImmutableArray<string> Path, CallTrailer? Call) : Node(Span);

/// <summary>A program.</summary>
public sealed record Module(SourceSpan Span, ImmutableArray<Stmt> Body) : Node(Span);

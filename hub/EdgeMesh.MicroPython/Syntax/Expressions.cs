using System.Collections.Immutable;
using System.Numerics;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>A part of a program.</summary>
/// <param name="Span">Where it stands.</param>
public abstract record Node(SourceSpan Span);

/// <summary>What has a value.</summary>
public abstract record Expr(SourceSpan Span) : Node(Span);

/// <summary>A name. <paramref name="Constant"/> is its value where an earlier <c>name = const(value)</c> makes the compiler put that in its place.</summary>
public sealed record NameExpr(SourceSpan Span, string Id, ConstantValue? Constant) : Expr(Span);

/// <summary>An integer. <paramref name="Text"/> is how it was written.</summary>
public sealed record IntegerLiteral(SourceSpan Span, BigInteger Value, string Text) : Expr(Span);

/// <summary>A float, or an imaginary number.</summary>
public sealed record FloatLiteral(SourceSpan Span, double Value, bool IsImaginary, string Text) : Expr(Span);

/// <summary>A string, adjacent literals joined.</summary>
public sealed record StringLiteral(SourceSpan Span, string Value) : Expr(Span);

/// <summary>Bytes, each a character of <paramref name="Value"/>; characters beyond U+00FF stand for their UTF-8 bytes.</summary>
public sealed record BytesLiteral(SourceSpan Span, string Value) : Expr(Span);

/// <summary>Adjacent literals of which one at least is an f-string; MicroPython calls <c>str.format</c> on the whole.</summary>
public sealed record FString(SourceSpan Span, ImmutableArray<StringPiece> Pieces) : Expr(Span);

/// <summary>One of adjacent literals: text, field, text, field … text; texts have format specifications, conversions and doubled braces in them.</summary>
public sealed record StringPiece(bool IsFormatted, ImmutableArray<string> Literals, ImmutableArray<Expr> Fields);

/// <summary>A keyword that is a value.</summary>
public enum Singleton
{
    /// <summary><c>None</c></summary>
    None,

    /// <summary><c>True</c></summary>
    True,

    /// <summary><c>False</c></summary>
    False,

    /// <summary><c>...</c></summary>
    Ellipsis,
}

/// <summary>None, True, False or an ellipsis.</summary>
public sealed record SingletonLiteral(SourceSpan Span, Singleton Value) : Expr(Span);

/// <summary>A tuple; with <paramref name="InParentheses"/> where it is written so.</summary>
public sealed record TupleExpr(SourceSpan Span, ImmutableArray<Expr> Items, bool InParentheses) : Expr(Span);

/// <summary>A list.</summary>
public sealed record ListExpr(SourceSpan Span, ImmutableArray<Expr> Items) : Expr(Span);

/// <summary>A set.</summary>
public sealed record SetExpr(SourceSpan Span, ImmutableArray<Expr> Items) : Expr(Span)
{
    /// <summary>Items that have a key and a value: the grammar takes them, the compiler does not, so that they stand in annotations and in code that is left out alone.</summary>
    public ImmutableArray<DictItem> Pairs { get; init; } = [];
}

/// <summary>A dictionary.</summary>
public sealed record DictExpr(SourceSpan Span, ImmutableArray<DictItem> Items) : Expr(Span);

/// <summary>A key and its value.</summary>
public sealed record DictItem(Expr Key, Expr Value);

/// <summary>What a comprehension makes.</summary>
public enum ComprehensionKind
{
    /// <summary>A generator.</summary>
    Generator,

    /// <summary>A list.</summary>
    List,

    /// <summary>A set.</summary>
    Set,

    /// <summary>A dictionary.</summary>
    Dict,
}

/// <summary>A comprehension; <paramref name="Value"/> is a dictionary's value, <paramref name="Element"/> its key.</summary>
public sealed record Comprehension(SourceSpan Span, ComprehensionKind Kind, Expr Element, Expr? Value, ImmutableArray<ComprehensionClause> Clauses) : Expr(Span);

/// <summary>A <c>for</c> of a comprehension, or an <c>if</c> (no target; <paramref name="Source"/> is the condition).</summary>
public sealed record ComprehensionClause(Expr? Target, Expr Source);

/// <summary><c>*value</c></summary>
public sealed record StarExpr(SourceSpan Span, Expr Value) : Expr(Span);

/// <summary><c>target := value</c></summary>
public sealed record NamedExpr(SourceSpan Span, Expr Target, Expr Value) : Expr(Span);

/// <summary><c>yield</c>, <c>yield value</c> or <c>yield from value</c></summary>
public sealed record YieldExpr(SourceSpan Span, Expr? Value, bool IsFrom) : Expr(Span);

/// <summary>A lambda.</summary>
public sealed record LambdaExpr(SourceSpan Span, ImmutableArray<Parameter> Parameters, Expr Body) : Expr(Span);

/// <summary><c>then if condition else otherwise</c></summary>
public sealed record ConditionalExpr(SourceSpan Span, Expr Then, Expr Condition, Expr Otherwise) : Expr(Span);

/// <summary>Two or more operands of <c>and</c>, or of <c>or</c>.</summary>
public sealed record BoolExpr(SourceSpan Span, bool IsAnd, ImmutableArray<Expr> Operands) : Expr(Span);

/// <summary><c>not</c>, <c>+</c>, <c>-</c> or <c>~</c> before an operand.</summary>
public sealed record UnaryExpr(SourceSpan Span, string Operator, Expr Operand) : Expr(Span);

/// <summary>Two or more operands and the operators of one strength between them, from the left; or <c>base ** exponent</c>.</summary>
public sealed record BinaryExpr(SourceSpan Span, ImmutableArray<Expr> Operands, ImmutableArray<string> Operators) : Expr(Span);

/// <summary>A chain of comparisons: two or more operands and what stands between them, such as <c>not in</c>.</summary>
public sealed record CompareExpr(SourceSpan Span, ImmutableArray<Expr> Operands, ImmutableArray<string> Operators) : Expr(Span);

/// <summary>A value with what is done to it in turn: attributes, subscripts, calls; awaited where <paramref name="IsAwait"/> says so.</summary>
public sealed record PrimaryExpr(SourceSpan Span, bool IsAwait, Expr Value, ImmutableArray<Trailer> Trailers) : Expr(Span);

/// <summary>A step of a <see cref="PrimaryExpr"/>.</summary>
public abstract record Trailer(SourceSpan Span) : Node(Span);

/// <summary><c>.name</c></summary>
public sealed record AttributeTrailer(SourceSpan Span, string Name) : Trailer(Span);

/// <summary><c>[index]</c></summary>
public sealed record IndexTrailer(SourceSpan Span, Expr Index) : Trailer(Span);

/// <summary><c>(arguments)</c></summary>
public sealed record CallTrailer(SourceSpan Span, ImmutableArray<Argument> Arguments) : Trailer(Span);

/// <summary><c>lower:upper:step</c>, only within an index.</summary>
public sealed record SliceExpr(SourceSpan Span, Expr? Lower, Expr? Upper, Expr? Step, bool HasSecondColon) : Expr(Span);

/// <summary>How an argument is passed.</summary>
public enum ArgumentKind
{
    /// <summary><c>value</c></summary>
    Positional,

    /// <summary><c>name=value</c></summary>
    Keyword,

    /// <summary><c>*value</c></summary>
    Star,

    /// <summary><c>**value</c></summary>
    DoubleStar,

    /// <summary><c>name := value</c> or a generator without parentheses of its own.</summary>
    Bare,
}

/// <summary>An argument of a call. <paramref name="Name"/> is a keyword's left side, which the compiler wants to be a name.</summary>
public sealed record Argument(SourceSpan Span, ArgumentKind Kind, Expr? Name, Expr Value) : Node(Span);

/// <summary>What a parameter takes.</summary>
public enum ParameterKind
{
    /// <summary>One argument.</summary>
    Plain,

    /// <summary><c>*</c>, named or not: the rest by position.</summary>
    Star,

    /// <summary><c>**</c>: the rest by name.</summary>
    DoubleStar,
}

/// <summary>A parameter of a function; a bare star has an empty name.</summary>
public sealed record Parameter(SourceSpan Span, ParameterKind Kind, string Name, Expr? Annotation, Expr? Default) : Node(Span);

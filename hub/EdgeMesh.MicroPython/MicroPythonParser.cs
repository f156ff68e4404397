using EdgeMesh.MicroPython.Analysis;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython;

/// <summary>What a source text is.</summary>
/// <param name="Source">The text as it was read.</param>
/// <param name="Tree">Its tree; null where the grammar rejects it.</param>
/// <param name="Scope">The program's scope; null without a tree.</param>
/// <param name="Error">Why MicroPython's compiler rejects it; null where it takes it. With a tree it is the compiler's objection, else the grammar's.</param>
public sealed record ParseResult(SourceText Source, Module? Tree, Scope? Scope, SyntaxError? Error);

/// <summary>
/// Reads MicroPython source as the pinned interpreter's own <c>compile()</c> does (1.27.0: py/lexer.c, py/grammar.h, py/compile.c), without running anything.
/// Total: any text gives a result, in time linear in its length. Stricter than the interpreter on purpose in three things: nesting beyond 300 levels, integers
/// beyond 4,300 digits, and fields of f-strings that are an expression only together with the interpreter's own parentheses, <c>f"{a)+(b}"</c>.
/// </summary>
public static class MicroPythonParser
{
    /// <summary>Parses a program and resolves its names.</summary>
    public static ParseResult Parse(string text)
    {
        SourceText source = new(text);
        Parser parser = new(source);
        Module tree = parser.ParseModule();
        if (parser.Error is not null)
        {
            SyntaxError objection = text.StartsWith('\ufeff') ? parser.Error with { Hint = "save it as UTF-8 without a byte order mark: MicroPython takes it for a part of the first word" } : parser.Error;
            return new ParseResult(source, null, null, objection);
        }

        (Scope scope, SyntaxError? error) = Compilation.Of(tree, source);
        return new ParseResult(source, tree, scope, error);
    }
}

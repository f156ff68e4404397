using System.Collections.Generic;
using System.Collections.Immutable;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Parser
{
    private Stmt ParseAsync(int start)
    {
        _lexer.Next();
        switch (Kind)
        {
            case TokenKind.Def: return ParseFunction(start, [], true);
            case TokenKind.For: return ParseFor(start, true);
            case TokenKind.With: return ParseWith(start, true);
            default:
                Unexpected("def, for or with was expected after async", "async is a keyword: take another name where it is meant as one");
                return new KeywordStmt(From(start), Keyword.Pass);
        }
    }

    private Stmt ParseDecorated(int start)
    {
        List<Decorator> decorators = [];
        for (int at = start; Accept(TokenKind.At); at = _lexer.Start)
        {
            List<string> path = [ExpectName("a decorator")];
            while (Accept(TokenKind.Period))
            {
                path.Add(ExpectName("an attribute"));
            }

            int open = _lexer.Start;
            CallTrailer? call = Accept(TokenKind.ParenOpen) ? ParseCall(open) : null;
            decorators.Add(new Decorator(From(at), [.. path], call));
            Expect(TokenKind.Newline, "a decorator is a dotted name with at most one pair of parentheses, alone on its line");
        }

        bool isAsync = Accept(TokenKind.Async);
        if (Kind == TokenKind.Def)
        {
            return ParseFunction(start, [.. decorators], isAsync);
        }

        if (Kind == TokenKind.Class && !isAsync)
        {
            return ParseClass(start, [.. decorators]);
        }

        Unexpected("def or class was expected after a decorator", "take the decorator away, or put it right before a function");
        return new KeywordStmt(From(start), Keyword.Pass);
    }

    private FunctionStmt ParseFunction(int start, ImmutableArray<Decorator> decorators, bool isAsync)
    {
        _lexer.Next();
        string name = ExpectName("the function");
        Expect(TokenKind.ParenOpen, "a function's name is followed by its parameters in parentheses");
        ImmutableArray<Parameter> parameters = ParseParameters(TokenKind.ParenClose, annotated: true);
        Expect(TokenKind.ParenClose, "MicroPython has no positional-only parameters; close the parenthesis after the last one");
        Expr? returns = Accept(TokenKind.Arrow) ? ParseTest() : null;
        ImmutableArray<Stmt> body = ParseSuite("def");
        return new FunctionStmt(From(start), decorators, isAsync, name, parameters, returns, body);
    }

    private ClassStmt ParseClass(int start, ImmutableArray<Decorator> decorators)
    {
        _lexer.Next();
        string name = ExpectName("the class");
        int open = _lexer.Start;
        ImmutableArray<Argument> bases = Accept(TokenKind.ParenOpen) ? ParseCall(open).Arguments : [];
        ImmutableArray<Stmt> body = ParseSuite("class");
        return new ClassStmt(From(start), decorators, name, bases, body);
    }

    private ImmutableArray<Parameter> ParseParameters(TokenKind close, bool annotated)
    {
        List<Parameter> parameters = [];
        while (Kind != close && Error is null)
        {
            int start = _lexer.Start;
            ParameterKind kind = Accept(TokenKind.Star) ? ParameterKind.Star : Accept(TokenKind.StarStar) ? ParameterKind.DoubleStar : ParameterKind.Plain;
            bool bare = kind == ParameterKind.Star && Kind != TokenKind.Name;
            string name = bare ? "" : ExpectName("a parameter");
            Expr? annotation = annotated && !bare && Accept(TokenKind.Colon) ? ParseTest() : null;
            Expr? value = kind == ParameterKind.Plain && Accept(TokenKind.Equal) ? ParseTest() : null;
            parameters.Add(new Parameter(From(start), kind, name, annotation, value));
            if (!Accept(TokenKind.Comma))
            {
                break;
            }
        }

        return [.. parameters];
    }
}

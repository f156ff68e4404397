using System.Collections.Generic;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Parser
{
    private Expr ParsePrimary()
    {
        int start = _lexer.Start;
        bool await = Accept(TokenKind.Await);
        Expr value = ParseAtom();
        int trailers = _trailers.Mark;
        for (Trailer? trailer = ParseTrailer(); trailer is not null; trailer = ParseTrailer())
        {
            _trailers.Add(trailer);
        }

        return trailers == _trailers.Mark && !await ? value : new PrimaryExpr(From(start), await, value, _trailers.Take(trailers));
    }

    private Trailer? ParseTrailer()
    {
        int start = _lexer.Start;
        if (Accept(TokenKind.Period))
        {
            string name = ExpectName("an attribute");
            return new AttributeTrailer(From(start), name);
        }

        if (Accept(TokenKind.ParenOpen))
        {
            return ParseCall(start);
        }

        if (!Accept(TokenKind.BracketOpen))
        {
            return null;
        }

        Expr index = ParseIndex();
        Expect(TokenKind.BracketClose, "close the bracket after the index");
        return new IndexTrailer(From(start), index);
    }

    private Expr ParseIndex()
    {
        int start = _lexer.Start;
        Expr first = ParseSlice();
        if (Kind != TokenKind.Comma)
        {
            return first;
        }

        int items = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.Comma) && (StartsTest() || Kind == TokenKind.Colon))
        {
            _exprs.Add(ParseSlice());
        }

        return new TupleExpr(From(start), _exprs.Take(items), false);
    }

    private Expr ParseSlice()
    {
        int start = _lexer.Start;
        Expr? lower = Kind == TokenKind.Colon ? null : ParseTest();
        if (!Accept(TokenKind.Colon))
        {
            return lower ?? Missing();
        }

        Expr? upper = StartsTest() ? ParseTest() : null;
        bool second = Accept(TokenKind.Colon);
        Expr? step = second && StartsTest() ? ParseTest() : null;
        return new SliceExpr(From(start), lower, upper, step, second);
    }

    /// <summary>The rest of a call, whose parenthesis has been read.</summary>
    private CallTrailer ParseCall(int start)
    {
        int arguments = _arguments.Mark;
        while (Kind != TokenKind.ParenClose && Error is null)
        {
            _arguments.Add(ParseArgument());
            if (!Accept(TokenKind.Comma))
            {
                break;
            }
        }

        Expect(TokenKind.ParenClose, "a comma or a closing parenthesis is missing");
        return new CallTrailer(From(start), _arguments.Take(arguments));
    }

    private Argument ParseArgument()
    {
        int start = _lexer.Start;
        ArgumentKind kind = Accept(TokenKind.Star) ? ArgumentKind.Star : Accept(TokenKind.StarStar) ? ArgumentKind.DoubleStar : ArgumentKind.Positional;
        Expr value = ParseTest();
        Expr? name = null;
        if (kind != ArgumentKind.Positional)
        {
            return new Argument(From(start), kind, null, value);
        }

        if (Kind == TokenKind.For)
        {
            kind = ArgumentKind.Bare;
            value = ParseComprehension(start, ComprehensionKind.Generator, value, null);
        }
        else if (Accept(TokenKind.Equal))
        {
            (kind, name) = (ArgumentKind.Keyword, value);
            value = ParseTest();
        }
        else if (Accept(TokenKind.Walrus))
        {
            kind = ArgumentKind.Bare;
            Expr assigned = ParseTest();
            value = new NamedExpr(From(start), value, assigned);
        }

        return new Argument(From(start), kind, name, value);
    }

    private Comprehension ParseComprehension(int start, ComprehensionKind kind, Expr element, Expr? value)
    {
        List<ComprehensionClause> clauses = [];
        while (Error is null)
        {
            if (Accept(TokenKind.For))
            {
                Expr target = ParseTargets();
                Expect(TokenKind.In, "write: VALUE for NAME in VALUES");
                clauses.Add(new ComprehensionClause(target, ParseOr()));
            }
            else if (clauses.Count > 0 && Accept(TokenKind.If))
            {
                clauses.Add(new ComprehensionClause(null, ParseTestWithoutCondition()));
            }
            else
            {
                break;
            }
        }

        return new Comprehension(From(start), kind, element, value, [.. clauses]);
    }
}

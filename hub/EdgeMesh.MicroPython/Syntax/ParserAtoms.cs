using System.Collections.Generic;
using System.Collections.Immutable;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Parser
{
    private Expr ParseAtom()
    {
        int start = _lexer.Start;
        SourceSpan span = new(start, _lexer.End);
        TokenKind kind = Kind;
        Expr atom;
        switch (kind)
        {
            case TokenKind.Name:
                atom = new NameExpr(span, _lexer.Text, _constants.Count == 0 ? null : _constants.GetValueOrDefault(_lexer.Text));
                break;
            case TokenKind.Integer:
                atom = new IntegerLiteral(span, _lexer.Integer, _lexer.Text);
                break;
            case TokenKind.Float:
                atom = new FloatLiteral(span, _lexer.Float, _lexer.IsImaginary, _lexer.Text);
                break;
            case TokenKind.String:
                atom = new StringLiteral(span, _lexer.Text);
                break;
            case TokenKind.Bytes:
                atom = new BytesLiteral(span, _lexer.Text);
                break;
            case TokenKind.None or TokenKind.True or TokenKind.False or TokenKind.Ellipsis:
                atom = new SingletonLiteral(span, kind switch
                {
                    TokenKind.None => Singleton.None, TokenKind.True => Singleton.True, TokenKind.False => Singleton.False, _ => Singleton.Ellipsis,
                });
                break;
            case TokenKind.FString:
                List<RawPiece> pieces = _lexer.Pieces;
                _lexer.Next();
                return ParseFString(span, pieces);
            case TokenKind.ParenOpen:
                _lexer.Next();
                return ParseParentheses(start);
            case TokenKind.BracketOpen:
                _lexer.Next();
                return ParseBrackets(start);
            case TokenKind.BraceOpen:
                _lexer.Next();
                return ParseBraces(start);
            default:
                Unexpected($"a value was expected here, not {Tokens.Spelling(kind)}", "something is missing, or too much");
                return Missing();
        }

        _lexer.Next();
        return atom;
    }

    private Expr ParseParentheses(int start)
    {
        Expr? inner = Kind == TokenKind.ParenClose ? null : ParseInParentheses(start);
        Expect(TokenKind.ParenClose, "a comma or a closing parenthesis is missing");
        return inner switch
        {
            null => new TupleExpr(From(start), [], true),
            TupleExpr { InParentheses: true } tuple when tuple.Span.Start == start => tuple with { Span = From(start) },
            Comprehension generator when generator.Span.Start == start => generator with { Span = From(start) },
            _ => inner,
        };
    }

    // What may stand between parentheses; a field of an f-string stands between some too.
    private Expr ParseInParentheses(int start)
    {
        if (Kind == TokenKind.Yield)
        {
            return ParseYield();
        }

        Expr first = ParseStarOr(named: true);
        return Kind == TokenKind.For ? ParseComprehension(start, ComprehensionKind.Generator, first, null)
            : Kind == TokenKind.Comma ? new TupleExpr(From(start), ParseRest(first), true)
            : first;
    }

    private ImmutableArray<Expr> ParseRest(Expr first)
    {
        int items = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.Comma) && (StartsTest() || Kind == TokenKind.Star))
        {
            _exprs.Add(ParseStarOr(named: true));
        }

        return _exprs.Take(items);
    }

    private Expr ParseBrackets(int start)
    {
        Expr list;
        if (Kind == TokenKind.BracketClose)
        {
            list = new ListExpr(From(start), []);
        }
        else
        {
            Expr first = ParseStarOr(named: true);
            list = Kind == TokenKind.For
                ? ParseComprehension(start, ComprehensionKind.List, first, null)
                : new ListExpr(From(start), ParseRest(first));
        }

        Expect(TokenKind.BracketClose, "a comma or a closing bracket is missing");
        return list with { Span = From(start) };
    }

    private Expr ParseBraces(int start)
    {
        int items = _items.Mark;
        int values = _exprs.Mark;
        Expr? made = null;
        while (Kind != TokenKind.BraceClose && Error is null)
        {
            Expr key = ParseTest();
            Expr? value = Accept(TokenKind.Colon) ? ParseTest() : null;
            if (Kind == TokenKind.For && (_items.Mark, _exprs.Mark) == (items, values))
            {
                made = ParseComprehension(start, value is null ? ComprehensionKind.Set : ComprehensionKind.Dict, key, value);
                break;
            }

            if (value is null)
            {
                _exprs.Add(key);
            }
            else
            {
                _items.Add(new DictItem(key, value));
            }

            if (!Accept(TokenKind.Comma))
            {
                break;
            }
        }

        Expect(TokenKind.BraceClose, "a comma or a closing brace is missing");
        ImmutableArray<DictItem> pairs = _items.Take(items);
        ImmutableArray<Expr> members = _exprs.Take(values);
        made ??= members.IsEmpty ? new DictExpr(From(start), pairs) : new SetExpr(From(start), members) { Pairs = pairs };
        return made with { Span = From(start) };
    }

    private FString ParseFString(SourceSpan span, List<RawPiece> raw)
    {
        Lexer outer = _lexer;
        ImmutableArray<StringPiece>.Builder pieces = ImmutableArray.CreateBuilder<StringPiece>(raw.Count);
        foreach (RawPiece piece in raw)
        {
            int fields = _exprs.Mark;
            foreach (SourceSpan field in piece.Fields ?? [])
            {
                if (Error is null)
                {
                    _exprs.Add(ParseField(field));
                }
            }

            pieces.Add(new StringPiece(piece.IsFormatted, [.. piece.Before ?? [], piece.Last], _exprs.Take(fields)));
        }

        _lexer = outer;
        if (Error is not null)
        {
            _lexer.Poison();
        }

        return new FString(span, pieces.MoveToImmutable());
    }

    // The interpreter lexes a field as if it stood in parentheses.
    private Expr ParseField(SourceSpan field)
    {
        if (!Enter())
        {
            _depth--;
            return Missing();
        }

        _lexer = new Lexer(_source.Text, field.Start, field.End, window: true, _words);
        Expr value = Kind == TokenKind.End ? new TupleExpr(field, [], true) : ParseInParentheses(field.Start);
        if (Kind != TokenKind.End)
        {
            Unexpected("this f-string's field is not one expression", "compute it before, and put the name in the braces");
        }

        _depth--;
        return value;
    }
}

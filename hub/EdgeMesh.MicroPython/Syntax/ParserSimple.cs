using System.Collections.Generic;
using System.Collections.Immutable;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Parser
{
    private void ParseSimple()
    {
        Stmt last;
        do
        {
            last = ParseSmall();
            _stmts.Add(last);
        }
        while (Accept(TokenKind.Semicolon) && Kind != TokenKind.Newline);
        if (!Accept(TokenKind.Newline))
        {
            Unexpected("the end of the line was expected here", HintAfter(last));
        }
    }

    private string HintAfter(Stmt last) => last is ExprStmt { Value: NameExpr name }
        ? name.Id switch
        {
            "print" => "print is a function: print(…)",
            "match" => "MicroPython has no match: write if and elif",
            "exec" => "there is no exec statement",
            "F" or "R" or "B" or "U" or "Rb" or "bR" => "MicroPython's string prefixes are lower case",
            _ => $"an operator, a parenthesis or a comma is missing after {name.Id}",
        }
        : Kind == TokenKind.Equal ? "compare with ==" : "write one statement a line, or put a semicolon between them";

    private Stmt ParseSmall()
    {
        int start = _lexer.Start;
        TokenKind kind = Kind;
        switch (kind)
        {
            case TokenKind.Pass or TokenKind.Break or TokenKind.Continue:
                _lexer.Next();
                return new KeywordStmt(From(start), kind == TokenKind.Pass ? Keyword.Pass : kind == TokenKind.Break ? Keyword.Break : Keyword.Continue);
            case TokenKind.Return:
                _lexer.Next();
                Expr? result = StartsTest() ? ParseTestList() : null;
                return new ReturnStmt(From(start), result);
            case TokenKind.Raise:
                _lexer.Next();
                Expr? raised = StartsTest() ? ParseTest() : null;
                Expr? cause = raised is not null && Accept(TokenKind.From) ? ParseTest() : null;
                return new RaiseStmt(From(start), raised, cause);
            case TokenKind.Del:
                _lexer.Next();
                ImmutableArray<Expr> deleted = ParseTargetList(out _);
                return new DelStmt(From(start), deleted);
            case TokenKind.Global or TokenKind.Nonlocal:
                return ParseScope(start, kind == TokenKind.Global);
            case TokenKind.Assert:
                _lexer.Next();
                Expr condition = ParseTest();
                Expr? message = Accept(TokenKind.Comma) ? ParseTest() : null;
                return new AssertStmt(From(start), condition, message);
            case TokenKind.Import:
                return ParseImport(start);
            case TokenKind.From:
                return ParseImportFrom(start);
            case TokenKind.Yield:
                Expr yield = ParseYield();
                return new ExprStmt(From(start), yield);
            default:
                return ParseExpression(start);
        }
    }

    private ScopeStmt ParseScope(int start, bool isGlobal)
    {
        int names = _texts.Mark;
        do
        {
            _lexer.Next();
            _texts.Add(ExpectName("a variable"));
        }
        while (Kind == TokenKind.Comma);
        return new ScopeStmt(From(start), isGlobal, _texts.Take(names));
    }

    private ImportStmt ParseImport(int start)
    {
        List<ImportedName> modules = [];
        do
        {
            _lexer.Next();
            int at = _lexer.Start;
            string name = ParseDotted();
            string? alias = Accept(TokenKind.As) ? ExpectName("the module") : null;
            modules.Add(new ImportedName(From(at), name, alias));
        }
        while (Kind == TokenKind.Comma);
        return new ImportStmt(From(start), [.. modules]);
    }

    private string ParseDotted()
    {
        string name = ExpectName("a module");
        if (Kind != TokenKind.Period)
        {
            return name;
        }

        System.Text.StringBuilder path = new(name);
        while (Accept(TokenKind.Period))
        {
            path.Append('.').Append(ExpectName("a module"));
        }

        return path.ToString();
    }

    private ImportFromStmt ParseImportFrom(int start)
    {
        _lexer.Next();
        int level = 0;
        for (; Kind is TokenKind.Period or TokenKind.Ellipsis; _lexer.Next())
        {
            level += Kind == TokenKind.Period ? 1 : 3;
        }

        string module = level > 0 && Kind != TokenKind.Name ? "" : ParseDotted();
        Expect(TokenKind.Import, "write: from MODULE import NAME");
        if (Accept(TokenKind.Star))
        {
            return new ImportFromStmt(From(start), level, module, []);
        }

        bool open = Accept(TokenKind.ParenOpen);
        List<ImportedName> names = [];
        do
        {
            int at = _lexer.Start;
            string name = ExpectName("what is imported");
            string? alias = Accept(TokenKind.As) ? ExpectName("what is imported") : null;
            names.Add(new ImportedName(From(at), name, alias));
        }
        while (Accept(TokenKind.Comma) && Kind == TokenKind.Name);
        if (open)
        {
            Expect(TokenKind.ParenClose, "close the parenthesis after the last name");
        }

        return new ImportFromStmt(From(start), level, module, [.. names]);
    }

    private Stmt ParseExpression(int start)
    {
        Expr first = ParseStarList();
        if (Accept(TokenKind.Colon))
        {
            Expr annotation = ParseTest();
            Expr? value = Accept(TokenKind.Equal) ? ParseYieldOrStarList() : null;
            value = value is not null ? Declare(first, value) : null;
            return new AnnotatedStmt(From(start), first, annotation, value);
        }

        if (Tokens.IsAugmented(Kind))
        {
            string spelling = Tokens.Spelling(Kind);
            _lexer.Next();
            Expr operand = ParseYieldOrStarList();
            return new AugmentedStmt(From(start), first, spelling, operand);
        }

        if (Kind != TokenKind.Equal)
        {
            return new ExprStmt(From(start), first);
        }

        int begin = _exprs.Mark;
        Expr last = first;
        while (Accept(TokenKind.Equal))
        {
            _exprs.Add(last);
            last = ParseYieldOrStarList();
        }

        ImmutableArray<Expr> targets = _exprs.Take(begin);
        return new AssignStmt(From(start), targets, targets.Length == 1 ? Declare(first, last) : last);
    }

    // NAME = const(VALUE): from here on the compiler puts the value wherever the name stands.
    private Expr Declare(Expr target, Expr value)
    {
        if (target is NameExpr { Constant: null } name && value is PrimaryExpr
            {
                IsAwait: false, Value: NameExpr { Id: "const", Constant: null }, Trailers: [CallTrailer call],
            })
        {
            ConstantValue? constant = call.Arguments is [{ Kind: ArgumentKind.Positional } argument] ? Constants.Of(argument.Value) : null;
            if (constant is null)
            {
                FailAt(call.Span.Start, "const() takes one value that is known when the program is compiled", "write a number or a text, or leave const() away");
            }
            else
            {
                _constants[name.Id] = constant;
            }
        }

        return value;
    }

    private Expr ParseYieldOrStarList() => Kind == TokenKind.Yield ? ParseYield() : ParseStarList();

    private YieldExpr ParseYield()
    {
        int start = _lexer.Start;
        _lexer.Next();
        bool from = Accept(TokenKind.From);
        Expr? value = from ? ParseTest() : StartsTest() ? ParseTestList() : null;
        return new YieldExpr(From(start), value, from);
    }

    private bool StartsTest() => Kind is TokenKind.Name or TokenKind.Integer or TokenKind.Float or TokenKind.String or TokenKind.Bytes or TokenKind.FString
        or TokenKind.False or TokenKind.None or TokenKind.True or TokenKind.Await or TokenKind.Lambda or TokenKind.Not
        or TokenKind.ParenOpen or TokenKind.BracketOpen or TokenKind.BraceOpen or TokenKind.Ellipsis or TokenKind.Plus or TokenKind.Minus or TokenKind.Tilde;
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EdgeMesh.MicroPython.Syntax;

internal sealed partial class Parser
{
    private static ImmutableArray<T> Pair<T>(T a, T b) => ImmutableCollectionsMarshal.AsImmutableArray([a, b]);

    // test (',' test)* [',']
    private Expr ParseTestList()
    {
        int start = _lexer.Start;
        Expr first = ParseTest();
        if (Kind != TokenKind.Comma)
        {
            return first;
        }

        int items = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.Comma) && StartsTest())
        {
            _exprs.Add(ParseTest());
        }

        return new TupleExpr(From(start), _exprs.Take(items), false);
    }

    // (test | star_expr) (',' (test | star_expr))* [',']
    private Expr ParseStarList()
    {
        int start = _lexer.Start;
        Expr first = ParseStarOr(named: false);
        if (Kind != TokenKind.Comma)
        {
            return first;
        }

        int items = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.Comma) && (StartsTest() || Kind == TokenKind.Star))
        {
            _exprs.Add(ParseStarOr(named: false));
        }

        return new TupleExpr(From(start), _exprs.Take(items), false);
    }

    private Expr ParseStarOr(bool named)
    {
        int start = _lexer.Start;
        if (!Accept(TokenKind.Star))
        {
            return named ? ParseNamed() : ParseTest();
        }

        Expr value = ParseExpr();
        return new StarExpr(From(start), value);
    }

    // exprlist: what for and del take.
    private Expr ParseTargets()
    {
        int start = _lexer.Start;
        ImmutableArray<Expr> targets = ParseTargetList(out bool tuple);
        return tuple ? new TupleExpr(From(start), targets, false) : targets[0];
    }

    private ImmutableArray<Expr> ParseTargetList(out bool tuple)
    {
        int targets = _exprs.Mark;
        tuple = false;
        do
        {
            int start = _lexer.Start;
            _exprs.Add(Accept(TokenKind.Star) ? new StarExpr(From(start), ParseExpr()) : ParseExpr());
        }
        while (Accept(TokenKind.Comma) && (tuple = true) && (StartsTest() || Kind == TokenKind.Star) && Kind is not (TokenKind.Not or TokenKind.Lambda));
        return _exprs.Take(targets);
    }

    // test [':=' test]
    private Expr ParseNamed()
    {
        int start = _lexer.Start;
        Expr target = ParseTest();
        if (!Accept(TokenKind.Walrus))
        {
            return target;
        }

        Expr value = ParseTest();
        return new NamedExpr(From(start), target, value);
    }

    private Expr ParseTest()
    {
        if (!Enter())
        {
            _depth--;
            return Missing();
        }

        int start = _lexer.Start;
        Expr test;
        if (Kind == TokenKind.Lambda)
        {
            test = ParseLambda(conditional: true);
        }
        else
        {
            test = ParseOr();
            if (Accept(TokenKind.If))
            {
                Expr condition = ParseOr();
                Expect(TokenKind.Else, "write: VALUE if CONDITION else OTHER");
                Expr otherwise = ParseTest();
                test = new ConditionalExpr(From(start), test, condition, otherwise);
            }
        }

        _depth--;
        return test;
    }

    private LambdaExpr ParseLambda(bool conditional)
    {
        int start = _lexer.Start;
        _lexer.Next();
        ImmutableArray<Parameter> parameters = ParseParameters(TokenKind.Colon, annotated: false);
        Expect(TokenKind.Colon, "write: lambda PARAMETERS: VALUE");
        Expr body = conditional ? ParseTest() : ParseTestWithoutCondition();
        return new LambdaExpr(From(start), parameters, body);
    }

    private Expr ParseTestWithoutCondition()
    {
        Expr test = !Enter() ? Missing() : Kind == TokenKind.Lambda ? ParseLambda(conditional: false) : ParseOr();
        _depth--;
        return test;
    }

    private Expr ParseOr()
    {
        int start = _lexer.Start;
        Expr first = ParseAnd();
        if (Kind != TokenKind.Or)
        {
            return first;
        }

        int operands = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.Or))
        {
            _exprs.Add(ParseAnd());
        }

        return new BoolExpr(From(start), false, _exprs.Take(operands));
    }

    private Expr ParseAnd()
    {
        int start = _lexer.Start;
        Expr first = ParseNot();
        if (Kind != TokenKind.And)
        {
            return first;
        }

        int operands = _exprs.Mark;
        _exprs.Add(first);
        while (Accept(TokenKind.And))
        {
            _exprs.Add(ParseNot());
        }

        return new BoolExpr(From(start), true, _exprs.Take(operands));
    }

    private Expr ParseNot()
    {
        int start = _lexer.Start;
        if (Kind != TokenKind.Not)
        {
            return ParseComparison();
        }

        Expr operand = Missing();
        if (Enter())
        {
            _lexer.Next();
            operand = ParseNot();
        }

        _depth--;
        return new UnaryExpr(From(start), "not", operand);
    }

    private Expr ParseComparison()
    {
        int start = _lexer.Start;
        Expr first = ParseExpr();
        string? comparison = AcceptComparison();
        if (comparison is null)
        {
            return first;
        }

        int operands = _exprs.Mark;
        _exprs.Add(first);
        int operators = _texts.Mark;
        for (; comparison is not null; comparison = AcceptComparison())
        {
            _texts.Add(comparison);
            _exprs.Add(ParseExpr());
        }

        return new CompareExpr(From(start), _exprs.Take(operands), _texts.Take(operators));
    }

    private string? AcceptComparison()
    {
        TokenKind kind = Kind;
        switch (kind)
        {
            case >= TokenKind.Less and <= TokenKind.NotEqual or TokenKind.In:
                _lexer.Next();
                return Tokens.Spelling(kind);
            case TokenKind.Is:
                _lexer.Next();
                return Accept(TokenKind.Not) ? "is not" : "is";
            case TokenKind.Not:
                _lexer.Next();
                Expect(TokenKind.In, "write: VALUE not in VALUES");
                return "not in";
            default:
                return null;
        }
    }

    /// <summary>The grammar's expr: from | down.</summary>
    private Expr ParseExpr() => ParseBinary(1);

    private Expr ParseBinary(int least)
    {
        int start = _lexer.Start;
        Expr left = ParseFactor();
        for (int strength = Tokens.Strength(Kind); strength >= least; strength = Tokens.Strength(Kind))
        {
            int operands = _exprs.Mark;
            int operators = _texts.Mark;
            _exprs.Add(left);
            while (Tokens.Strength(Kind) == strength)
            {
                _texts.Add(Tokens.Spelling(Kind));
                _lexer.Next();
                _exprs.Add(ParseBinary(strength + 1));
            }

            left = new BinaryExpr(From(start), _exprs.Take(operands), _texts.Take(operators));
        }

        return left;
    }

    private Expr ParseFactor()
    {
        int start = _lexer.Start;
        Expr value;
        bool entered = Enter();
        if (!entered)
        {
            value = Missing();
        }
        else if (Kind is TokenKind.Plus or TokenKind.Minus or TokenKind.Tilde)
        {
            string sign = Tokens.Spelling(Kind);
            _lexer.Next();
            Expr operand = ParseFactor();
            value = new UnaryExpr(From(start), sign, operand);
        }
        else
        {
            value = ParsePrimary();
            if (Accept(TokenKind.StarStar))
            {
                Expr exponent = ParseFactor();
                value = new BinaryExpr(From(start), Pair(value, exponent), ["**"]);
            }
        }

        _depth--;
        return value;
    }
}

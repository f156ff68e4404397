using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>
/// py/grammar.h by recursive descent. After the first error the lexer gives no token that anything matches, so that every production ends at once:
/// no exceptions. Depth is limited; lists of operators, trailers and branches are flat, so that only true nesting counts.
/// </summary>
internal sealed partial class Parser
{
    /// <summary>Deepest nesting of blocks and expressions together. A pair of parentheses costs two, a block two.</summary>
    internal const int MostDepth = 300;

    private readonly SourceText _source;
    private readonly Words _words;
    private readonly Pile<Stmt> _stmts = new();
    private readonly Pile<Expr> _exprs = new();
    private readonly Pile<Trailer> _trailers = new();
    private readonly Pile<Argument> _arguments = new();
    private readonly Pile<DictItem> _items = new();
    private readonly Pile<string> _texts = new();
    private readonly Dictionary<string, ConstantValue> _constants = [];
    private Lexer _lexer;
    private int _depth;

    internal Parser(SourceText source)
    {
        _source = source;
        _words = new Words(source.Text.Length);
        _lexer = new Lexer(source.Text, 0, source.Text.Length, window: false, _words);
    }

    internal SyntaxError? Error { get; private set; }

    private TokenKind Kind => _lexer.Kind;

    internal Module ParseModule()
    {
        while (Kind != TokenKind.End && Error is null)
        {
            if (!Accept(TokenKind.Newline))
            {
                ParseStatement();
            }
        }

        return new Module(new SourceSpan(0, _source.Text.Length), _stmts.Take(0));
    }

    private SourceSpan From(int start) => new(start, Math.Max(start, _lexer.PreviousEnd));

    private bool Accept(TokenKind kind)
    {
        if (_lexer.Kind != kind || kind == TokenKind.Error)
        {
            return false;
        }

        _lexer.Next();
        return true;
    }

    private void Expect(TokenKind kind, string hint)
    {
        if (!Accept(kind))
        {
            Unexpected($"{Tokens.Spelling(kind)} was expected here", hint);
        }
    }

    private string ExpectName(string what)
    {
        string name = _lexer.Text;
        if (Accept(TokenKind.Name))
        {
            return name;
        }

        Unexpected($"the name of {what} was expected here", Kind >= TokenKind.False && Kind <= TokenKind.Yield ? $"{Tokens.Spelling(Kind)} is a keyword: take another name" : "write a name");
        return "";
    }

    // What the lexer could not read explains itself.
    private void Unexpected(string message, string hint)
    {
        if (Kind == TokenKind.Error && _lexer.Error.Message is not null)
        {
            (message, hint) = _lexer.Error;
        }
        else if (Kind is TokenKind.Indent)
        {
            (message, hint) = ("unexpected indent", "only what follows a line ending in a colon is indented");
        }

        FailAt(_lexer.Start, message, hint);
    }

    private void FailAt(int offset, string message, string hint)
    {
        Error ??= new SyntaxError(message, hint, _source.PositionOf(offset));
        _lexer.Poison();
    }

    private bool Enter()
    {
        if (++_depth <= MostDepth)
        {
            return true;
        }

        FailAt(_lexer.Start, $"nested deeper than {MostDepth} levels", "split it into functions or into several expressions");
        return false;
    }

    private SingletonLiteral Missing() => new SingletonLiteral(new SourceSpan(_lexer.Start, _lexer.Start), Singleton.None);

    private ImmutableArray<Stmt> ParseSuite(string after)
    {
        Expect(TokenKind.Colon, $"{after} ends with a colon");
        int body = _stmts.Mark;
        if (Enter())
        {
            if (Accept(TokenKind.Newline))
            {
                if (!Accept(TokenKind.Indent))
                {
                    Unexpected($"an indented block was expected after {after}", "indent what belongs to it by four spaces, or write pass");
                }

                do
                {
                    ParseStatement();
                }
                while (Error is null && !Accept(TokenKind.Dedent));
            }
            else
            {
                ParseSimple();
            }
        }

        _depth--;
        return _stmts.Take(body);
    }

    private void ParseStatement()
    {
        if (!Enter())
        {
            _depth--;
            return;
        }

        int start = _lexer.Start;
        switch (Kind)
        {
            case TokenKind.If: _stmts.Add(ParseIf(start)); break;
            case TokenKind.While: _stmts.Add(ParseWhile(start)); break;
            case TokenKind.For: _stmts.Add(ParseFor(start, false)); break;
            case TokenKind.Try: _stmts.Add(ParseTry(start)); break;
            case TokenKind.With: _stmts.Add(ParseWith(start, false)); break;
            case TokenKind.Def: _stmts.Add(ParseFunction(start, [], false)); break;
            case TokenKind.Class: _stmts.Add(ParseClass(start, [])); break;
            case TokenKind.At: _stmts.Add(ParseDecorated(start)); break;
            case TokenKind.Async: _stmts.Add(ParseAsync(start)); break;
            default: ParseSimple(); break;
        }

        _depth--;
    }

    private IfStmt ParseIf(int start)
    {
        List<Branch> branches = [];
        int at = start;
        string word = "if";
        do
        {
            _lexer.Next();
            Expr condition = ParseNamed();
            ImmutableArray<Stmt> body = ParseSuite(word);
            branches.Add(new Branch(From(at), condition, body));
            (at, word) = (_lexer.Start, "elif");
        }
        while (Kind == TokenKind.Elif);
        ImmutableArray<Stmt> otherwise = ParseElse();
        return new IfStmt(From(start), [.. branches], otherwise);
    }

    private ImmutableArray<Stmt> ParseElse() => Accept(TokenKind.Else) ? ParseSuite("else") : [];

    private WhileStmt ParseWhile(int start)
    {
        _lexer.Next();
        Expr condition = ParseNamed();
        ImmutableArray<Stmt> body = ParseSuite("while");
        ImmutableArray<Stmt> otherwise = ParseElse();
        return new WhileStmt(From(start), condition, body, otherwise);
    }

    private ForStmt ParseFor(int start, bool isAsync)
    {
        _lexer.Next();
        Expr target = ParseTargets();
        Expect(TokenKind.In, "write: for NAME in VALUES:");
        Expr source = ParseTestList();
        ImmutableArray<Stmt> body = ParseSuite("for");
        ImmutableArray<Stmt> otherwise = ParseElse();
        return new ForStmt(From(start), isAsync, target, source, body, otherwise);
    }

    private TryStmt ParseTry(int start)
    {
        _lexer.Next();
        ImmutableArray<Stmt> body = ParseSuite("try");
        List<Handler> handlers = [];
        for (int at = _lexer.Start; Accept(TokenKind.Except); at = _lexer.Start)
        {
            Expr? type = Kind == TokenKind.Colon ? null : ParseTest();
            string? name = type is not null && Accept(TokenKind.As) ? ExpectName("the exception") : null;
            ImmutableArray<Stmt> handled = ParseSuite("except");
            handlers.Add(new Handler(From(at), type, name, handled));
        }

        ImmutableArray<Stmt> otherwise = handlers.Count > 0 ? ParseElse() : [];
        ImmutableArray<Stmt> last = default;
        if (Accept(TokenKind.Finally))
        {
            last = ParseSuite("finally");
        }
        else if (handlers.Count == 0)
        {
            Unexpected("except or finally was expected after try", "write except OSError: and what to do then");
        }

        return new TryStmt(From(start), body, [.. handlers], otherwise, last);
    }

    private WithStmt ParseWith(int start, bool isAsync)
    {
        _lexer.Next();
        List<WithItem> items = [];
        do
        {
            Expr value = ParseTest();
            items.Add(new WithItem(value, Accept(TokenKind.As) ? ParseExpr() : null));
        }
        while (Accept(TokenKind.Comma));
        ImmutableArray<Stmt> body = ParseSuite("with");
        return new WithStmt(From(start), isAsync, [.. items], body);
    }
}

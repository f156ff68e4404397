using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.MicroPython.Syntax;

/// <summary>The tokens of py/lexer.h.</summary>
internal enum TokenKind
{
    End, Error, Newline, Indent, Dedent, Name, Integer, Float, String, Bytes, FString,
    False, None, True, And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else, Except, Finally, For, From, Global, If,
    Import, In, Is, Lambda, Nonlocal, Not, Or, Pass, Raise, Return, Try, While, With, Yield,
    ParenOpen, ParenClose, BracketOpen, BracketClose, BraceOpen, BraceClose, Comma, Semicolon, Colon, Walrus, Period, Ellipsis, Arrow, Equal,
    PlusEqual, MinusEqual, StarEqual, AtEqual, SlashEqual, PercentEqual, AmpersandEqual, PipeEqual, CaretEqual, LessLessEqual, MoreMoreEqual,
    StarStarEqual, SlashSlashEqual,
    Less, More, EqualEqual, LessEqual, MoreEqual, NotEqual,
    Pipe, Caret, Ampersand, LessLess, MoreMore, Plus, Minus, Star, At, Slash, Percent, SlashSlash, Tilde, StarStar,
}

/// <summary>What is known of tokens by themselves.</summary>
internal static class Tokens
{
    // __debug__ is a literal in MicroPython: True where nothing is optimised.
    internal static readonly FrozenDictionary<string, TokenKind> Keywords = Enumerable.Range((int)TokenKind.False, (int)TokenKind.Yield - (int)TokenKind.False + 1)
        .Select(i => (TokenKind)i)
        .ToDictionary(kind => kind is TokenKind.False or TokenKind.None or TokenKind.True ? kind.ToString() : kind.ToString().ToLowerInvariant(), kind => kind)
        .Append(new KeyValuePair<string, TokenKind>("__debug__", TokenKind.True))
        .ToFrozenDictionary();

    private static readonly string[] Spellings =
    [
        "(", ")", "[", "]", "{", "}", ",", ";", ":", ":=", ".", "...", "->", "=",
        "+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//=",
        "<", ">", "==", "<=", ">=", "!=", "|", "^", "&", "<<", ">>", "+", "-", "*", "@", "/", "%", "//", "~", "**",
    ];

    internal static string Spelling(TokenKind kind) => kind switch
    {
        >= TokenKind.ParenOpen => Spellings[kind - TokenKind.ParenOpen],
        TokenKind.False or TokenKind.None or TokenKind.True => kind.ToString(),
        >= TokenKind.And => kind.ToString().ToLowerInvariant(),
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Indent => "an indent",
        TokenKind.Dedent => "an end of the indented block",
        _ => kind.ToString().ToLowerInvariant(),
    };

    internal static bool IsAugmented(TokenKind kind) => kind is >= TokenKind.PlusEqual and <= TokenKind.SlashSlashEqual;

    /// <summary>Binding strength of the operators that py/grammar.h gives as lists, | being 1; 0 for what is none.</summary>
    internal static int Strength(TokenKind kind) => kind switch
    {
        TokenKind.Pipe => 1,
        TokenKind.Caret => 2,
        TokenKind.Ampersand => 3,
        TokenKind.LessLess or TokenKind.MoreMore => 4,
        TokenKind.Plus or TokenKind.Minus => 5,
        TokenKind.Star or TokenKind.At or TokenKind.Slash or TokenKind.Percent or TokenKind.SlashSlash => 6,
        _ => 0,
    };
}

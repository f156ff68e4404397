using System.Text;

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>Programs by the grammar, from a seed: mostly right ones, with what a grammar lets through and a compiler refuses among them.</summary>
internal sealed class ProgramGenerator(int seed)
{
    private static readonly string[] NamePool = ["a", "b", "c", "x", "y", "self", "math", "K"];
    private static readonly string[] Atoms =
    [
        "1", "0", "2.5", ".5", "1e3", "0x1F", "0b10", "1_000", "3j", "'s'", "\"t\"", "b'b'", "r'\\d'", "u'u'", "''", "'a' 'b'", "None", "True", "False", "...",
        "()", "[]", "{}", "'''l\nm'''", "rb'\\x'", "'\\x41\\n\\u00e9'", "f''", "f'{a}'", "f'{a!r:>{b}}' 'z'", "f\"{x['k']}\"", "f'{a=}'", "f'{{}}'", "f'{a+1:.2f}'", "math.pi", "x.y",
    ];

    private readonly Random _random = new(seed);
    private int _functions;
    private int _loops;

    internal string Program()
    {
        StringBuilder text = new();
        int count = 1 + _random.Next(4);
        for (int i = 0; i < count; i++)
        {
            Statement(text, 0, 3);
        }

        return text.ToString();
    }

    /// <summary>The program with one to three of its pieces taken out, doubled, swapped or replaced.</summary>
    internal string Mutated(string program)
    {
        List<string> pieces = [.. System.Text.RegularExpressions.Regex.Split(program, @"(\W)").Where(p => p.Length > 0)];
        for (int i = _random.Next(3); i >= 0 && pieces.Count > 0; i--)
        {
            int at = _random.Next(pieces.Count);
            switch (_random.Next(4))
            {
                case 0: pieces.RemoveAt(at); break;
                case 1: pieces.Insert(at, pieces[at]); break;
                case 2: pieces.Insert(_random.Next(pieces.Count), pieces[at]); break;
                default: pieces[at] = One("(", ")", "[", "]", ":", ",", "=", ":=", "*", "**", ".", "if", "else", "for", "in", "not", "lambda", "yield", "await", "async", "\n", " ", "'", "{", "}", "1", "\\", "#", "global", "return", "\t"); break;
            }
        }

        return string.Concat(pieces);
    }

    private string One(params string[] choices) => choices[_random.Next(choices.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Name() => One(NamePool);

    private string Expression(int depth)
    {
        if (depth <= 0 || Chance(25))
        {
            return Chance(50) ? Name() : One(Atoms);
        }

        string E() => Expression(depth - 1);
        return _random.Next(24) switch
        {
            0 => $"{E()} {One("+", "-", "*", "/", "//", "%", "**", "|", "&", "^", "<<", ">>", "@")} {E()}",
            1 => $"({E()})",
            2 => $"{E()} {One("and", "or")} {E()}",
            3 => $"not {E()}",
            4 => $"{One("-", "+", "~")}{E()}",
            5 => $"{E()} {One("<", ">", "==", "!=", "<=", ">=", "in", "not in", "is", "is not")} {E()}",
            6 => $"{E()} if {E()} else {E()}",
            7 => $"lambda {Parameters(depth, false)}: {E()}",
            8 => $"[{E()}, {E()}]",
            9 => $"({E()}, {E()})",
            10 => $"{{{E()}: {E()}, {E()}: {E()}}}",
            11 => $"{{{E()}, {E()}}}",
            12 => $"[{E()} for {Target(1)} in {E()}{(Chance(30) ? $" if {E()}" : "")}]",
            13 => $"{{{E()}: {E()} for {Target(1)} in {E()}}}",
            14 => $"({E()} for {Name()} in {E()} for {Name()} in {E()})",
            15 or 16 => $"{Name()}({Arguments(depth)})",
            17 => $"{Name()}.{Name()}",
            18 => $"{Name()}[{E()}]",
            19 => $"{Name()}[{E()}:{E()}{(Chance(30) ? ":" + E() : "")}]",
            20 => $"({Name()} := {E()})",
            21 when _functions > 0 || Chance(10) => Chance(50) ? $"(yield {E()})" : $"await {Name()}()",
            22 => $"f'{{{Name()}{One("", "!r", ":>5", "=", "[0]", "+1", ".y", "()")}}}'",
            23 when _functions > 0 || Chance(20) => $"super().{Name()}({Arguments(depth)})",
            _ => $"{Name()}.{Name()}({E()})",
        };
    }

    private string Arguments(int depth) => string.Join(", ", Enumerable.Range(0, _random.Next(4)).Select(i => _random.Next(9) switch
    {
        0 => $"*{Name()}", 1 when i == 2 || Chance(20) => $"**{Name()}", 2 when i == 2 || Chance(20) => $"{Name()}={Expression(depth - 1)}",
        4 => $"{Name()} := {Expression(depth - 1)}", 5 => $"{Name()} for {Name()} in {Expression(depth - 1)}", _ => Expression(depth - 1),
    }));

    private string Parameters(int depth, bool annotated) => string.Join(", ", Enumerable.Range(0, _random.Next(4)).Select(i => _random.Next(10) switch
    {
        0 when i == 0 => "*", 1 when i < 2 => "*args", 2 when i == 2 => "**kw", 3 when i == 2 || Chance(10) => $"{Name()}={Expression(depth - 1)}", 5 when annotated => $"{Name()}{i}: int = 1", _ => $"{Name()}{i}",
    }));

    private string Target(int depth) => depth <= 0 || Chance(60) ? Name() : _random.Next(8) switch
    {
        0 => $"{Name()}.{Name()}", 1 => $"{Name()}[{Name()}]", 2 => $"{Target(depth - 1)}, {Target(depth - 1)}", 3 => $"({Name()}, *{Name()})",
        4 => $"[{Name()}, {Name()}]", 5 => $"*{Name()}, {Name()}", 6 when Chance(20) => Expression(1), _ => $"({Name()})",
    };

    private void Block(StringBuilder text, int indent, int depth)
    {
        if (Chance(10))
        {
            text.Append(' ').Append(Simple(2)).Append('\n');
            return;
        }

        text.Append(Chance(10) ? "  # why\n" : "\n");
        for (int i = 0; i <= _random.Next(3); i++)
        {
            Statement(text, indent + 1, depth - 1);
        }
    }

    private void Statement(StringBuilder text, int indent, int depth)
    {
        string pad = new(' ', indent * 2);
        text.Append(pad);
        if (depth <= 0 || Chance(45))
        {
            text.Append(Simple(3)).Append(Chance(10) ? "; " + Simple(2) : "").Append('\n');
            return;
        }

        switch (_random.Next(10))
        {
            case 0 or 1:
                text.Append($"if {Expression(2)}:");
                Block(text, indent, depth);
                if (Chance(40)) { text.Append($"{pad}elif {Expression(2)}:"); Block(text, indent, depth); }
                if (Chance(40)) { text.Append($"{pad}else:"); Block(text, indent, depth); }
                break;
            case 2:
                text.Append($"while {Expression(2)}:");
                _loops++;
                Block(text, indent, depth);
                _loops--;
                if (Chance(20)) { text.Append($"{pad}else:"); Block(text, indent, depth); }
                break;
            case 3:
                text.Append($"{(Chance(2) ? "async " : "")}for {Target(2)} in {Expression(2)}:");
                _loops++;
                Block(text, indent, depth);
                _loops--;
                break;
            case 4:
                text.Append("try:");
                Block(text, indent, depth);
                if (Chance(80)) { text.Append($"{pad}except{One("", " OSError", " (A, B) as e", " A as e")}:"); Block(text, indent, depth); }
                if (Chance(20)) { text.Append($"{pad}except{One("", " ValueError")}:"); Block(text, indent, depth); }
                if (Chance(20)) { text.Append($"{pad}else:"); Block(text, indent, depth); }
                if (Chance(40)) { text.Append($"{pad}finally:"); Block(text, indent, depth); }
                break;
            case 5:
                text.Append($"{(Chance(2) ? "async " : "")}with {Expression(1)}{(Chance(50) ? $" as {Target(1)}" : "")}:");
                Block(text, indent, depth);
                break;
            case 6:
                text.Append($"class {Name()}{One("", "()", "(a)", "(a, b)")}:");
                Block(text, indent, depth);
                break;
            default:
                if (Chance(20)) { text.Append($"@{Name()}{One("", ".b", "()", "(1)")}\n{pad}"); }
                text.Append($"{(Chance(20) ? "async " : "")}def {Name()}({Parameters(2, true)}){One("", " -> int")}:");
                _functions++;
                Block(text, indent, depth);
                _functions--;
                break;
        }
    }

    private string Simple(int depth) => _random.Next(22) switch
    {
        0 or 1 or 2 => Expression(depth),
        3 or 4 or 5 => $"{Target(2)} = {Expression(depth)}",
        6 => $"{Target(1)} = {Target(1)} = {Expression(depth)}",
        7 => $"{Name()}{One("", ".x", "[0]")} {One("+=", "-=", "*=", "//=", "|=", ">>=", "**=", "@=")} {Expression(depth)}",
        8 => $"{Name()}: {Expression(1)}{(Chance(50) ? $" = {Expression(depth)}" : "")}",
        9 => "pass",
        10 when _loops > 0 || Chance(10) => One("break", "continue"),
        11 or 12 when _functions > 0 || Chance(10) => One("return", $"return {Expression(depth)}", $"return {Name()}, {Name()}"),
        13 => One("raise", $"raise {Name()}", $"raise {Name()} from {Name()}"),
        14 when Chance(40) => $"{One("global", "global", "nonlocal")} {Name()}{One("", ", " + Name())}",
        15 => $"del {Target(2)}",
        16 => $"assert {Expression(1)}{One("", ", 'm'")}",
        17 => One("import a", "import a.b as c", "import a, b", "from a import b", "from . import c", "from ..a import (b, c as d,)", Chance(30) ? "from a import *" : "import d"),
        18 when _functions > 0 || Chance(10) => One("yield", $"yield {Expression(1)}", $"yield from {Name()}", $"{Name()} = yield", $"await {Name()}"),
        19 when Chance(30) => $"{Name()} = const({Expression(1)})",
        20 when Chance(50) => $"K = const({One("1", "0", "'s'", "1 + 2", "()")})",
        _ => $"print({Arguments(depth)})",
    };
}

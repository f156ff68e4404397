using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What a program is judged by.</summary>
/// <param name="Data">What programs may use.</param>
/// <param name="Board">The board's name in the data; <see cref="PolicyData.DefaultBoard"/> for what is not named there.</param>
/// <param name="UsedPins">Pins that other programs of the device use.</param>
public sealed record PolicyOptions(PolicyData Data, string Board = PolicyData.DefaultBoard, IReadOnlySet<int>? UsedPins = null)
{
    /// <summary>Rules that are not asked: for tests, which show that each rule is needed.</summary>
    internal IReadOnlySet<string> Without { get; init; } = new HashSet<string>();

    internal Board Pins => Data.Boards.GetValueOrDefault(Board) ?? Data.Boards[PolicyData.DefaultBoard];
}

/// <summary>What became of a program.</summary>
/// <param name="Accepted">Whether nothing is refused.</param>
/// <param name="Findings">What is, and what a person should look at, in the order of the source.</param>
public sealed record Verdict(bool Accepted, IReadOnlyList<Finding> Findings);

/// <summary>
/// Judges programs by an allow-list over the resolved tree. A name must be the program's own or allowed; a module can only be used by its name and an allowed
/// attribute; attributes that lead inside are refused of any object; pins, hosts and times must be known before the program runs.
/// </summary>
public static class ProgramPolicy
{
    /// <summary>Judges one program.</summary>
    public static Verdict Judge(string text, PolicyOptions options)
    {
        System.ArgumentNullException.ThrowIfNull(text);
        System.ArgumentNullException.ThrowIfNull(options);
        long limit = options.Data.Limit("source_bytes");
        if ((text.Length > limit || Encoding.UTF8.GetByteCount(text) > limit) && !options.Without.Contains("size"))
        {
            // Nothing of that size is read: the limit also bounds the work.
            Rule size = Rules.Find("size")!;
            return new Verdict(false, [new Finding(size, default, new SourcePosition(1, 1), $"The program is larger than {limit} bytes.", size.Instead)]);
        }

        ParseResult parsed = MicroPythonParser.Parse(text);
        Findings findings = new(parsed.Source, options);
        if (parsed.Error is { } error)
        {
            findings.Add("syntax", error.Position, error.Message, error.Hint);
        }

        if (parsed.Tree is not null)
        {
            Facts facts = Facts.Of(parsed.Tree, options.Data);
            Solver solver = new(facts);
            solver.FindChanged();
            new NameRules(facts, solver, findings, options).Check();
            new HardwareRules(facts, solver, findings, options).Check();
            new LoopRules(facts, solver, findings, options).Check(parsed.Tree);
        }

        return findings.Verdict();
    }
}

/// <summary>The findings of one program.</summary>
internal sealed class Findings(SourceText source, PolicyOptions options)
{
    private readonly List<Finding> _all = [];
    private readonly HashSet<(string, int)> _seen = [];

    internal void Add(string rule, Node node, string message, string? hint = null) => Add(rule, node.Span, source.PositionOf(node.Span.Start), message, hint);

    internal void Add(string rule, SourcePosition position, string message, string hint) => Add(rule, default, position, message, hint);

    internal Verdict Verdict() => new(
        _all.TrueForAll(f => f.Rule.Severity != Severity.Refused), [.. _all.OrderBy(f => f.Position.Line).ThenBy(f => f.Position.Column)]);

    private void Add(string id, SourceSpan span, SourcePosition position, string message, string? hint)
    {
        if (!options.Without.Contains(id) && _seen.Add((id, (position.Line * 1000) + position.Column)))
        {
            Rule rule = Rules.Find(id)!;
            _all.Add(new Finding(rule, span, position, message, hint ?? rule.Instead));
        }
    }
}

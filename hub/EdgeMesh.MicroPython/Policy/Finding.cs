using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What a finding means for the program.</summary>
public enum Severity
{
    /// <summary>The program is not accepted.</summary>
    Refused,

    /// <summary>It is; a person should look.</summary>
    Warning,
}

/// <summary>A rule of the policy.</summary>
/// <param name="Id">Its stable name.</param>
/// <param name="Severity">What breaking it means.</param>
/// <param name="Title">What it forbids, in a clause.</param>
/// <param name="Why">What would happen without it.</param>
/// <param name="Instead">What to write.</param>
public sealed record Rule(string Id, Severity Severity, string Title, string Why, string Instead);

/// <summary>A place where a rule is broken.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Span">Where, in the source as read.</param>
/// <param name="Position">The same for people.</param>
/// <param name="Message">What stands there and why it is refused or doubtful.</param>
/// <param name="Hint">What to write instead.</param>
public sealed record Finding(Rule Rule, SourceSpan Span, SourcePosition Position, string Message, string Hint);

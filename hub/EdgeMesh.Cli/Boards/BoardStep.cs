using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Cli.Boards;

/// <summary>One call of <c>mpremote</c>.</summary>
/// <param name="Title">What it does, as a progress line says it.</param>
/// <param name="Arguments">Its arguments; never a secret: other accounts of this machine can read them.</param>
internal sealed record BoardStep(string Title, IReadOnlyList<string> Arguments)
{
    /// <summary>As a person would type it into a shell.</summary>
    internal string CommandLine => string.Join(' ', Arguments.Prepend(Mpremote.Name).Select(Quoted));

    private static string Quoted(string argument) => argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:+=@".Contains(c, StringComparison.Ordinal))
        ? argument
        : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

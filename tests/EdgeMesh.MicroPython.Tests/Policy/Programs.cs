using System.Text.RegularExpressions;

namespace EdgeMesh.MicroPython.Tests.Policy;

/// <summary>The corpora: programs, each after a line "=== name".</summary>
internal static partial class Programs
{
    private const string Entry = "\ndef setup():\n    pass\n\n\ndef loop():\n    pass\n";
    private const string Bare = "### bare\n";
    private const string Elsewhere = "### elsewhere\n";

    internal static (string Name, string Text)[] Benign => Read("benign.txt");

    /// <summary>Hostile ones get what the agent wants to call, so that they are refused for nothing but what they do.</summary>
    internal static (string Name, string Text)[] Hostile => [.. Read("hostile.txt").Select(p => (p.Name, Text: p.Text.Replace(Elsewhere, "", StringComparison.Ordinal))).Select(p => (p.Name,
        p.Text.StartsWith(Bare, StringComparison.Ordinal) ? p.Text[Bare.Length..] : p.Text.Contains("def main", StringComparison.Ordinal) ? p.Text : p.Text + Entry))];

    /// <summary>Hostile ones that do nothing on this build of the interpreter, but on boards, or in other Pythons.</summary>
    internal static HashSet<string> AliveElsewhere => [.. Read("hostile.txt").Where(p => p.Text.StartsWith(Elsewhere, StringComparison.Ordinal)).Select(p => p.Name)];

    private static (string Name, string Text)[] Read(string file) => [.. Heading().Split(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Corpus", file))).Skip(1)
        .Select(block => (block[..block.IndexOf('\n', StringComparison.Ordinal)], block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..]))];

    [GeneratedRegex("^=== ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>Programs with the interpreter's verdict, from Corpus/snippets.txt: each begins with a line "=== ok" or "=== error".</summary>
internal static class Snippets
{
    internal static string File => Path.Combine(AppContext.BaseDirectory, "Corpus/snippets.txt");

    internal static (bool Accepted, string Program)[] All => [.. System.IO.File.ReadAllText(File).Split("=== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(block => (block.StartsWith("ok\n", StringComparison.Ordinal), block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..]))];
}

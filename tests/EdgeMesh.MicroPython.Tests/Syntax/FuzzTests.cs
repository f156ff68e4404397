using System.Globalization;
using EdgeMesh.MicroPython.Policy;
using EdgeMesh.MicroPython.Syntax;
using EdgeMesh.MicroPython.Tests.Policy;
using Xunit.Abstractions;

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>
/// The fuzz target of lexer, parser, printer and policy: programs of the corpora, cut and mixed. <c>EDGEMESH_FUZZ_PROGRAMS</c> says how many (some thousand a
/// second), <c>EDGEMESH_FUZZ_SEED</c> from which seed; what fails names its own.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int LengthMax = 20000;
    private static readonly int Count = Number("EDGEMESH_FUZZ_PROGRAMS", 2000);
    private static readonly int First = Number("EDGEMESH_FUZZ_SEED", 1);
    private static readonly PolicyOptions Options = new(PolicyData.Shipped);
    private static readonly string[] Pieces =
        ["(", ")", "[", "]", "{", "}", ":", "=", ":=", ",", "*", "**", "@", ".", "\\\n", "\n", "\n    ", "\t", "\"", "'", "f\"{", "}\"", "\"\"\"", "#", "\0", "\u00e9", "\ud800", "0x", "1e", "lambda ", "yield ", "await ", "async ", "not ", "class A:", "def f(", "global ", "nonlocal "];

    [Fact]
    public void Mutated_programs_give_a_result_that_prints_to_the_same_and_a_verdict()
    {
        string[] corpus = [.. Programs.Benign.Concat(Programs.Hostile).Select(p => p.Text), .. Snippets.All.Select(s => s.Program)];
        int trees = 0;
        for (int seed = First; seed < First + Count; seed++)
        {
            string program = Mutant(corpus, new Random(seed));
            try
            {
                trees += Check(program) ? 1 : 0;
            }
            catch (Exception defect) when (defect is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {defect}\n{program}");
            }
        }

        output.WriteLine($"counted: {Count} mutants, {trees} of them programs");
        Assert.InRange(trees, Count / 20, Count);
    }

    private static bool Check(string program)
    {
        ParseResult parsed = MicroPythonParser.Parse(program);
        Verdict verdict = ProgramPolicy.Judge(program, Options);
        Assert.False(verdict.Accepted && parsed.Error is not null, $"accepted, and yet it does not compile: {parsed.Error}\n{program}");
        Assert.All(verdict.Findings, f => Assert.NotEmpty(f.Message));
        if (parsed.Tree is null)
        {
            Assert.NotEmpty(parsed.Error!.Hint);
            return false;
        }

        string printed = Printer.Print(parsed.Tree);
        ParseResult again = MicroPythonParser.Parse(printed);
        Assert.True(again.Tree is not null && Printer.Print(again.Tree) == printed, $"{again.Error}\n{program}\nwas printed as\n{printed}");
        return true;
    }

    private static string Mutant(string[] corpus, Random random)
    {
        string text = corpus[random.Next(corpus.Length)];
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int at = random.Next(text.Length + 1);
            int end = Math.Min(text.Length, at + random.Next(12));
            string other = corpus[random.Next(corpus.Length)];
            int from = random.Next(other.Length + 1);
            string put = random.Next(5) switch
            {
                0 => "",
                1 => Pieces[random.Next(Pieces.Length)],
                2 => other[from..Math.Min(other.Length, from + random.Next(80))],
                3 => ((char)random.Next(1, 0x250)).ToString(),
                _ => text[at..end] + text[at..end],
            };
            text = text[..at] + put + text[end..];
        }

        return text.Length > LengthMax ? text[..LengthMax] : text;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}

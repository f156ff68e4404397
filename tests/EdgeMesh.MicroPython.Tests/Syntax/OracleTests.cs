using System.Text;
using Xunit.Abstractions;

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>The parser agrees with the pinned interpreter's own compile().</summary>
public sealed class OracleTests(ITestOutputHelper output)
{
    private const int GeneratedPrograms = 3000;

    [Fact]
    public void Every_snippet_gets_the_verdict_that_is_written_beside_it()
    {
        (bool Accepted, string Program)[] snippets = Snippets.All;
        Assert.True(snippets.Count(s => s.Accepted) > 150 && snippets.Count(s => !s.Accepted) > 150);
        Agree(snippets.Select(s => s.Program).ToArray(), snippets.Select(s => s.Accepted).ToArray());
    }

    [Fact]
    public async Task Every_verdict_written_down_is_the_interpreters()
    {
        (bool Accepted, string Program)[] snippets = Snippets.All;
        string[] answers = await Interpreter.CompileAsync(snippets.Select(s => s.Program));
        Assert.Equal(snippets.Length, answers.Length);
        Assert.All(snippets.Zip(answers), pair => Assert.True(pair.First.Accepted == (pair.Second == "ok"), $"{pair.Second} for\n{pair.First.Program}"));
    }

    [Fact]
    public async Task Generated_programs_and_mutations_get_the_interpreters_verdict()
    {
        List<string> programs = [];
        for (int seed = 0; seed < GeneratedPrograms; seed++)
        {
            ProgramGenerator generator = new(seed);
            string program = generator.Program();
            programs.Add(program);
            programs.Add(generator.Mutated(program));
        }

        foreach ((bool _, string program) in Snippets.All)
        {
            programs.Add(new ProgramGenerator(programs.Count).Mutated(program));
        }

        string[] answers = await Interpreter.CompileAsync(programs);
        Assert.Equal(programs.Count, answers.Length);
        Assert.DoesNotContain("stopped", answers);
        int accepted = answers.Count(a => a == "ok");
        Assert.InRange(accepted, programs.Count / 10, programs.Count * 9 / 10);
        output.WriteLine($"measured: {programs.Count} generated programs, {accepted} of them accepted");
        Agree([.. programs], [.. answers.Select(a => a == "ok")]);
    }

    private static void Agree(string[] programs, bool[] verdicts)
    {
        StringBuilder differences = new();
        int count = 0;
        for (int i = 0; i < programs.Length; i++)
        {
            ParseResult ours = MicroPythonParser.Parse(programs[i]);
            if ((ours.Error is null) != verdicts[i] && ++count <= 20)
            {
                differences.AppendLine($"--- the interpreter {(verdicts[i] ? "accepts" : "rejects")}, we say {ours.Error}:").AppendLine(programs[i]);
            }
        }

        Assert.True(count == 0, $"{count} of {programs.Length} differ.\n{differences}");
    }
}

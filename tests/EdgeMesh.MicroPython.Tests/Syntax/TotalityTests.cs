using System.Diagnostics;
using System.Text;

namespace EdgeMesh.MicroPython.Tests.Syntax;

/// <summary>Any text gives a result: no exception, no overflow, no time beyond its length.</summary>
public sealed class TotalityTests
{
    private const string Alphabet = "abfru_019.eExj'\"\\{}[]():;,#=!<>*/+-%@~^&|\n\r\t \0é\ud83dlambda not if else for in yield await async def class import from as with try except ";

    [Fact]
    public void Random_characters_give_a_tree_or_an_error_with_a_place_and_a_hint()
    {
        Random random = new(1);
        for (int i = 0; i < 20000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            Judge(text);
        }
    }

    [Fact]
    public void Every_prefix_and_every_byte_mutation_of_a_program_gives_a_result()
    {
        string program = string.Concat(Snippets.All.Where(s => s.Accepted).Take(300).Select(s => s.Program));
        Random random = new(2);
        for (int i = 0; i < 2000; i++)
        {
            Judge(program[..random.Next(Math.Min(program.Length, 2000))]);
            StringBuilder mutated = new(program[..2000]);
            mutated[random.Next(mutated.Length)] = (char)random.Next(256);
            Judge(mutated.ToString());
        }
    }

    public static TheoryData<string> Deep =>
    [
        "(", "[", "{", "-", "not ", "lambda: ", "f(", "a[", "x if y else ", "2**", "f\"{", "f'{f\"{", "await ", "(yield ", "*", "a.b.c", "a+", "a(b)", "if x: ", "@a\n", "'''", "\\\n", "{{", "a:=", "for x in ", "~", "x,", "x=", "a and ", "a<", "\"a\" ", "0,", "a[:", "async def f():\n",
    ];

    [Theory]
    [MemberData(nameof(Deep))]
    public void Endless_repetition_ends_in_time_and_without_overflow(string piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        string text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length));
        Stopwatch clock = Stopwatch.StartNew();
        Judge(text);
        Judge(text + "x" + new string(')', 1000));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [Fact]
    public void Endless_indentation_is_an_error()
    {
        string text = string.Concat(Enumerable.Range(0, 2000).Select(i => new string(' ', i) + "if x:\n"));
        Assert.Contains("nested", MicroPythonParser.Parse(text).Error!.Message);
    }

    [Fact]
    public void Time_grows_with_the_length_and_not_faster()
    {
        string unit = string.Concat(Snippets.All.Where(s => s.Accepted && !s.Program.Contains("const", StringComparison.Ordinal)).Take(200).Select(s => s.Program));
        double Once(int times)
        {
            string text = string.Concat(Enumerable.Repeat(unit, times));
            double best = double.MaxValue;
            for (int i = 0; i < 5; i++)
            {
                Stopwatch clock = Stopwatch.StartNew();
                Judge(text);
                best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
            }

            return best;
        }

        Once(2);
        Assert.True(Once(80) < Once(10) * 8 * 6);
    }

    private static void Judge(string text)
    {
        ParseResult result = MicroPythonParser.Parse(text);
        if (result.Error is { } error)
        {
            Assert.NotEmpty(error.Message);
            Assert.NotEmpty(error.Hint);
            Assert.InRange(error.Position.Line, 1, result.Source.LineCount + 1);
            Assert.True(error.Position.Column >= 1);
        }
        else
        {
            Assert.NotNull(result.Tree);
        }
    }
}

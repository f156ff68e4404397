using System.Text;
using System.Text.Json;
using EdgeMesh.MicroPython.Bytecode;
using EdgeMesh.MicroPython.Policy;
using EdgeMesh.MicroPython.Tests.Policy;
using Xunit.Abstractions;

namespace EdgeMesh.MicroPython.Tests;

/// <summary>The second opinion: what mpy-cross makes of a program is what the policy saw of it.</summary>
public sealed class BytecodeTests(ITestOutputHelper output)
{
    private static readonly PolicyData Data = PolicyData.Shipped;
    private static readonly Lazy<Task<string?[]>> Compiled = new(CompileAsync);

    // Everything that names something: imports in all forms, classes, closures, loops, decorators, f-strings, async.
    private const string Rich = """
        import time, umqtt.simple as mqtt
        from machine import Pin as P, ADC
        from math import *
        import collections.abc
        total = 0
        class Box:
            size = 3
            other = size + 1
            def __init__(self, *parts, **named):
                super().__init__()
                self.parts, self.size = parts, 2
            @property
            def area(self): return self.size ** 2
        def outer(a, b=time.ticks_ms(), *, c=None):
            global total
            def inner():
                nonlocal a
                a += 1
                return [x.real for x in (a, b, c) if x not in {}]
            total += sum(inner())
            assert total, 'no'
            del a
            return f"{total:5.1f} {b} {{}}"
        async def run():
            async with lock() as held:
                async for piece in held: await piece.done()
        def lock(): yield from (P.OUT, ADC, sin, 10 ** 20, 2.5, b'x', ..., (1, 'constants'))
        for i in range(3):
            try: outer(i).strip()
            except (ValueError, OSError) as e: print(e.args)
            finally: continue
        while True: break
        """;

    private static async Task<string?[]> CompileAsync() =>
        [.. (await Interpreter.AskAsync("mpy.mjs", Programs.Benign.Select(p => p.Text).Append(Rich))).Select(a => JsonDocument.Parse(a).RootElement).Select(a => a.TryGetProperty("mpy", out JsonElement mpy) ? mpy.GetString() : null)];

    private static async Task<byte[]> RichAsync() => Convert.FromBase64String((await Compiled.Value)[^1]!);

    [Fact]
    public async Task Of_benign_programs_both_see_the_same()
    {
        (string Name, string Text)[] programs = Programs.Benign;
        string?[] compiled = await Compiled.Value;
        string[] refused = [.. programs.Zip(compiled).Where(p => p.Second is not null)
            .SelectMany(p => SecondOpinion.Compare(p.First.Text, Convert.FromBase64String(p.Second!), Data).Select(f => $"{p.First.Name}: {f.Message}"))];
        int untaken = compiled.Count(c => c is null);
        output.WriteLine($"counted: {programs.Length} benign programs, {untaken} not taken by the second compiler, {refused.Length} disagreements");
        Assert.True(refused.Length == 0, string.Join('\n', refused));
        Assert.True(untaken * 100 <= programs.Length, $"{untaken} do not compile");
    }

    [Fact]
    public async Task The_pinned_interpreter_loads_and_runs_what_the_second_compiler_makes()
    {
        string answer = (await Interpreter.AskAsync("mpy.mjs", ["### load\nimport time\ndef f(a, *, b=2):\n    return f'{a} {b}'\nprint(f(1), sorted([3, 1]), (1, 2.5, 'x'), time.__name__)\n"]))[0];
        Assert.Equal("1 2 [1, 3] (1, 2.5, 'x') time", JsonDocument.Parse(answer).RootElement.GetProperty("printed").GetString());
    }

    [Fact]
    public async Task Everything_that_a_program_names_is_found_in_its_bytecode()
    {
        MpyFile file = MpyReader.Read(await RichAsync(), out string? error)!;
        Assert.Null(error);
        Assert.False(file.HasNativeCode);
        Assert.Equal(["collections.abc", "machine", "math", "time", "umqtt.simple"], file.Imports.Order(StringComparer.Ordinal));
        Assert.Equal(["*", "ADC", "Pin"], file.ImportedNames.Order(StringComparer.Ordinal));
        Assert.Subset(file.Attributes.ToHashSet(), new HashSet<string> { "ticks_ms", "__init__", "size", "real", "done", "strip", "args", "OUT", "simple" });
        Assert.Subset(file.Names.ToHashSet(), new HashSet<string> { "time", "P", "ADC", "sin", "super", "property", "lock", "ValueError", "print", "outer", "sum", "AssertionError" });
        Assert.Empty(SecondOpinion.Compare(Rich, await RichAsync(), Data));
    }

    [Theory]
    [InlineData("import time", "import times", "imports time")]
    [InlineData("from machine import Pin as P", "from machine import Signal as P", "the name Pin")]
    [InlineData("from math import *", "from math import sin", "the name *")]
    [InlineData("x.real", "x.imag", "attribute real")]
    [InlineData("sum(", "max(", "name sum")]
    [InlineData("e.args", "e", "attribute args")]
    public async Task A_name_that_the_policy_did_not_see_is_a_disagreement(string there, string seen, string words)
    {
        Assert.Contains(there, Rich, StringComparison.Ordinal);
        Finding finding = SecondOpinion.Compare(Rich.Replace(there, seen, StringComparison.Ordinal), await RichAsync(), Data)[0];
        Assert.Equal(("bytecode", Severity.Refused), (finding.Rule.Id, finding.Rule.Severity));
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Native_code_is_refused_wherever_it_is_said_to_be()
    {
        byte[] named = await RichAsync();
        named[2] |= 2 << 2;
        Assert.Contains("machine code", Assert.Single(SecondOpinion.Compare(Rich, named, Data)).Message, StringComparison.Ordinal);

        // A file of no names and no constants, whose only function is of the kind "native".
        byte[] function = [(byte)'M', 6, 0, 31, 0, 0, (1 << 3) | 1, 0];
        Assert.True(MpyReader.Read(function, out _)!.HasNativeCode);
    }

    [Fact]
    public async Task Any_bytes_give_a_file_or_a_sentence()
    {
        byte[] whole = await RichAsync();
        Random random = new(7);
        for (int i = 0; i < 20000; i++)
        {
            byte[] bytes = whole[..(i % 2 == 0 ? whole.Length : random.Next(whole.Length))];
            for (int changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Assert.True(MpyReader.Read(bytes, out string? error) is null == error is { Length: > 0 });
        }

        foreach (int length in (int[])[0, 1, 3, 4, MpyReader.LengthMax, MpyReader.LengthMax + 1])
        {
            Assert.Null(MpyReader.Read(new byte[length], out string? error));
            Assert.NotEmpty(error!);
        }

        Assert.Null(MpyReader.Read([(byte)'M', 6, 0, 31, 0, 1, .. Enumerable.Repeat<byte[]>([10, 1], 5000).SelectMany(b => b)], out _));
        Assert.Null(MpyReader.Read([(byte)'M', 6, 0, 31, 0, 0, .. Enumerable.Repeat<byte[]>([(3 << 3) | 4, 0, 0, 0x63, 1], 5000).SelectMany(b => b)], out _));
        Assert.Null(MpyReader.Read(Encoding.ASCII.GetBytes("import time\n"), out _));
    }
}

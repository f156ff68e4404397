using System.Text;
using System.Text.Json;
using EdgeMesh.MicroPython.Policy;
using Xunit.Abstractions;

namespace EdgeMesh.MicroPython.Tests.Policy;

/// <summary>None of the hostile programs is accepted, and hardly any of the benign ones refused.</summary>
public sealed class PolicyTests(ITestOutputHelper output)
{
    private static readonly PolicyOptions Options = new(PolicyData.Shipped.AllowHosts(["api.test"]));

    private static string Refusals(Verdict verdict) =>
        string.Join("; ", verdict.Findings.Where(f => f.Rule.Severity == Severity.Refused).Select(f => $"{f.Rule.Id} {f.Position.Line}:{f.Position.Column} {f.Message}"));

    [Fact]
    public void No_hostile_program_is_accepted()
    {
        string[] missed = [.. Programs.Hostile.Where(p => ProgramPolicy.Judge(p.Text, Options).Accepted).Select(p => p.Name)];
        output.WriteLine($"counted: {Programs.Hostile.Length} hostile programs, {missed.Length} missed");
        Assert.True(Programs.Hostile.Length > 200);
        Assert.True(missed.Length == 0, string.Join("; ", missed));
    }

    [Fact]
    public void At_most_one_in_a_hundred_benign_programs_is_refused()
    {
        string[] refused = [.. Programs.Benign.Select(p => (p.Name, Verdict: ProgramPolicy.Judge(p.Text, Options))).Where(p => !p.Verdict.Accepted)
            .Select(p => $"{p.Name}: {Refusals(p.Verdict)}")];
        output.WriteLine($"counted: {Programs.Benign.Length} benign programs, {refused.Length} refused");
        Assert.True(refused.Length * 100 <= Programs.Benign.Length, string.Join('\n', refused));
    }

    [Fact]
    public async Task Every_program_of_both_corpora_is_alive_for_the_interpreters_compiler()
    {
        // Two are alive in that the compiler itself computes until its memory ends.
        (string Name, string Text)[] programs = [.. Programs.Benign, .. Programs.Hostile.Where(p => p.Name is not ("memory power" or "memory power chain"))];
        string[] answers = await Interpreter.CompileAsync(programs.Select(p => p.Text));
        Assert.Equal(programs.Length, answers.Length);
        string[] dead = [.. programs.Zip(answers).Where(p => p.Second != "ok").Select(p => p.First.Name)];
        // Native code compiles on boards only, a program with an error nowhere.
        Assert.All(dead, name => Assert.True(name is "syntax error" || name.Contains("native", StringComparison.Ordinal) || name.Contains("viper", StringComparison.Ordinal)
            || name.Contains("asm", StringComparison.Ordinal), $"{name} does not compile"));
        Assert.All(programs.Zip(answers), p => Assert.Equal(p.Second == "ok", MicroPythonParser.Parse(p.First.Text).Error is null));
    }

    [Fact]
    public async Task What_is_refused_does_its_harm_on_the_interpreter()
    {
        (string Name, string Text)[] programs = Programs.Hostile;
        string[] answers = await Interpreter.AskAsync("alive.mjs", programs.Select(p => p.Text));
        Assert.Equal(programs.Length, answers.Length);
        (string Name, JsonElement Answer)[] told = [.. programs.Zip(answers, (p, a) => (p.Name, JsonDocument.Parse(a).RootElement))];
        string[] dead = [.. told.Where(t => !IsAlive(t.Answer)).Select(t => t.Name)];
        output.WriteLine($"counted: {programs.Length - dead.Length} of {programs.Length} hostile programs are alive here");
        Assert.Empty(dead.Except(Programs.AliveElsewhere));
        Assert.True(programs.Length - dead.Length > 200);
    }

    // It ran to its end, never came back, took all memory or stack, or used what only a board has before it failed.
    private static bool IsAlive(JsonElement answer) => answer.GetProperty("outcome").GetString() is "ran" or "stalled" or "MemoryError" or "RuntimeError" or "SystemExit"
        || answer.GetProperty("reached").EnumerateArray().Any(r => !r.GetString()!.StartsWith("time.", StringComparison.Ordinal));

    // "bytecode" is not asked here but of the compiled program: BytecodeTests.
    public static TheoryData<string> Refusing => [.. Rules.All.Where(r => r.Severity == Severity.Refused && r.Id != "bytecode").Select(r => r.Id)];

    [Theory]
    [MemberData(nameof(Refusing))]
    public void Without_a_rule_some_hostile_program_is_accepted(string rule)
    {
        // This build of the interpreter has no native code, so that its compiler refuses too.
        PolicyOptions without = Options with { Without = rule == "native" ? new HashSet<string> { rule, "syntax" } : new HashSet<string> { rule }, UsedPins = new HashSet<int> { 33 } };
        Assert.True(Programs.Hostile.Append(("large", Large)).Append(("used", Used)).Any(p => ProgramPolicy.Judge(p.Item2, without).Accepted), $"No program needs {rule}.");
    }

    private static string Large => "def main():\n    pass\n" + new string('#', 65536);

    private const string Used = "from machine import Pin\np = Pin(33)\ndef main():\n    pass\n";

    [Fact]
    public void A_program_beyond_64_KB_and_one_on_a_used_pin_are_refused()
    {
        Assert.Equal("size", Assert.Single(ProgramPolicy.Judge(Large, Options).Findings).Rule.Id);
        Assert.Equal("size", Assert.Single(ProgramPolicy.Judge("def main():\n    x = '" + new string('é', 33000) + "'\n", Options).Findings).Rule.Id);
        Assert.False(ProgramPolicy.Judge(Used, Options with { UsedPins = new HashSet<int> { 33 } }).Accepted);
        Assert.True(ProgramPolicy.Judge(Used, Options).Accepted);
    }

    [Theory]
    [InlineData("strapping-pin", "from machine import Pin\nPin(12, Pin.OUT)\n")]
    [InlineData("console-pin", "from machine import Pin\nPin(1, Pin.OUT)\n")]
    [InlineData("blocking-wait", "from machine import Pin\np = Pin(4)\nwhile p.value():\n    pass\n")]
    [InlineData("unbounded-list", "import time\nx = []\nwhile True:\n    x.append(1)\n    time.sleep(1)\n")]
    [InlineData("sensor-error", "import dht, machine\ns = dht.DHT22(machine.Pin(4))\ns.measure()\n")]
    [InlineData("ticks-compared", "import time\nt = time.ticks_ms()\nif time.ticks_ms() > t + 100:\n    pass\n")]
    [InlineData("ticks-compared", "import time\nt = time.ticks_ms()\nx = time.ticks_ms() - t\n")]
    [InlineData("bare-except", "try:\n    x = 1\nexcept:\n    pass\n")]
    [InlineData("no-setup", "def loop():\n    pass\n")]
    public void What_is_doubtful_is_a_warning_and_accepted(string rule, string program)
    {
        Verdict verdict = ProgramPolicy.Judge(program + (rule == "no-setup" ? "" : "def main():\n    pass\n"), Options);
        Assert.True(verdict.Accepted, Refusals(verdict));
        Assert.Contains(verdict.Findings, f => f.Rule.Id == rule);
        Assert.DoesNotContain(ProgramPolicy.Judge(program, Options with { Without = new HashSet<string> { rule } }).Findings, f => f.Rule.Id == rule);
    }

    [Fact]
    public void Boards_differ_in_their_pins()
    {
        const string program = "from machine import Pin\np = Pin(16, Pin.OUT)\ndef main():\n    pass\n";
        Assert.True(ProgramPolicy.Judge(program, Options).Accepted);
        Assert.Contains("pin-reserved", Refusals(ProgramPolicy.Judge(program, Options with { Board = "esp32-wrover" })));
        Assert.Contains("pin-reserved", Refusals(ProgramPolicy.Judge(program, Options with { Board = "esp32-c3" })));
    }

    [Fact]
    public void A_policy_file_adds_modules_hosts_boards_and_limits()
    {
        const string program = "import bme280, requests\nrequests.get('http://evil.com/')\ndef main():\n    bme280.BME280()\n";
        Assert.False(ProgramPolicy.Judge(program, Options).Accepted);
        PolicyData? more = PolicyData.Shipped.Extend("modules: {bme280: [BME280]}\nhosts: [EVIL.com]\nlimits: {duty_percent: 50}\nboards: {lamp: {pins: '4', used: '4'}}\n", out string? error);
        Assert.Null(error);
        Assert.True(ProgramPolicy.Judge(program, new PolicyOptions(more!)).Accepted);
        Assert.Contains("pin-used", Refusals(ProgramPolicy.Judge("from machine import Pin\nPin(4)\n", new PolicyOptions(more!, "lamp"))));
        Assert.Contains("duty", Refusals(ProgramPolicy.Judge("from machine import Pin, PWM\nPWM(Pin(4)).duty(600)\n", new PolicyOptions(more!))));
    }

    [Fact]
    public void Modules_that_a_policy_adds_are_seen_through_a_star_import()
    {
        PolicyData more = PolicyData.Shipped.Extend("modules: {bme280: [BME280]}\n", out _)!;
        const string program = "from bme280 import *\ndef main():\n    BME280()\n";
        Assert.True(ProgramPolicy.Judge(program, new PolicyOptions(more)).Accepted);
        Assert.Contains("undefined", Refusals(ProgramPolicy.Judge(program.Replace("BME280()", "BMX()", StringComparison.Ordinal), new PolicyOptions(more))));
    }

    [Fact]
    public void The_schema_names_the_sections_and_limits_that_the_shipped_policy_has()
    {
        string folder = Path.Combine(Interpreter.Root, "hub/EdgeMesh.MicroPython/Policy");
        JsonElement schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "policy.schema.json"))).RootElement.GetProperty("properties");
        string[] lines = File.ReadAllLines(Path.Combine(folder, "policy.yaml"));
        string[] sections = [.. lines.Where(l => l.Length > 0 && char.IsAsciiLetter(l[0])).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)])];
        string[] limits = [.. lines.SkipWhile(l => l != "limits:").Skip(1).TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal)).Select(l => l.Trim().Split(':')[0])];
        Assert.Equal(schema.EnumerateObject().Select(p => p.Name).Order(), sections.Order());
        Assert.Equal(schema.GetProperty("limits").GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(), limits.Order());
    }

    [Theory]
    [InlineData("module: {}")]
    [InlineData("hosts: evil")]
    [InlineData("- a")]
    [InlineData("limits: {duty_percent: many}")]
    [InlineData("a: [")]
    [InlineData("boards: {x: {pins: 1-}}")]
    public void A_policy_that_is_none_is_refused_with_a_sentence(string yaml)
    {
        Assert.Null(PolicyData.Shipped.Extend(yaml, out string? error));
        Assert.False(string.IsNullOrEmpty(error));
    }

    [Theory]
    [InlineData("await x = 1\n")]
    [InlineData("async def f():\n    (await x) += 1\n")]
    [InlineData("for await x in []:\n    pass\n")]
    [InlineData("if False:\n    del await x\n")]
    public void What_is_awaited_and_assigned_to_gets_a_verdict(string program) =>
        Assert.False(ProgramPolicy.Judge(program, Options).Accepted);

    [Fact]
    public void Any_text_gets_a_verdict()
    {
        Random random = new(3);
        string all = string.Concat(Programs.Benign.Concat(Programs.Hostile).Select(p => p.Text));
        for (int i = 0; i < 3000; i++)
        {
            StringBuilder text = new();
            for (int j = 0; j < 3; j++)
            {
                int start = random.Next(all.Length - 400);
                int line = all.IndexOf('\n', start) + 1;
                int end = all.IndexOf('\n', Math.Min(line + random.Next(300), all.Length - 1));
                text.Append(all[line..Math.Max(line, end)]).Append('\n');
            }

            ProgramPolicy.Judge(text.ToString(), Options);
        }
    }
}

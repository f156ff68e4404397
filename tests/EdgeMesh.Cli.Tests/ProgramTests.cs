using System.Text.Json;

namespace EdgeMesh.Cli.Tests;

/// <summary><c>edgemesh program</c> and <c>edgemesh policy</c>: without a hub.</summary>
public sealed class ProgramTests : IDisposable
{
    private const string Good = "import time\n\n\ndef setup():\n    pass\n\n\ndef loop():\n    time.sleep(1)\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("programs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public async Task A_folder_gets_a_json_line_for_each_program_and_exit_code_4_where_one_is_refused()
    {
        string good = File("a.py", Good);
        string bad = File("inner/b.py", "import os\n" + Good);
        File("notes.txt", "no program");
        Ran ran = await Ran.Of(["program", "validate", _folder, "--json"]);
        Assert.Equal(ExitCodes.Refused, ran.ExitCode);
        Assert.Equal([good, bad], ran.JsonLines.Select(l => l.GetProperty("file").GetString()!));
        Assert.Equal([true, false], ran.JsonLines.Select(l => l.GetProperty("accepted").GetBoolean()));
        JsonElement finding = Assert.Single(ran.JsonLines[1].GetProperty("findings").EnumerateArray());
        Assert.Equal(["rule", "severity", "line", "column", "message", "hint"], finding.EnumerateObject().Select(m => m.Name));
        Assert.Equal(("module", "refused", 1, 8), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString(),
            finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task Where_all_are_accepted_the_exit_code_is_0_and_the_last_line_counts_them()
    {
        Ran ran = await Ran.Of(["program", "validate", File("a.py", Good), File("b.py", Good)]);
        Assert.Equal(0, ran.ExitCode);
        Assert.Equal("2 programs, 0 refused.", ran.Lines[^1]);
    }

    [Fact]
    public async Task For_people_a_refusal_is_a_line_with_file_place_rule_and_hint()
    {
        string bad = File("b.py", Good + "eval('1')\n");
        Ran ran = await Ran.Of(["program", "validate", bad]);
        Assert.Equal(ExitCodes.Refused, ran.ExitCode);
        Assert.StartsWith($"{bad}:10:1: refused builtin: ", ran.Lines[0]);
    }

    [Fact]
    public async Task With_bytecode_a_program_is_refused_of_which_there_is_no_second_opinion()
    {
        string plain = File("a.py", Good), strange = File("b.py", Good + "x = 1\nprint(f'{x!r}')\n");
        Assert.Equal(0, (await Ran.Of(["program", "validate", plain, strange])).ExitCode);
        Ran ran = await Ran.Of(["program", "validate", plain, strange, "--bytecode", "--json"]);
        Assert.Equal(ExitCodes.Refused, ran.ExitCode);
        Assert.Equal([true, false], ran.JsonLines.Select(l => l.GetProperty("accepted").GetBoolean()));
        Assert.Equal("bytecode", Assert.Single(ran.JsonLines[1].GetProperty("findings").EnumerateArray()).GetProperty("rule").GetString());
    }

    [Fact]
    public async Task Hosts_boards_and_policies_hold_for_the_call()
    {
        string program = File("a.py", "import requests\nfrom machine import Pin\np = Pin(16)\nrequests.get('http://example.org/')\n" + Good);
        Assert.Equal(ExitCodes.Refused, (await Ran.Of(["program", "validate", program])).ExitCode);
        Assert.Equal(0, (await Ran.Of(["program", "validate", program, "--allow-host", "example.org"])).ExitCode);
        Assert.Equal(ExitCodes.Refused, (await Ran.Of(["program", "validate", program, "--allow-host", "example.org", "--board", "esp32-wrover"])).ExitCode);
        Assert.Equal(0, (await Ran.Of(["program", "validate", program, "--policy", File("p.yaml", "hosts: [example.org]\n")])).ExitCode);
        (await Ran.Of(["program", "validate", program, "--policy", File("q.yaml", "nonsense: 1\n")])).MustFail(ExitCodes.Usage, "invalid_argument");
        (await Ran.Of(["program", "validate", program, "--board", "toaster"])).MustFail(ExitCodes.Usage, "invalid_argument");
        (await Ran.Of(["program", "validate", "/nowhere/x.py"])).MustFail(ExitCodes.Usage, "invalid_argument");
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("parse")]
    public async Task A_folder_without_programs_is_an_invalid_argument_and_no_success(string verb)
    {
        File("notes.txt", "no program");
        (await Ran.Of(["program", verb, _folder, "--json"])).MustFail(ExitCodes.Usage, "invalid_argument");
        (await Ran.Of(["program", verb, File("inner/a.py", Good), Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName])).MustFail(ExitCodes.Usage, "invalid_argument");
    }

    [Fact]
    public async Task Parse_tells_the_error_and_its_place_or_null()
    {
        Ran ran = await Ran.Of(["program", "parse", File("a.py", "x = 1\n"), File("b.py", "def f(:\n"), "--json"]);
        Assert.Equal(ExitCodes.Refused, ran.ExitCode);
        Assert.Equal(JsonValueKind.Null, ran.JsonLines[0].GetProperty("error").ValueKind);
        Assert.True(ran.JsonLines[0].GetProperty("ok").GetBoolean());
        Assert.Equal((1, 7), (ran.JsonLines[1].GetProperty("error").GetProperty("line").GetInt32(), ran.JsonLines[1].GetProperty("error").GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task Hundreds_of_programs_take_seconds()
    {
        for (int i = 0; i < 400; i++)
        {
            File($"{i}.py", Good);
        }

        Ran ran = await Ran.Of(["program", "validate", _folder, "--json"]).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(400, ran.JsonLines.Length);
    }

    [Fact]
    public async Task Every_listed_rule_is_explained()
    {
        Ran list = await Ran.Of(["policy", "list", "--json"]);
        foreach (JsonElement rule in list.Json.EnumerateArray())
        {
            Ran explained = await Ran.Of(["policy", "explain", rule.GetProperty("rule").GetString()!]);
            Assert.Equal(0, explained.ExitCode);
            Assert.Contains("Why: ", explained.Stdout);
            Assert.Contains("Instead: ", explained.Stdout);
        }

        (await Ran.Of(["policy", "explain", "nonsense"])).MustFail(ExitCodes.Usage, "invalid_argument");
    }
}

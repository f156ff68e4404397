namespace EdgeMesh.Cli.Tests;

/// <summary><c>edgemesh program dry-run</c>, as an editor or a build calls it.</summary>
public sealed class ProgramDryRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private string Beacon => File("beacon.py", "import time, edgemesh\ndef loop():\n    edgemesh.publish(beat=1)\n    time.sleep(10)\n");

    private string Scenario(int every) => File($"{every}.json", $$"""{"duration_s": 60, "expect": [{"publishes": "beat", "every_s": {{every}}}]}""");

    [Fact]
    public async Task A_program_that_does_what_is_expected_is_exit_code_0_and_its_report_is_json()
    {
        Ran ran = await Ran.Of(["program", "dry-run", Beacon, "--scenario", Scenario(10), "--json"]);
        Assert.True(ran.ExitCode == ExitCodes.Ok, ran.ToString());
        Assert.True(ran.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(6, ran.Json.GetProperty("publishes").GetArrayLength());
        Assert.Equal(10, ran.Json.GetProperty("expectations")[0].GetProperty("expect").GetProperty("every_s").GetInt32());
    }

    [Fact]
    public async Task One_that_does_not_is_exit_code_4_with_the_verdict_last()
    {
        Ran ran = await Ran.Of(["program", "dry-run", Beacon, "--scenario", Scenario(5)]);
        ran.MustFail(ExitCodes.Refused, "dry_run_failed");
        Assert.Contains("telemetry  {\"beat\":1}", ran.Stdout);
        Assert.Contains("not met", ran.Stdout);
        Assert.Contains("did not meet 1 of 1", ran.Lines[^1] + ran.Lines[^2]);
    }

    [Fact]
    public async Task One_that_fails_is_exit_code_4_and_names_the_line()
    {
        Ran ran = await Ran.Of(["program", "dry-run", File("bad.py", "def loop():\n    1 / 0\n"), "--json"]);
        ran.MustFail(ExitCodes.Refused, "dry_run_failed");
        Assert.Equal(2, ran.Json.GetProperty("exceptions")[0].GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("/nowhere/program.py", null)]
    [InlineData(null, "/nowhere/scenario.json")]
    [InlineData(null, """{"duration_s": -1}""")]
    public async Task What_cannot_be_read_is_refused(string? program, string? scenario)
    {
        string scenarioFile = scenario is null || scenario[0] == '/' ? scenario ?? Scenario(10) : File("wrong.json", scenario);
        (await Ran.Of(["program", "dry-run", program ?? Beacon, "--scenario", scenarioFile])).MustFail(ExitCodes.Usage, "invalid_argument");
    }
}

using EdgeMesh.Hub.Hosting;

namespace EdgeMesh.Cli.Tests;

/// <summary>What needs no hub.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("devices")]
    [InlineData("devices", "add", "kitchen")]
    [InlineData("devices", "list", "--nonsense")]
    [InlineData("firmware", "show")]
    [InlineData("firmware", "add", "/nowhere/image.py", "--id", "a", "--version", "1", "--type", "t", "--kind", "nano-app")]
    [InlineData("firmware", "remove", "lamp")]
    [InlineData("ota", "start", "kitchen")]
    [InlineData("ota", "start", "kitchen", "lamp", "--timeout", "10s")]
    [InlineData("ota", "start", "kitchen", "lamp", "--wait", "--timeout", "soon")]
    [InlineData("ota", "start", "kitchen", "lamp", "--wait", "--timeout", "-1s")]
    [InlineData("devices", "list", "--socket", "")]
    [InlineData("hub", "--Hub:Siet", "kitchen")]
    [InlineData("hub", "--Hub:Site")]
    [InlineData("hub", "kitchen")]
    [InlineData("hub", "--Hub:Site", "Not A Name")]
    [InlineData("hub", "--Broker:Port", "many")]
    [InlineData("hub", "--Hub:StateFolder", "/proc/nowhere", "--Hub:Socket", "/proc/nowhere/hub.sock")]
    public async Task A_wrong_command_line_or_setting_is_refused_in_one_sentence_with_exit_code_2(params string[] args) =>
        (await Ran.Of(args)).MustFail(ExitCodes.Usage, "invalid_argument");

    [Fact]
    public async Task A_socket_path_that_no_socket_can_have_is_refused() =>
        (await Ran.Of(["devices", "list", "--socket", "/tmp/" + new string('x', 110)])).MustFail(ExitCodes.Usage, "invalid_argument");

    [Theory]
    [InlineData("devices", "list")]
    [InlineData("devices", "add", "kitchen", "--type", "relay")]
    [InlineData("firmware", "list")]
    [InlineData("ota", "status")]
    [InlineData("ota", "start", "kitchen", "lamp", "--wait")]
    public async Task Where_no_hub_runs_the_error_names_the_socket_and_how_to_start_it(params string[] args)
    {
        Ran ran = await Ran.Of([.. args, "--socket", "/tmp/edgemesh-no-hub.sock"]);
        ran.MustFail(ExitCodes.Unavailable, "hub_unavailable");
        Assert.Contains("/tmp/edgemesh-no-hub.sock", ran.Stderr);
        Assert.Contains("`edgemesh hub`", ran.Stderr);
        Assert.Empty(ran.Stdout);
    }

    [Fact]
    public async Task As_json_an_error_is_one_document_with_code_and_message()
    {
        Ran ran = await Ran.Of(["devices", "list", "--json", "--socket", "/tmp/edgemesh-no-hub.sock"]);
        ran.MustFail(ExitCodes.Unavailable, "hub_unavailable");
        Assert.Equal(["code", "message"], ran.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("hub_unavailable", ran.Json.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Bad_usage_is_json_too_where_json_is_asked_for() =>
        Assert.Equal("invalid_argument", (await Ran.Of(["devices", "add", "--json"])).Json.GetProperty("code").GetString());

    [Fact]
    public async Task Version_is_this_programs() => Assert.Equal(new Ran(0, $"edgemesh {CliApplication.Version}\n", ""), await Ran.Of(["--version"]));

    [Fact]
    public async Task Help_names_every_verb_and_every_exit_code()
    {
        Ran ran = await Ran.Of(["--help"]);
        Assert.Equal(0, ran.ExitCode);
        Assert.All(["hub", "devices", "firmware", "ota", "exit-codes", "--json", "--socket"], word => Assert.Contains(word, ran.Stdout));
        Assert.All(ExitCodes.Table, row => Assert.Contains($"{row.ExitCode} {row.Meaning}", ran.Stdout));
    }

    [Fact]
    public async Task Help_of_the_daemon_names_every_setting_of_every_options_class()
    {
        string help = (await Ran.Of(["hub", "--help"])).Stdout;
        var classes = typeof(HubOptions).Assembly.GetExportedTypes().Where(t => t.GetField("Section") is not null).ToArray();
        Assert.Contains(typeof(HubOptions), classes);
        Assert.All(classes, c => Assert.All(
            c.GetProperties().Where(p => p.CanWrite), p => Assert.Contains($"--{c.GetField("Section")!.GetRawConstantValue()}:{p.Name} ", help)));
    }
}

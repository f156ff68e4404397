using System.Text.Json;

namespace EdgeMesh.Cli.Tests;

/// <summary><c>edgemesh tool</c>: what a language model may do, on a real hub with the real sandbox.</summary>
public sealed class ToolTests(RunningHub hub) : IClassFixture<RunningHub>
{
    private const string Sentence = "blink the LED on pin 2 every 2 seconds";

    [Fact]
    public async Task The_description_has_a_schema_whose_actions_are_the_ones_there_are()
    {
        Ran plain = await hub.MustAsync("tool", "describe");
        JsonElement tool = plain.Json;
        Assert.Equal("edgemesh_programs", tool.GetProperty("name").GetString());
        JsonElement function = (await hub.MustAsync("tool", "describe", "--openai")).Json.GetProperty("function");
        Assert.Equal(tool.GetProperty("input_schema").GetRawText().ReplaceLineEndings(""), function.GetProperty("parameters").GetRawText().ReplaceLineEndings(""), ignoreWhiteSpaceDifferences: true, ignoreAllWhiteSpace: true);
        string[] actions = [.. tool.GetProperty("input_schema").GetProperty("properties").GetProperty("action").GetProperty("enum").EnumerateArray().Select(a => a.GetString()!)];
        Assert.DoesNotContain("approve", actions);
        foreach (string action in actions.Append("approve"))
        {
            JsonElement answer = (await CallAsync(new { action })).Json;
            bool known = answer.GetProperty("status").GetString() == "ok" || !answer.GetProperty("error").GetProperty("message").GetString()!.StartsWith("The action is refused", StringComparison.Ordinal);
            Assert.Equal((action, action != "approve"), (action, known));
        }
    }

    [Fact]
    public async Task A_model_writes_a_program_reads_the_evidence_and_can_send_it_only_once_a_person_approved()
    {
        await hub.MustAsync("devices", "add", "porch", "--type", "relay", "--out", Path.Combine(hub.Folder, "porch.json"));
        JsonElement made = Data(await CallAsync(new { action = "generate", device = "porch", description = Sentence }));
        Assert.Equal(("ready", 1), (made.GetProperty("state").GetString(), made.GetProperty("version").GetInt32()));
        Assert.True(made.GetProperty("dry_run").GetProperty("ok").GetBoolean());
        Assert.Contains("def loop", made.GetProperty("source").GetString(), StringComparison.Ordinal);
        Ran hasty = await CallAsync(new { action = "deploy", device = "porch" });
        Assert.Equal(("error", "program_not_approved"), (hasty.Json.GetProperty("status").GetString(), hasty.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.NotEqual(0, hasty.ExitCode);

        JsonElement edited = Data(await CallAsync(new { action = "edit", device = "porch", source = "import os\n" + made.GetProperty("source").GetString() }));
        Assert.Equal("refused", edited.GetProperty("state").GetString());
        Assert.Equal("module", edited.GetProperty("findings")[0].GetProperty("rule").GetString());

        // What a model made last is nobody's to approve by the device's name alone: it may be newer than what was read.
        Ran newest = await hub.RunAsync("program", "approve", "porch");
        Assert.True(newest.ExitCode == ExitCodes.Refused && newest.Stderr.Contains("tool:", StringComparison.Ordinal) && newest.Stderr.Contains("edgemesh program approve porch@2", StringComparison.Ordinal), newest.ToString());
        await hub.MustAsync("program", "approve", "porch@1");
        Assert.Equal("porch", Data(await CallAsync(new { action = "deploy", device = "porch", version = 1 })).GetProperty("device").GetString());
        Assert.Equal(2, Data(await CallAsync(new { action = "list", device = "porch" })).GetArrayLength());
    }

    [Fact]
    public async Task A_draft_is_judged_without_a_device_and_nonsense_is_answered_with_what_is_taken()
    {
        Assert.False(Data(await CallAsync(new { action = "validate", source = "import os\ndef main():\n    pass\n" })).GetProperty("accepted").GetBoolean());
        Assert.True(Data(await CallAsync(new { action = "validate", source = "import time\ndef main():\n    time.sleep(1)\n" })).GetProperty("accepted").GetBoolean());
        foreach (string input in new[] { "", "[]", "{", "{\"action\":7}", "{\"action\":\"list\",\"source\":\"x\"}", new string('x', 300_000) })
        {
            Ran ran = await hub.RunAsync("tool", "call", input);
            Assert.Equal("invalid_argument", ran.Json.GetProperty("error").GetProperty("code").GetString());
        }
    }

    private Task<Ran> CallAsync(object input) => hub.RunAsync("tool", "call", JsonSerializer.Serialize(input));

    private static JsonElement Data(Ran ran)
    {
        Assert.True(ran.Json.GetProperty("status").GetString() == "ok", ran.ToString());
        return ran.Json.GetProperty("data");
    }
}

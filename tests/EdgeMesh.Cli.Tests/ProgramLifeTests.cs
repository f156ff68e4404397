using System.Text.Json.Nodes;

namespace EdgeMesh.Cli.Tests;

/// <summary>Programs by the command line, with the real hub and sandbox; the device is never there.</summary>
[Collection("hub")]
public sealed class ProgramLifeTests(RunningHub hub)
{
    [Fact]
    public async Task A_program_is_made_read_edited_compared_approved_and_sent_and_its_history_told()
    {
        await hub.MustAsync("devices", "add", "shed", "--type", "esp32-mpy");
        Ran made = await hub.MustAsync("program", "new", "shed", "publish a sign of life every 10 seconds");
        foreach (string part in (string[])["shed@1: ready", "Understood:", "Publish a sign of life every 10 s.", "Evidence", "met ", "Next: edgemesh program approve shed@1"])
        {
            Assert.Contains(part, made.Stdout, StringComparison.Ordinal);
        }

        string source = (await hub.MustAsync("program", "show", "shed", "--source")).Stdout;
        Assert.StartsWith("# publish a sign of life every 10 seconds\n", source, StringComparison.Ordinal);
        Assert.Contains("lines run", (await hub.MustAsync("program", "show", "shed@1", "--report")).Stdout, StringComparison.Ordinal);
        Ran early = await hub.RunAsync("program", "deploy", "shed");
        Assert.True(early.ExitCode == ExitCodes.Refused && early.Stderr.Contains("[program_not_approved]", StringComparison.Ordinal), early.ToString());

        string file = Path.Combine(hub.Folder, "shed.py");
        await File.WriteAllTextAsync(file, source.Replace("10000", "20000", StringComparison.Ordinal));
        Ran slower = await hub.RunAsync("program", "edit", "shed", "--file", file);
        Assert.True(slower.ExitCode == ExitCodes.Refused && slower.Stdout.Contains("not met", StringComparison.Ordinal) && slower.Stderr.Contains("[dry_run_failed]", StringComparison.Ordinal), slower.ToString());
        await File.WriteAllTextAsync(file, source + "\n# Checked by hand.\n");
        await hub.MustAsync("program", "edit", "shed@1", "--file", file);
        string[] diff = (await hub.MustAsync("program", "diff", "shed@1", "shed@3")).Stdout.Split('\n');
        Assert.Equal(["--- shed@1", "+++ shed@3"], diff[..2]);
        Assert.Equal(["+# Checked by hand."], diff.Where(l => l.StartsWith('+') && l.Length > 1 && l != "+++ shed@3"));
        Assert.DoesNotContain(diff[2..], l => l.StartsWith('-'));
        Assert.Contains("are the same", (await hub.MustAsync("program", "diff", "shed@1", "shed@1")).Stdout, StringComparison.Ordinal);

        await hub.MustAsync("program", "approve", "shed");
        JsonNode begun = JsonNode.Parse((await hub.MustAsync("program", "deploy", "shed@3", "--json")).Stdout)!;
        Assert.Equal(("shed@3", "offered"), ((string?)begun["firmware"], (string?)begun["state"]));
        Assert.Contains("shed@3 is on its way.", (await hub.MustAsync("devices", "show", "shed")).Stdout, StringComparison.Ordinal);
        JsonArray history = JsonNode.Parse((await hub.MustAsync("program", "history", "shed", "--json")).Stdout)!.AsArray();
        Assert.Equal(["1 created", "2 created", "3 created", "3 approved", "3 deploying"], history.Select(e => $"{e!["version"]} {e["kind"]}"));
        Assert.Contains("shed@3", (await hub.MustAsync("program", "list")).Stdout, StringComparison.Ordinal);
        Assert.Equal(["deploying", "refused", "ready"], JsonNode.Parse((await hub.MustAsync("program", "list", "shed", "--json")).Stdout)!.AsArray().Select(p => (string?)p!["state"]));
        Ran audit = await hub.MustAsync("audit", "list", "--json");
        Assert.Contains("program-approve", audit.Stdout, StringComparison.Ordinal);
        await hub.MustAsync("ota", "abort", "shed");
    }

    [Theory]
    [InlineData(ExitCodes.NotFound, "program_unknown", "show", "barn")]
    [InlineData(ExitCodes.NotFound, "program_unknown", "rollback", "barn", "--to", "3")]
    [InlineData(ExitCodes.NotFound, "device_unknown", "new", "nobody", "publish a sign of life every minute")]
    [InlineData(ExitCodes.Usage, "invalid_argument", "show", "barn@x")]
    [InlineData(ExitCodes.Refused, "request_forbidden", "new", "barn", "open a web server")]
    [InlineData(ExitCodes.Refused, "pin_reserved", "new", "barn", "read the DHT22 on pin 7 every 30 s")]
    public async Task What_cannot_be_is_told_with_its_code(int exitCode, string code, params string[] arguments)
    {
        await hub.RunAsync("devices", "add", "barn", "--type", "esp32-mpy");
        Ran ran = await hub.RunAsync(["program", .. arguments]);
        Assert.True(ran.ExitCode == exitCode && ran.Stderr.Contains($"[{code}]", StringComparison.Ordinal), ran.ToString());
    }
}

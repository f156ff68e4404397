using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>docs/write-a-device.md is enough to write a device: the one beside it, in Python's standard library, was written from it.</summary>
public sealed class OtherLanguageTests(ITestOutputHelper output)
{
    private const string Type = "python-box";
    private static readonly string Examples = Path.Combine(Repository.Root, "docs/examples");

    [Fact]
    public async Task The_example_passes_the_vectors()
    {
        using RunningProcess vectors = RunningProcess.Start("python3", "-B", Path.Combine(Examples, "vectors.py"));
        Assert.True(await vectors.ExitedAsync() == 0, string.Join('\n', vectors.Lines));
        Assert.Equal(7, vectors.Lines.Count(l => l.EndsWith(" 0 failed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_example_is_updated_over_a_kill_rolled_back_and_reports_to_the_real_hub()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            string configuration = Path.Combine(site.Folder, "shed.json");
            await site.MustAsync("devices", "add", "shed", "--type", Type, "--out", configuration);
            JsonNode members = JsonNode.Parse(await File.ReadAllTextAsync(configuration))!;
            members["healthy_after_ms"] = 2000;
            await File.WriteAllTextAsync(configuration, members.ToJsonString());
            RunningProcess Start() => RunningProcess.Start("python3", "-B", Path.Combine(Examples, "device.py"), "--config", configuration, "--state", Path.Combine(site.Folder, "shed"));

            Task<Message> telemetry = site.Wire.NextAsync(m => m.Kind == TopicKind.Telemetry, "telemetry");
            using RunningProcess first = Start();
            await telemetry;
            await FirmwareAsync(site, "good", "import time\nwhile True: time.sleep(1)\n" + new string('#', 50_000));
            Task<Message> midway = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaChunkAck && m.Next >= 40, "chunk 40 is acknowledged", first.Kill);
            Task<Message> resumed = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaAccept && m.Next >= 40, "it goes on from there");
            Task<Ran> updated = site.RunAsync("ota", "start", "shed", "good", "--wait", "--timeout", "60s");
            await midway;
            await first.ExitedAsync();
            using RunningProcess second = Start();
            await resumed;
            Ran ran = await updated;
            Assert.True(ran.ExitCode == 0, $"{ran}\n{string.Join('\n', second.Lines)}");

            await FirmwareAsync(site, "bad", "raise ValueError('no sensor on pin 4')\n");
            ran = await site.RunAsync("ota", "start", "shed", "bad", "--wait", "--timeout", "60s");
            Assert.True(ran.ExitCode == 8, $"{ran}\n{string.Join('\n', second.Lines)}");
            Assert.Contains(ran.Lines, l => l.Contains("no sensor on pin 4", StringComparison.Ordinal));
            Assert.Contains("\"good@1.0.0\"", await site.MustAsync("devices", "show", "shed", "--json"), StringComparison.Ordinal);
        });
    }

    private static async Task FirmwareAsync(Site site, string name, string program)
    {
        string file = Path.Combine(site.Folder, name);
        await File.WriteAllBytesAsync(file, Encoding.UTF8.GetBytes(program));
        await site.MustAsync("firmware", "add", file, "--id", name, "--version", "1.0.0", "--type", Type, "--kind", ImageKinds.MicroPythonApp);
    }
}

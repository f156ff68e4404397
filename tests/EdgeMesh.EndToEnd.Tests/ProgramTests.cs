using System.Diagnostics;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>Reprogramming as its user does it: a sentence, a look at the evidence, an approval, a deployment, and the way back.</summary>
public sealed class ProgramTests(ITestOutputHelper output)
{
    // Well in every dry run, where nobody says so; on the device somebody does.
    private const string FallsSilent =
        """
        import edgemesh
        import time

        silent = False


        def hush(data):
            global silent
            silent = True


        def setup():
            edgemesh.on_command('hush', hush)


        def loop():
            if not silent:
                edgemesh.publish(uptime=time.ticks_ms() // 1000, free_memory=0)
            time.sleep(1)

        """;

    [Fact]
    public async Task A_sentence_becomes_a_program_on_its_device_and_one_that_misbehaves_only_there_is_gone_back_from()
    {
        // Silence counts after three times the period, and this: some seconds here, not half a minute.
        await using Site site = await Site.StartAsync("--Programs:SlackS", "3", "--Programs:ProbationS", "300");
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", Device.MicroPython, ("health_every_ms", 1000));
            string made = await site.MustAsync("program", "new", "porch", "publish a sign of life every second");
            Assert.Contains("Publish a sign of life every 1 s.", made, StringComparison.Ordinal);
            Assert.Contains("edgemesh program approve porch@1", made, StringComparison.Ordinal);
            await site.MustAsync("program", "approve", "porch");
            Task<Message> published = TelemetryAsync(site);
            await site.MustAsync("program", "deploy", "porch", "--wait", "--timeout", "60s");
            await published;
            Assert.Equal("porch@1", (string?)(await device.ShowAsync())["program"]);

            string file = Path.Combine(site.Folder, "silent.py");
            await File.WriteAllTextAsync(file, FallsSilent);
            await site.MustAsync("program", "edit", "porch@1", "--file", file);
            await site.MustAsync("program", "approve", "porch@2");
            await site.MustAsync("program", "deploy", "porch@2", "--wait", "--timeout", "60s");
            Assert.Equal("porch@2", (string?)(await device.ShowAsync())["program"]);
            Stopwatch clock = Stopwatch.StartNew();
            Task<Message> back = site.Wire.NextAsync(m => m.Says(TopicKind.PublicOta, "firmware", "porch@1") && m.Says(TopicKind.PublicOta, "state", OtaStates.Confirmed), "porch is back at its first program");
            await site.MustAsync("commands", "give", "porch", "hush");
            await back;
            output.WriteLine(FormattableString.Invariant($"measured: from a program's silence to the one before it running again, confirmed: {clock.Elapsed.TotalSeconds:F1} s"));
            await TelemetryAsync(site);

            JsonNode shown = await device.ShowAsync();
            Assert.Equal("porch@1", (string?)shown["program"]);
            Assert.Contains("porch@2 was rolled back: It published no ", (string?)shown["note"], StringComparison.Ordinal);
            JsonNode bad = JsonNode.Parse(await site.MustAsync("program", "show", "porch@2", "--json"))!;
            Assert.Equal("rolled_back", (string?)bad["state"]);
            Assert.Equal(ErrorCodes.ProgramUnhealthy, (string?)bad["deployments"]![0]!["code"]);
            string history = await site.MustAsync("program", "history", "porch", "--json");
            Assert.Contains("Back from porch@2.", history, StringComparison.Ordinal);

            await site.MustAsync("program", "rollback", "porch", "--to", "1", "--wait", "--timeout", "60s");
            Assert.Equal("porch@1", (string?)(await device.ShowAsync())["program"]);
        });
    }

    private static Task<Message> TelemetryAsync(Site site) => site.Wire.NextAsync(m => m.Kind == TopicKind.Telemetry && m.Topic.Name == "porch", "porch publishes");
}

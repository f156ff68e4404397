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
            Assert.All(JsonNode.Parse(await site.MustAsync("program", "list", "porch", "--json"))!.AsArray(), p => Assert.Equal("porch@1", (string?)p!["runs"]));
            string history = await site.MustAsync("program", "history", "porch", "--json");
            Assert.Contains("Back from porch@2.", history, StringComparison.Ordinal);

            await site.MustAsync("program", "rollback", "porch", "--to", "1", "--wait", "--timeout", "60s");
            Assert.Equal("porch@1", (string?)(await device.ShowAsync())["program"]);
        });
    }

    [Fact]
    public async Task A_bad_program_is_delivered_judged_and_gone_back_from_though_the_hub_is_killed_at_every_step()
    {
        await using Site site = await Site.StartAsync("--Programs:SlackS", "3", "--Programs:ProbationS", "300");
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", Device.MicroPython, ("health_every_ms", 1000));
            await site.MustAsync("program", "new", "porch", "publish a sign of life every second");
            await site.MustAsync("program", "approve", "porch");
            await site.MustAsync("program", "deploy", "porch", "--wait", "--timeout", "60s");
            string file = Path.Combine(site.Folder, "silent.py");
            await File.WriteAllTextAsync(file, FallsSilent);
            await site.MustAsync("program", "edit", "porch@1", "--file", file);
            await site.MustAsync("program", "approve", "porch@2");

            Task killed = KilledAtEachStepAsync(site);
            await site.RunAsync("program", "deploy", "porch@2", "--wait", "--timeout", "60s");
            await killed;
            await UntilAsync(site, "porch@2", "probation");

            // Now it misses what it is expected to publish: the hub condemns it, and sends what ran before.
            killed = KilledAtEachStepAsync(site);
            await site.MustAsync("commands", "give", "porch", "hush");
            await killed;
            await UntilAsync(site, "porch@2", "rolled_back");
            await UntilAsync(site, "porch@1", "probation");
            await TelemetryAsync(site);
            Assert.Equal("porch@1", (string?)(await device.ShowAsync())["program"]);
            await site.MustAsync("audit", "verify");
        });
    }

    /// <summary>Waits for the steps of an update one after the other, kills (-9) the hub at each and starts it anew.</summary>
    private static async Task KilledAtEachStepAsync(Site site)
    {
        Queue<Func<Message, bool>> steps = new(
        [
            m => m.Kind == TopicKind.OtaOffer,
            m => m.Kind == TopicKind.OtaVerify,
            m => m.Says(TopicKind.OtaReport, "state", OtaStates.Applying),
            m => m.Says(TopicKind.OtaReport, "state", OtaStates.Confirmed),
        ]);
        Task<Message> Next() => site.Wire.NextAsync(steps.Dequeue(), $"{steps.Count} steps from the last, the step at which the hub is killed", site.KillHub);
        for (Task<Message>? step = Next(); step is not null;)
        {
            await step;
            // Awaited before the hub is back, or it might be missed.
            step = steps.Count > 0 ? Next() : null;
            await site.StartHubAsync();
        }
    }

    private static async Task UntilAsync(Site site, string program, string state)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string? stands = null;
        while (stands != state)
        {
            Assert.True(clock.Elapsed < Eventually.Limit, $"{program} is {stands}, not {state}.");
            stands = (string?)JsonNode.Parse(await site.MustAsync("program", "show", program, "--json"))!["state"];
        }
    }

    private static Task<Message> TelemetryAsync(Site site) => site.Wire.NextAsync(m => m.Kind == TopicKind.Telemetry && m.Topic.Name == "porch", "porch publishes");
}

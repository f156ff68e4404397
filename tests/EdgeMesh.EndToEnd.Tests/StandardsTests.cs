using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>What is really said is what docs/asyncapi.json says.</summary>
public sealed class StandardsTests(ITestOutputHelper output)
{
    // What goes wrong at a device goes wrong elsewhere, and nobody asks for programs here: tests/asyncapi and JobTests have these.
    private static readonly string[] NotHere =
        ["otaReject", "otaAbortUp", "codegenRequest", "codegenStatus", "codegenCode", "codegenReport", "codegenCodePart", "codegenReportPart"];

    [Fact]
    public async Task Every_message_of_a_real_session_has_a_channel_and_matches_its_schema_quality_and_retention()
    {
        await using Site site = await Site.StartWithTlsAsync(mutual: false);
        await site.WatchAsync(output, async () =>
        {
            await using Capture capture = await Capture.StartAsync(site);
            Device hall = await EnrolAsync(site);
            Device porch = await site.AddStoppedDeviceAsync("porch", Device.MicroPython);
            porch.ConfigurePlain();
            Task<Message> online = site.Wire.NextAsync(m => m.Topic.Name == "porch" && m.Says(TopicKind.PublicAvailability, "state", "online"), "porch is online");
            porch.Start();
            await online;
            await Task.WhenAll(UpdateAsync(site, hall), UpdateAsync(site, porch));
            Task<Message> renewed = site.Wire.NextAsync(m => m.Kind == TopicKind.Hello && (long?)m.Json["identity"] > 0, "hall says hello with its new identity");
            await site.MustAsync("ca", "renew", "hall");
            await renewed;
            await Task.WhenAll(site.RunAsync("commands", "give", "hall", "count"), site.RunAsync("commands", "give", "porch", "count", """{"up":true}"""));
            await RolledBackAsync(site, porch);
            await AbortedAsync(site, porch);

            await using Capture late = await Capture.StartAsync(site);
            await Eventually.TrueAsync(() => late.Has("hall/ota") && late.Has("porch/state") && late.Has("hub/status"), "what is retained");
            string[] retained = late.Lines();
            porch.Kill();
            await Eventually.TrueAsync(() => capture.Has("porch/up/status", "lost"), "the will");
            await site.MustAsync("devices", "remove", "porch");
            site.Hub.Terminate();
            await site.Hub.ExitedAsync();
            await CheckAsync(site, [.. capture.Lines(), .. retained]);
        });
    }

    private static async Task<Device> EnrolAsync(Site site)
    {
        using RunningProcess cli = site.Run("enroll", "pin", "--json", "--device", "hall");
        await Eventually.TrueAsync(() => cli.Lines.Length > 0, "the CLI shows the PIN");
        Device hall = site.NewDevice("hall", Device.NanoFramework);
        Task<Message> online = site.Wire.NextAsync(m => m.Topic.Name == "hall" && m.Says(TopicKind.PublicAvailability, "state", "online"), "hall is online");
        hall.StartEnrolling(JsonNode.Parse(cli.Lines[0])!);
        Assert.Equal(0, await cli.ExitedAsync());
        await online;
        return hall;
    }

    private static async Task UpdateAsync(Site site, Device device)
    {
        await device.AddFirmwareAsync(device.Id, "1.1.0", device.Heartbeat());
        await site.MustAsync("ota", "start", device.Id, device.Id, "--wait", "--timeout", "60s");
    }

    private static async Task RolledBackAsync(Site site, Device device)
    {
        await device.AddFirmwareAsync("crash", "2.0.0", device.CrashAtStart().Image);
        Ran ran = await site.RunAsync("ota", "start", device.Id, "crash", "--wait", "--timeout", "60s");
        Assert.True(ran.ExitCode == 8, ran.ToString());
    }

    private static async Task AbortedAsync(Site site, Device device)
    {
        await device.AddFirmwareAsync("long", "3.0.0", device.Heartbeat(), 100_000);
        Task<Message> midway = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaChunkAck && m.Topic.Name == device.Id && m.Next >= 10, "the transfer is on its way");
        await site.MustAsync("ota", "start", device.Id, "long");
        await midway;
        Task<Message> aborted = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaAbortDown, "the hub aborts");
        await site.MustAsync("ota", "abort", device.Id);
        await aborted;
    }

    private async Task CheckAsync(Site site, string[] lines)
    {
        string file = Environment.GetEnvironmentVariable("EDGEMESH_CAPTURE") ?? Path.Combine(site.Folder, "capture.jsonl");
        await File.WriteAllLinesAsync(file, lines);
        using RunningProcess check = RunningProcess.Start("node", Path.Combine(Repository.Root, "tools/asyncapi/check.mjs"), file);
        int exitCode = await check.ExitedAsync();
        Assert.True(exitCode == 0, string.Join('\n', check.Lines));
        JsonObject seen = JsonNode.Parse(check.Lines[0])!.AsObject();
        JsonNode document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/asyncapi.json")))!;
        Assert.Equal(NotHere, document["channels"]!.AsObject().Select(c => c.Key).Where(name => !seen.ContainsKey(name)));
        output.WriteLine($"measured: {lines.Length} messages of a real session match docs/asyncapi.json, in {seen.Count} channels and {seen.Sum(c => c.Value!.AsObject().Count)} forms");
    }
}

using System.Diagnostics;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>Hub, broker and device, each killed (-9) in each state of an update: each time it ends confirmed, by itself.</summary>
/// <remarks>
/// A state is hit on the message that begins it, the moment the viewer sees it. Messages may be under way then, so the killed
/// process has sometimes taken the next step already; the transfer is long enough to be hit in its middle.
/// </remarks>
public abstract class KillTests(KilledSite place, ITestOutputHelper output)
{
    private const int ImageBytes = 30_000;

    // An update's states, and between complete and confirmed the steps of the trial.
    private static readonly Dictionary<string, Func<Func<Message, bool>>> Begins = new()
    {
        ["offered"] = () => m => m.Kind == TopicKind.OtaOffer,
        ["transferring"] = () => m => m.Kind == TopicKind.OtaChunkAck && m.Next >= 30,
        ["verifying"] = () => m => m.Kind == TopicKind.OtaChunkAck && m.Next >= (ImageBytes + 255) / 256,
        ["complete"] = () => m => m.Kind == TopicKind.OtaComplete,
        ["trial"] = () =>
        {
            bool complete = false;
            return m => (complete |= m.Kind == TopicKind.OtaComplete) && m.Kind == TopicKind.Info;
        },
        ["applying"] = () => m => m.Says(TopicKind.OtaReport, "state", OtaStates.Applying),
        ["confirmed-not-yet-reported"] = () => m => m.Says(TopicKind.Reported, "state", OtaStates.Applying),
        ["confirmed"] = () => m => m.Says(TopicKind.OtaReport, "state", OtaStates.Confirmed),
    };

    private static readonly string[] Parts = ["hub", "broker", "device"];

    /// <summary>Every part in every state.</summary>
    protected static TheoryData<string, string, string> CellsOf(string runtime)
    {
        TheoryData<string, string, string> cells = [];
        foreach (string part in Parts)
        {
            foreach (string state in Begins.Keys)
            {
                cells.Add(part, state, runtime);
            }
        }

        return cells;
    }

    protected async Task KillAsync(string part, string state, string runtime)
    {
        (Site site, Device device) = await place.ReadyAsync(runtime);
        await place.WatchAsync(output, async () =>
        {
            string version = await place.OtherVersionAsync(ImageBytes);
            Stopwatch clock = new();
            Func<Message, bool> begins = Begins[state]();
            // What a device says of the update before, once more since nobody answered, is not meant.
            bool IsOfThis(Message m) => m.Kind != TopicKind.OtaReport || (string?)m.Json["version"] == version;
            Task<Message> struck = site.Wire.NextAsync(m => begins(m) && IsOfThis(m), $"the update is {state}", () =>
            {
                clock.Start();
                Strike(site, device, part);
            });
            Task<Ran> waiting = site.RunAsync("ota", "start", device.Id, $"heartbeat@{version}", "--wait", "--timeout", "60s");
            await struck;
            await RestoreAsync(site, device, part);
            Ran ran = await waiting;

            // A hub that dies before it has answered leaves the command without an outcome, and says so; the update goes on all the same.
            bool unanswered = part == "hub" && state == "offered" && ran.ExitCode == 6;
            Assert.True(ran.ExitCode == 0 || unanswered, ran.ToString());
            string firmware = $"heartbeat@{version}";
            await Eventually.TrueAsync(
                () => site.Wire.Latest(TopicKind.PublicOta, device.Id) is { } ota && ota.Says(TopicKind.PublicOta, "firmware", firmware)
                    && ota.Says(TopicKind.PublicOta, "state", OtaStates.Confirmed),
                $"the update to {firmware} is confirmed, on the wire");
            await Eventually.TrueAsync(
                () => site.Wire.Latest(TopicKind.Info, device.Id)!.Says(TopicKind.Info, "program_version", version), $"the device runs {firmware}");
            output.WriteLine(FormattableString.Invariant($"measured: {runtime}: {part} killed when {state}: confirmed {clock.Elapsed.TotalSeconds:F1} s later"));
        });
    }

    private static void Strike(Site site, Device device, string part)
    {
        switch (part)
        {
            case "hub": site.KillHub(); break;
            case "broker": site.KillBroker(); break;
            default: device.Kill(); break;
        }
    }

    private static Task RestoreAsync(Site site, Device device, string part) => part switch
    {
        "hub" => site.StartHubAsync(),
        "device" => device.RestartAsync(),
        _ => Task.CompletedTask,
    };
}

public sealed class NanoFrameworkKillTests(KilledSite place, ITestOutputHelper output) : KillTests(place, output), IClassFixture<KilledSite>
{
    public static TheoryData<string, string, string> Cells => CellsOf(Device.NanoFramework);

    [Theory]
    [MemberData(nameof(Cells))]
    public Task Killed(string part, string state, string runtime) => KillAsync(part, state, runtime);
}

public sealed class MicroPythonKillTests(KilledSite place, ITestOutputHelper output) : KillTests(place, output), IClassFixture<KilledSite>
{
    public static TheoryData<string, string, string> Cells => CellsOf(Device.MicroPython);

    [Theory]
    [MemberData(nameof(Cells))]
    public Task Killed(string part, string state, string runtime) => KillAsync(part, state, runtime);
}

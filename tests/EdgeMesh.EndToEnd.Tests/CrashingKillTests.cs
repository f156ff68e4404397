using System.Diagnostics;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>An image that crashes at its start, or hangs, is on its way when something is killed (-9): it ends rolled back, and the cause is shown.</summary>
/// <remarks>Where the device is killed, its board is powered off in a trial: that counts as an attempt, so that of three crashes it may show two.</remarks>
public abstract class CrashingKillTests(CrashedSite place, ITestOutputHelper output)
{
    protected async Task KillAsync(string part, string state, string runtime, bool hangs)
    {
        (Site site, Device device) = await place.ReadyAsync(runtime);
        await place.WatchAsync(output, async () =>
        {
            (byte[] image, string cause) = hangs ? (device.Hang(), "") : device.CrashAtStart();
            string version = place.NextVersion();
            await device.AddFirmwareAsync("bad", version, image);
            Stopwatch clock = new();
            Task<Message> struck = site.Wire.NextAsync(Begins(state), $"the update is {state}", () =>
            {
                clock.Start();
                Strike(site, device, part);
            });
            Task<Ran> waiting = site.RunAsync("ota", "start", device.Id, $"bad@{version}", "--wait", "--timeout", "60s");
            await struck;
            await (part == "hub" ? site.StartHubAsync() : part == "device" ? device.RestartAsync() : Task.CompletedTask);

            Ran ran = await waiting;
            Assert.True(ran.ExitCode == 8, ran.ToString());
            JsonNode update = await device.UpdateAsync();
            Assert.Equal(($"bad@{version}", OtaStates.RolledBack, ErrorCodes.CrashLoop), ((string?)update["firmware"], (string?)update["state"], (string?)update["code"]));
            Assert.Contains(cause, (string?)update["reason"], StringComparison.Ordinal);
            Assert.NotEqual("", (string?)update["reason"]);
            await Eventually.TrueAsync(
                () => site.Wire.Latest(TopicKind.Info, device.Id)!.Says(TopicKind.Info, "program_id", "heartbeat"), "the device runs its good program again");
            output.WriteLine(FormattableString.Invariant(
                $"measured: {runtime}: {part} killed when {(hangs ? "a hanging" : "a crashing")} image is {state}: rolled back {clock.Elapsed.TotalSeconds:F1} s later"));
        });
    }

    // The trial begins with the device's end on the wire; what it says between two crashes is its info.
    private static Func<Message, bool> Begins(string state)
    {
        bool complete = false;
        return state switch
        {
            "complete" => m => m.Kind == TopicKind.OtaComplete,
            "on trial" => m => (complete |= m.Kind == TopicKind.OtaComplete) && m.Says(TopicKind.PublicAvailability, "state", "offline"),
            _ => m => m.Says(TopicKind.OtaReport, "state", OtaStates.RolledBack),
        };
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
}

/// <summary>The site of one class of these, with a device that runs a good program by then and is quick to notice one that hangs.</summary>
public sealed class CrashedSite : IAsyncLifetime
{
    private const int WatchdogMs = 3000;

    private Site? _site;
    private Device? _device;
    private int _versions;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
            _site = null;
        }
    }

    internal string NextVersion() => FormattableString.Invariant($"{++_versions}.0.0");

    internal async Task<(Site Site, Device Device)> ReadyAsync(string runtime)
    {
        if (_site is null)
        {
            _site = await Site.StartAsync();
            _device = await _site.AddDeviceAsync("porch", runtime, ("watchdog_ms", WatchdogMs));
            await _device.AddFirmwareAsync("heartbeat", "1.0.0", _device.Heartbeat());
            await _site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");
        }

        await _site.ForgetBrokerKillsAsync();
        return (_site, _device!);
    }

    internal async Task WatchAsync(ITestOutputHelper output, Func<Task> test)
    {
        try
        {
            await _site!.WatchAsync(output, test);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }
}

public sealed class NanoFrameworkCrashingKillTests(CrashedSite place, ITestOutputHelper output) : CrashingKillTests(place, output), IClassFixture<CrashedSite>
{
    [Theory]
    [InlineData("hub", "complete", false)]
    [InlineData("broker", "on trial", false)]
    [InlineData("device", "on trial", false)]
    [InlineData("hub", "rolled back", false)]
    [InlineData("device", "rolled back", false)]
    [InlineData("hub", "on trial", true)]
    public Task Killed(string part, string state, bool hangs) => KillAsync(part, state, Device.NanoFramework, hangs);
}

public sealed class MicroPythonCrashingKillTests(CrashedSite place, ITestOutputHelper output) : CrashingKillTests(place, output), IClassFixture<CrashedSite>
{
    [Theory]
    [InlineData("hub", "complete", false)]
    [InlineData("broker", "on trial", false)]
    [InlineData("device", "on trial", false)]
    [InlineData("hub", "rolled back", false)]
    [InlineData("device", "rolled back", false)]
    [InlineData("hub", "on trial", true)]
    public Task Killed(string part, string state, bool hangs) => KillAsync(part, state, Device.MicroPython, hangs);
}

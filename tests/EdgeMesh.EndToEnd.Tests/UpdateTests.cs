using System.Diagnostics;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>The main job as its user does it: add a firmware, start the update, see what became of it.</summary>
public abstract class UpdateTests(string runtime, ITestOutputHelper output)
{
    [Fact]
    public async Task A_good_version_is_confirmed_a_crashing_one_is_rolled_back_with_its_cause()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime);
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat());
            Stopwatch clock = Stopwatch.StartNew();
            await site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");
            output.WriteLine(FormattableString.Invariant($"measured: {runtime}: update by `ota start --wait`, trial of 0.5 s included: {clock.Elapsed.TotalSeconds:F1} s"));
            await RunsAsync(device, "heartbeat@1.1.0");

            (byte[] crash, string cause) = device.CrashAtStart();
            await device.AddFirmwareAsync("crash", "2.0.0", crash);
            Ran ran = await site.RunAsync("ota", "start", "porch", "crash", "--wait", "--timeout", "60s");
            Assert.True(ran.ExitCode == 8, ran.ToString());
            Assert.Contains(ran.Lines, line => line.Contains(cause, StringComparison.Ordinal));
            await RolledBackAsync(device, ErrorCodes.CrashLoop, cause);
            await RunsAsync(device, "heartbeat@1.1.0");
        });
    }

    [Fact]
    public async Task A_program_that_hangs_is_rolled_back()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime, ("watchdog_ms", 3000));
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat());
            await site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");

            await device.AddFirmwareAsync("hang", "2.0.0", device.Hang());
            Ran ran = await site.RunAsync("ota", "start", "porch", "hang", "--wait", "--timeout", "60s");
            Assert.True(ran.ExitCode == 8, ran.ToString());
            await RolledBackAsync(device, ErrorCodes.CrashLoop, "");
            await RunsAsync(device, "heartbeat@1.1.0");
        });
    }

    private static async Task RunsAsync(Device device, string program)
    {
        JsonNode shown = await device.ShowAsync();
        Assert.Equal(program, (string?)shown["program"]);
        Assert.Equal(program, $"{shown["info"]!["program_id"]}@{shown["info"]!["program_version"]}");
    }

    private static async Task RolledBackAsync(Device device, string code, string cause)
    {
        JsonNode update = await device.UpdateAsync();
        Assert.Equal(OtaStates.RolledBack, (string?)update["state"]);
        Assert.Equal(code, (string?)update["code"]);
        Assert.Contains(cause, (string?)update["reason"], StringComparison.Ordinal);
    }
}

public sealed class NanoFrameworkUpdateTests(ITestOutputHelper output) : UpdateTests(Device.NanoFramework, output);

public sealed class MicroPythonUpdateTests(ITestOutputHelper output) : UpdateTests(Device.MicroPython, output);

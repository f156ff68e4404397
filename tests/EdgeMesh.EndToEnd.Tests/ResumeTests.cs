using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>A transfer that is cut in the middle goes on from the last acknowledged chunk.</summary>
public abstract class ResumeTests(string runtime, ITestOutputHelper output)
{
    private const int ImageBytes = 100_000;
    private const long CutAtChunk = 100;

    [Fact]
    public Task After_kill_9_of_the_hub_which_leaves_no_broker_behind() => GoesOnAfterAsync(
        "kill -9 of the hub",
        (site, _) => site.KillHub(),
        async (site, _) =>
        {
            await Eventually.TrueAsync(() => site.BrokerProcesses().Length == 0, "the hub's Mosquitto has ended after it");
            await site.StartHubAsync();
        });

    [Fact]
    public Task After_kill_9_of_the_device() => GoesOnAfterAsync("kill -9 of the device", (_, device) => device.Kill(), (_, device) => device.RestartAsync());

    [Fact]
    public Task After_SIGTERM_of_the_hub_which_ends_with_0() => GoesOnAfterAsync(
        "SIGTERM of the hub",
        (site, _) => site.Hub.Terminate(),
        async (site, _) =>
        {
            Assert.Equal(0, await site.Hub.ExitedAsync());
            await Eventually.TrueAsync(() => site.BrokerProcesses().Length == 0, "the hub's Mosquitto has ended with it");
            await site.StartHubAsync();
        });

    private async Task GoesOnAfterAsync(string cut, Action<Site, Device> strike, Func<Site, Device, Task> restore)
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime);
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat(), ImageBytes);
            long acknowledged = 0;
            Task<Message> struck = site.Wire.NextAsync(
                m => m.Kind == TopicKind.OtaChunkAck && (acknowledged = m.Next) >= CutAtChunk, $"chunk {CutAtChunk} is acknowledged", () => strike(site, device));
            Task<Ran> waiting = site.RunAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");
            await struck;
            // What was on its way when the process died may still be heard of.
            Task<Message> resumed = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaAccept, "the device accepts again");
            await restore(site, device);
            Message accept = await resumed;
            Ran ran = await waiting;

            Assert.True(ran.ExitCode == 0, ran.ToString());
            Message[] seen = site.Wire.Seen;
            int at = Array.IndexOf(seen, accept);
            acknowledged = seen.Take(at).Where(m => m.Kind == TopicKind.OtaChunkAck).Max(m => m.Next);
            long[] after = [.. seen.Skip(at).Where(m => m.Kind == TopicKind.OtaChunk).Select(m => m.Sequence)];
            long last = after.Max();
            Assert.InRange(accept.Next, acknowledged, last);
            Assert.Equal(accept.Next, after.Min());
            output.WriteLine($"measured: {runtime}, {cut}: {acknowledged} of {last + 1} chunks acknowledged, went on with chunk {accept.Next}");
        });
    }
}

public sealed class NanoFrameworkResumeTests(ITestOutputHelper output) : ResumeTests(Device.NanoFramework, output);

public sealed class MicroPythonResumeTests(ITestOutputHelper output) : ResumeTests(Device.MicroPython, output);

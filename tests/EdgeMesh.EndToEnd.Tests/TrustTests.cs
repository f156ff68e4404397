using System.Diagnostics;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>Who is let in by certificate, password and key, and who is shut out: with real devices of both runtimes over mutual TLS.</summary>
public abstract class TrustTests(string runtime, ITestOutputHelper output)
{
    private const int ImageBytes = 100_000;
    private const long CutAtChunk = 40;

    // Ten seconds for the image: a command line that is slow to start still comes in the middle of the update.
    private const string BytesPerSecond = "10000";

    [Fact]
    public async Task Over_mutual_TLS_an_update_is_delivered_and_a_device_revoked_in_mid_update_is_cut_off_within_a_second_and_for_ever()
    {
        await using Site site = await Site.StartWithTlsAsync(mutual: true, "--Ota:SessionBytesPerSecond", BytesPerSecond);
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime);
            JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(device.Configuration))!;
            Assert.Equal(site.TlsPort, (int)configuration["port"]!);
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", (string)configuration["certificate"]!, StringComparison.Ordinal);
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat());
            await site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");

            await device.AddFirmwareAsync("heartbeat", "1.2.0", device.Heartbeat(), ImageBytes);
            Task<Message> midway = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaChunkAck && m.Next >= CutAtChunk, $"chunk {CutAtChunk} is acknowledged");
            await site.MustAsync("ota", "start", "porch", "heartbeat@1.2.0");
            await midway;
            Stopwatch clock = new();
            Task<Message> gone = site.Wire.NextAsync(m => m.Says(TopicKind.PublicAvailability, "cause", "it was revoked"), "the revocation", clock.Start);
            Task<string> revoking = site.MustAsync("devices", "revoke", "porch", "--reason", "left on a train");
            await gone;
            await Eventually.TrueAsync(() => Lines(device, "onnection to the broker is lost", "connection failed") > 0, "the device says that it was thrown off");
            output.WriteLine($"measured: {runtime}, thrown off {clock.ElapsedMilliseconds} ms after the revocation was on the wire");
            Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
            await revoking;
            int cut = site.Wire.Seen.Length;
            JsonNode entry = JsonNode.Parse(await site.MustAsync("audit", "list", "--json"))!.AsArray().First(e => (string)e!["action"]! == "devices-revoke")!;
            Assert.Equal(("porch", "ok", "reason=left on a train"), ((string)entry["subject"]!, (string)entry["outcome"]!, (string)entry["detail"]!));
            JsonNode update = await device.UpdateAsync();
            Assert.Equal((OtaStates.Failed, ErrorCodes.DeviceRevoked), ((string)update["state"]!, (string)update["code"]!));
            Assert.Contains("left on a train", (string)update["reason"]!, StringComparison.Ordinal);
            Assert.Contains("revoked", await site.MustAsync("devices", "list"), StringComparison.Ordinal);

            // It tries to come back by itself: its own words say that it is not let in, before a restart of hub and broker and after it.
            await RefusedAnewAsync(device);
            site.Hub.Terminate();
            Assert.Equal(0, await site.Hub.ExitedAsync());
            await site.StartHubAsync();
            device.Kill();
            await device.RestartAsync();
            await RefusedAnewAsync(device);
            Assert.DoesNotContain(site.Wire.Seen.Skip(cut), m => m.Kind is TopicKind.Hello or TopicKind.OtaChunkAck or TopicKind.OtaAccept);
            await site.MustAsync("audit", "verify");

            // Restored it takes the new file.
            string anew = Path.Combine(site.Folder, "anew.json");
            await site.MustAsync("devices", "restore", "porch", "--out", anew);
            device.Kill();
            await device.ReplaceConfigurationAsync(anew);
            Task<Message> back = site.Wire.NextAsync(m => m.Says(TopicKind.PublicAvailability, "state", "online"), "the device is back");
            await device.RestartAsync();
            await back;
        });
    }

    private static Task RefusedAnewAsync(Device device)
    {
        int seen = Refusals(device);
        return Eventually.TrueAsync(() => Refusals(device) > seen, $"{device} says once more that it cannot connect");
    }

    // "No connection to the broker" of the C# client; "the connection failed" of the MicroPython agent.
    private static int Refusals(Device device) => Lines(device, "No connection to the broker", "connection failed");

    private static int Lines(Device device, params string[] words) =>
        device.Processes.Sum(p => p.Lines.Count(l => words.Any(w => l.Contains(w, StringComparison.Ordinal))));
}

public sealed class NanoFrameworkTrustTests(ITestOutputHelper output) : TrustTests(Device.NanoFramework, output);

public sealed class MicroPythonTrustTests(ITestOutputHelper output) : TrustTests(Device.MicroPython, output);

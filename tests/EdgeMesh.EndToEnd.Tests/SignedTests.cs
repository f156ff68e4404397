using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>Signed firmware as its publisher does it: a key, a signature, and a device that takes nothing else.</summary>
public abstract class SignedTests(string runtime, ITestOutputHelper output)
{
    [Fact]
    public async Task What_the_pinned_key_signed_is_confirmed_and_unsigned_is_rejected_with_the_cause()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            string key = (string)JsonNode.Parse(await site.MustAsync("keys", "new", "ours", "--out", site.Folder, "--json"))!["key"]!;
            Device device = await site.AddDeviceAsync(
                "porch", runtime, ("publishers", new JsonArray(new JsonObject { ["key"] = key, ["kinds"] = new JsonArray(ImageKinds.NanoApp, ImageKinds.MicroPythonApp) })));

            await device.AddFirmwareAsync("unsigned", "1.0.0", device.Heartbeat());
            Ran ran = await site.RunAsync("ota", "start", "porch", "unsigned", "--wait", "--timeout", "60s");
            Assert.True(ran.ExitCode == 4, ran.ToString());
            Assert.Contains(ran.Lines, line => line.Contains(ErrorCodes.SignatureRequired, StringComparison.Ordinal));

            string image = Path.Combine(site.Folder, "heartbeat"), manifest = image + ".manifest", pem = Path.Combine(site.Folder, "ours");
            await File.WriteAllBytesAsync(image, device.Heartbeat());
            await site.MustAsync(
                "firmware", "sign", image, "--key", pem + ".pem", "--id", "heartbeat", "--version", "1.1.0", "--type", device.Type, "--kind", device.Kind, "--expires", "30d", "--out", manifest);
            await site.MustAsync("firmware", "verify", image, "--manifest", manifest, "--key", pem + ".pub.pem");
            Ran untrusted = await site.RunAsync("firmware", "add", image, "--manifest", manifest);
            Assert.True(untrusted.ExitCode == 4, untrusted.ToString());
            await site.MustAsync("keys", "trust", "ours", pem + ".pub.pem", "--kinds", device.Kind);
            await site.MustAsync("firmware", "add", image, "--manifest", manifest);
            await site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");
            Assert.Equal("heartbeat@1.1.0", (string?)(await device.ShowAsync())["program"]);

            Ran again = await site.RunAsync("ota", "start", "porch", "heartbeat");
            Assert.True(again.ExitCode == 4, again.ToString());
            Assert.Contains(again.Lines, line => line.Contains("--above", StringComparison.Ordinal));
        });
    }
}

public sealed class NanoFrameworkSignedTests(ITestOutputHelper output) : SignedTests(Device.NanoFramework, output);

public sealed class MicroPythonSignedTests(ITestOutputHelper output) : SignedTests(Device.MicroPython, output);

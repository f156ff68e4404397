using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>MicroPython itself over the air: the bootloader's slots, by the hub that owners have.</summary>
public sealed class FirmwareTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_firmware_larger_than_any_program_is_confirmed_one_that_crashes_is_rolled_back_and_the_program_stays()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            Directory.CreateDirectory(Device.PartitionsOf(site, "porch"));
            Device device = await site.AddDeviceAsync("porch", Device.MicroPython, ("slot_bytes", 16384), ("window", 8));
            await device.AddFirmwareAsync("heartbeat", "1.1.0", device.Heartbeat());
            await site.MustAsync("ota", "start", "porch", "heartbeat", "--wait", "--timeout", "60s");

            await AddAsync(site, "1.28.0", Image("""{"release":"1.28.0"}""", 100_000));
            await site.MustAsync("ota", "start", "porch", "micropython@1.28.0", "--wait", "--timeout", "60s");
            Assert.Equal("heartbeat@1.1.0", (string?)(await device.ShowAsync())["program"]);

            await AddAsync(site, "1.29.0", Image("""{"release":"1.29.0","crashes":true}""", 20_000));
            Ran ran = await site.RunAsync("ota", "start", "porch", "micropython@1.29.0", "--wait", "--timeout", "60s");
            Assert.True(ran.ExitCode == 8, ran.ToString());
            JsonNode update = await device.UpdateAsync();
            Assert.Equal((OtaStates.RolledBack, ErrorCodes.CrashLoop), ((string?)update["state"], (string?)update["code"]));

            await AddAsync(site, "2.0.0", Image("{}", 300_000));
            Ran refused = await site.RunAsync("ota", "start", "porch", "micropython@2.0.0");
            Assert.Contains(refused.Lines, line => line.Contains($"[{ErrorCodes.ImageTooLarge}]", StringComparison.Ordinal));
        });
    }

    private static async Task AddAsync(Site site, string version, byte[] image)
    {
        string file = Path.Combine(site.Folder, $"micropython-{version}");
        await File.WriteAllBytesAsync(file, image);
        await site.MustAsync("firmware", "add", file, "--id", "micropython", "--version", version, "--type", "esp32-mpy", "--kind", ImageKinds.Esp32Image);
    }

    // As tools/micropython/partitions.mjs knows images: a magic byte, the length, what it is, padding, and the SHA-256 of all that.
    private static byte[] Image(string about, int bytes)
    {
        byte[] body = new byte[bytes];
        body[0] = 0xe9;
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(4), bytes);
        Encoding.UTF8.GetBytes(about).CopyTo(body, 8);
        return [.. body, .. SHA256.HashData(body)];
    }
}

using System;
using System.Diagnostics;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Ota;

/// <summary>Limits in bytes per second, on the hub as it runs.</summary>
public sealed class RateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(60_000);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Ota:SessionBytesPerSecond", 1)]
    [InlineData("Ota:BytesPerSecond", 3)]
    public async Task Updates_keep_to_the_rate(string option, int deviceCount)
    {
        const double BytesPerSecond = 50_000;
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), $"--{option}", $"{BytesPerSecond}");
        await hub.AddFirmwareAsync(_image);
        TestDevice[] devices = await Task.WhenAll(Enumerable.Range(0, deviceCount).Select(i => hub.ConnectNewAsync($"d{i}")));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.All(devices, d => Assert.True(hub.Ota.Start(d.Id, "blink", null).IsOk));
        await Eventually.TrueAsync(() => devices.All(d => d.Applied), "all images are applied");

        // The burst, and of every device one turn that was reserved ahead.
        double free = 8192 + (deviceCount * 2 * 8192);
        Assert.True(watch.Elapsed.TotalSeconds >= ((deviceCount * _image.Length) - free) / BytesPerSecond, $"It took no more than {watch.Elapsed}.");
        Assert.All(devices, d => Assert.Equal(_image, d.Image));
        foreach (TestDevice device in devices)
        {
            await device.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("Ota:SessionBytesPerSecond", "-1")]
    [InlineData("Ota:BytesPerSecond", "1023")]
    public async Task A_rate_too_low_for_a_chunk_is_refused_at_the_start(string option, string value) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), $"--{option}", value));
}

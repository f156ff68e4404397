using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>The site that one class of kills shares, since starting one takes longer than a kill. A test that failed leaves none behind.</summary>
public sealed class KilledSite : IAsyncLifetime
{
    private const string First = "1.0.0";
    private const string Second = "2.0.0";

    private Site? _site;
    private Device? _device;
    private string _version = "";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
            _site = null;
        }
    }

    /// <summary>The site and its device, both up.</summary>
    internal async Task<(Site Site, Device Device)> ReadyAsync(string runtime)
    {
        if (_site is null)
        {
            _site = await Site.StartAsync();
            _device = await _site.AddDeviceAsync("porch", runtime);
            _version = "";
        }

        await _site.ForgetBrokerKillsAsync();
        return (_site, _device!);
    }

    /// <summary>The version of the firmware <c>heartbeat</c> that the device does not run.</summary>
    internal async Task<string> OtherVersionAsync(int imageBytes)
    {
        if (_version.Length == 0)
        {
            await _device!.AddFirmwareAsync("heartbeat", First, _device.Heartbeat(), imageBytes);
            await _device.AddFirmwareAsync("heartbeat", Second, _device.Heartbeat(), imageBytes + 1);
        }

        return _version = _version == First ? Second : First;
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

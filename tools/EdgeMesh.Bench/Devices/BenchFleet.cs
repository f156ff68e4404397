using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace EdgeMesh.Bench.Devices;

/// <summary>Devices that the hub knows, and what it takes to update them all at once, again and again.</summary>
internal sealed class BenchFleet
{
    private readonly HubProcess _hub;
    private readonly JsonObject[] _devices;

    private BenchFleet(HubProcess hub, JsonObject[] devices)
    {
        _hub = hub;
        _devices = devices;
    }

    /// <summary>The devices' configurations, as the hub gave them.</summary>
    internal IReadOnlyList<JsonObject> Devices => _devices;

    /// <summary>Adds devices to the hub.</summary>
    internal static async Task<BenchFleet> AddAsync(HubProcess hub, int count)
    {
        List<JsonObject> devices = [];
        for (int i = 0; i < count; i++)
        {
            devices.Add(await hub.AddDeviceAsync($"device-{i}").ConfigureAwait(false));
        }

        return new BenchFleet(hub, [.. devices]);
    }

    /// <summary>Boots every device with an empty flash, updates all at once, and gives the seconds that each took.</summary>
    /// <param name="image">The firmware's id.</param>
    /// <param name="options">The devices' window and link.</param>
    /// <param name="settled">Called when all are online, before the first offer.</param>
    /// <returns>Seconds from the order to update to the verified image, by device.</returns>
    internal async Task<double[]> UpdateAsync(string image, BenchDeviceOptions options, Action? settled = null)
    {
        BenchDevice[] booted = [.. _devices.Select(device => new BenchDevice(device, options))];
        try
        {
            await Progress.UntilAsync(() => AllAsync("online", true), "all devices are online").ConfigureAwait(false);
            settled?.Invoke();
            long began = Stopwatch.GetTimestamp();
            Task<JsonNode>[] orders = [.. booted.Select(device => _hub.RunAsync("ota-start", new { device = device.Id, firmware = image }))];
            await Task.WhenAll(orders).ConfigureAwait(false);
            long[] applied = await Task.WhenAll(booted.Select(device => device.Applied)).WaitAsync(TimeSpan.FromMinutes(2)).ConfigureAwait(false);
            return [.. applied.Select(at => Stopwatch.GetElapsedTime(began, at).TotalSeconds)];
        }
        finally
        {
            Array.ForEach(booted, device => device.PowerOff());
            Array.ForEach(booted, device => device.Dispose());
            await EndAsync().ConfigureAwait(false);
            DirectoryInfo folder = new(options.Folder);
            folder.Delete(recursive: true);
            folder.Create();
        }
    }

    // The image is no program, so the round ends where the device would boot it: the hub lets go of the update, and of the device.
    private async Task EndAsync()
    {
        await Task.WhenAll(_devices.Select(device => _hub.RunAsync("ota-abort", new { device = (string)device["device"]! }))).ConfigureAwait(false);
        await Progress.UntilAsync(() => AllAsync("online", false), "all devices are offline").ConfigureAwait(false);
        await Progress.UntilAsync(
            async () => (await _hub.RunAsync("ota-status", new { limit = _devices.Length }).ConfigureAwait(false)).AsArray().All(u => (string?)u!["state"] == "failed"),
            "all updates have ended").ConfigureAwait(false);
    }

    private async Task<bool> AllAsync(string member, bool value)
    {
        JsonArray devices = (await _hub.RunAsync("devices-list").ConfigureAwait(false)).AsArray();
        return devices.All(device => (bool)device![member]! == value && (!value || device["info"] is not null));
    }
}

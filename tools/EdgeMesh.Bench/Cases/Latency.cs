using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;
using EdgeMesh.Bench.Links;

namespace EdgeMesh.Bench.Cases;

/// <summary>8 MiB to one device behind 20 ms of round trip, beside stop-and-wait and beside what window and link allow.</summary>
internal static class Latency
{
    private const double StopAndWaitTarget = 8;
    private const double LimitTarget = 0.85;

    // Stop-and-wait goes as slowly as the link answers: a smaller image gives the same rate in an eighth of the time.
    private const int SmallImageBytes = Settings.ImageBytes / 16;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
        await hub.AddImageAsync("image", Settings.ImageBytes).ConfigureAwait(false);
        await hub.AddImageAsync("small", SmallImageBytes).ConfigureAwait(false);
        BenchFleet device = await BenchFleet.AddAsync(hub, 1).ConfigureAwait(false);
        using SlowLink link = new(hub.Port, Settings.OneWay);
        List<double> updates = [];
        List<double> stopAndWaits = [];
        List<double> limits = [];
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            await using RawTransfer raw = await RawTransfer.ConnectAsync(hub, link.Port, device.Devices).ConfigureAwait(false);
            double roundTrip = await raw.RoundTripAsync().ConfigureAwait(false);
            double linkRate = await raw.RunAsync(Settings.ImageBytes, Settings.ChunkBytes).ConfigureAwait(false) / 1e6;
            await raw.DisposeAsync().ConfigureAwait(false);
            double limit = Math.Min(Settings.Window * Settings.ChunkBytes / roundTrip / 1e6, linkRate);
            double rate = Settings.ImageBytes
                / (await device.UpdateAsync("image", Settings.Device(folder.Flash, link.Port)).ConfigureAwait(false))[0] / 1e6;
            double stopAndWait = SmallImageBytes
                / (await device.UpdateAsync("small", Settings.Device(folder.Flash, link.Port, window: 1)).ConfigureAwait(false))[0] / 1e6;
            Settings.Report(
                "latency", run,
                $"update {rate:0.00} MB/s, stop-and-wait {stopAndWait:0.00} MB/s, limit {limit:0.00} MB/s (round trip {roundTrip * 1000:0.0} ms, link {linkRate:0.0} MB/s)");
            if (run > 0)
            {
                updates.Add(rate);
                stopAndWaits.Add(stopAndWait);
                limits.Add(limit);
            }
        }

        double median = Figure.Median(updates);
        return
        [
            Figure.AtLeast("latency throughput by stop-and-wait", median, "MB/s", Figure.Median(stopAndWaits), StopAndWaitTarget),
            Figure.AtLeast("latency throughput by the window's limit", median, "MB/s", Figure.Median(limits), LimitTarget),
        ];
    }
}

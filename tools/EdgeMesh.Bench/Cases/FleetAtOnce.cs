using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;
using EdgeMesh.Bench.Links;

namespace EdgeMesh.Bench.Cases;

/// <summary>256 KiB to each of 200 devices at once, beside the same bytes fanned out: rate, the hub's memory, and how fair it is.</summary>
internal static class FleetAtOnce
{
    private const int DeviceCount = 200;
    private const int FleetImageBytes = 256 * 1024;
    private const double Target = 0.6;
    private const double MemoryTargetKiB = 64;
    private const double SlowestTarget = 1.5;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
        await hub.AddImageAsync("image", FleetImageBytes).ConfigureAwait(false);
        BenchFleet fleet = await BenchFleet.AddAsync(hub, DeviceCount).ConfigureAwait(false);
        Progress.Say($"fleet: {DeviceCount} devices added");
        BenchDeviceOptions options = Settings.Device(folder.FleetFlash, hub.Port);
        List<double> rates = [];
        List<double> raws = [];
        List<double> growths = [];
        double? firstGrowth = null;
        List<double> medians = [];
        List<double> slowests = [];
        long dropped = 0;
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            await using RawTransfer raw = await RawTransfer.ConnectAsync(hub, hub.Port, fleet.Devices).ConfigureAwait(false);
            double rawRate = await raw.RunAsync(FleetImageBytes, Settings.ChunkBytes).ConfigureAwait(false) / 1e6;
            dropped += raw.Dropped;
            await raw.DisposeAsync().ConfigureAwait(false);
            double before = 0;
            double[] seconds = await fleet.UpdateAsync("image", options with { Folder = folder.FleetFlash }, () =>
            {
                hub.Memory.ResetPeak();
                before = hub.Memory.ResidentKiB;
            }).ConfigureAwait(false);
            double growth = (hub.Memory.PeakKiB - before) / DeviceCount;
            firstGrowth ??= growth;
            double rate = (double)FleetImageBytes * DeviceCount / seconds.Max() / 1e6;
            Settings.Report(
                "fleet", run,
                $"updates {rate:0.0} MB/s, raw {rawRate:0.0} MB/s, slowest {seconds.Max():0.00} s, median {Figure.Median(seconds):0.00} s, hub +{growth:0.0} KiB a session on {before / 1024:0} MiB");
            if (run > 0)
            {
                rates.Add(rate);
                raws.Add(rawRate);
                medians.Add(Figure.Median(seconds));
                slowests.Add(seconds.Max());
                growths.Add(growth);
            }
        }

        return
        [
            Figure.AtLeast("fleet throughput", Figure.Median(rates), "MB/s", Figure.Median(raws), Target),
            // The heap keeps what the first round has taken, so the rounds after it alone would flatter.
            Figure.Below("fleet hub memory growth a session, first round", firstGrowth!.Value, "KiB", MemoryTargetKiB),
            Figure.Below("fleet hub memory growth a session, later rounds", Figure.Median(growths), "KiB", MemoryTargetKiB),
            Figure.AtMost("fleet slowest device by the median", Figure.Median(slowests), "s", Figure.Median(medians), SlowestTarget),
            Figure.Below("fleet messages dropped of the raw transfers", dropped, "messages", 0),
        ];
    }
}

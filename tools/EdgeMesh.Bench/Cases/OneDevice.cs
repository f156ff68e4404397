using System.Collections.Generic;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;
using EdgeMesh.Bench.Links;

namespace EdgeMesh.Bench.Cases;

/// <summary>8 MiB to one device, from the order to the verified image on its disk, beside the same bytes published and received.</summary>
internal static class OneDevice
{
    private const double Target = 0.6;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
        await hub.AddImageAsync("image", Settings.ImageBytes).ConfigureAwait(false);
        BenchFleet device = await BenchFleet.AddAsync(hub, 1).ConfigureAwait(false);
        BenchDeviceOptions options = Settings.Device(folder.Flash, hub.Port);
        List<double> updates = [];
        List<double> raws = [];
        long dropped = 0;
        for (int run = 0; run <= Settings.Runs; run++)
        {
            await using RawTransfer raw = await RawTransfer.ConnectAsync(hub, hub.Port, device.Devices).ConfigureAwait(false);
            double rawRate = await raw.RunAsync(Settings.ImageBytes, Settings.ChunkBytes).ConfigureAwait(false) / 1e6;
            dropped += raw.Dropped;
            await raw.DisposeAsync().ConfigureAwait(false);
            double rate = Settings.ImageBytes / (await device.UpdateAsync("image", options).ConfigureAwait(false))[0] / 1e6;
            Settings.Report("one-device", run, $"update {rate:0.0} MB/s, raw {rawRate:0.0} MB/s");
            if (run > 0)
            {
                updates.Add(rate);
                raws.Add(rawRate);
            }
        }

        return
        [
            Figure.AtLeast("one-device throughput", Figure.Median(updates), "MB/s", Figure.Median(raws), Target),
            Figure.Below("one-device messages dropped of the raw transfers", dropped, "messages", 0),
        ];
    }
}

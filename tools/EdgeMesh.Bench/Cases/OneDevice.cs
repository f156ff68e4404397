using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;
using EdgeMesh.Bench.Links;
using EdgeMesh.Contracts;

namespace EdgeMesh.Bench.Cases;

/// <summary>8 MiB to one device, from the order to the verified image on its disk, beside the same bytes published and received.</summary>
internal static class OneDevice
{
    private const double Target = 0.6;

    // A device of such a size has the memory for the largest window and chunk.
    private const int Window = Limits.WindowMax;
    private const int ChunkBytes = Limits.ChunkBytesMax;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder, Window, ChunkBytes).ConfigureAwait(false);
        await hub.AddImageAsync("image", Settings.ImageBytes).ConfigureAwait(false);
        BenchFleet device = await BenchFleet.AddAsync(hub, 1).ConfigureAwait(false);
        BenchDeviceOptions options = Settings.Device(folder.Flash, hub.Port, Window, ChunkBytes);
        List<double> updates = [];
        List<double> raws = [];
        List<double> disks = [];
        long dropped = 0;
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            await using RawTransfer raw = await RawTransfer.ConnectAsync(hub, hub.Port, device.Devices).ConfigureAwait(false);
            double rawRate = await raw.RunAsync(Settings.ImageBytes, ChunkBytes).ConfigureAwait(false) / 1e6;
            dropped += raw.Dropped;
            await raw.DisposeAsync().ConfigureAwait(false);
            double rate = Settings.ImageBytes / (await device.UpdateAsync("image", options).ConfigureAwait(false))[0] / 1e6;
            double diskRate = WriteAndFlush(folder.Flash) / 1e6;
            Settings.Report("one-device", run, $"update {rate:0.0} MB/s, raw {rawRate:0.0} MB/s, the disk alone {diskRate:0.0} MB/s");
            if (run > 0)
            {
                updates.Add(rate);
                raws.Add(rawRate);
                disks.Add(diskRate);
            }
        }

        return
        [
            Figure.AtLeast("one-device throughput", Figure.Median(updates), "MB/s", Figure.Median(raws), Target),
            Figure.Beside("one-device throughput by the disk alone", Figure.Median(updates), "MB/s", Figure.Median(disks)),
            Figure.Below("one-device messages dropped of the raw transfers", dropped, "messages", 0),
        ];
    }

    // What the device does to its disk in less than a second, and nothing else: it writes chunks, and flushes once.
    private static double WriteAndFlush(string folder)
    {
        byte[] part = new byte[ChunkBytes];
        using FileStream file = new(Path.Combine(folder, "disk"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Stopwatch watch = Stopwatch.StartNew();
        for (int written = 0; written < Settings.ImageBytes; written += part.Length)
        {
            file.Write(part);
        }

        file.Flush(flushToDisk: true);

        return Settings.ImageBytes / watch.Elapsed.TotalSeconds;
    }
}

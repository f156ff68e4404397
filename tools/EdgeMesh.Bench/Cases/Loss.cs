using System.Collections.Generic;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;
using EdgeMesh.Bench.Links;

namespace EdgeMesh.Bench.Cases;

/// <summary>8 MiB to one device behind 20 ms of round trip, one chunk in a hundred lost, beside the same link without losses.</summary>
internal static class Loss
{
    private const double Share = 0.01;
    private const double Target = 0.7;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
        await hub.AddImageAsync("image", Settings.ImageBytes).ConfigureAwait(false);
        BenchFleet device = await BenchFleet.AddAsync(hub, 1).ConfigureAwait(false);
        List<double> lossy = [];
        List<double> lossless = [];
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            using SlowLink losing = new(hub.Port, Settings.OneWay, Share, seed: run);
            using SlowLink whole = new(hub.Port, Settings.OneWay);
            double rate = Settings.ImageBytes / (await device.UpdateAsync("image", Settings.Device(folder.Flash, losing.Port)).ConfigureAwait(false))[0] / 1e6;
            double wholeRate = Settings.ImageBytes / (await device.UpdateAsync("image", Settings.Device(folder.Flash, whole.Port)).ConfigureAwait(false))[0] / 1e6;
            Settings.Report("loss", run, $"update {rate:0.00} MB/s with {losing.Lost} chunks lost, {wholeRate:0.00} MB/s with none");
            if (run > 0)
            {
                lossy.Add(rate);
                lossless.Add(wholeRate);
            }
        }

        return [Figure.AtLeast("loss throughput", Figure.Median(lossy), "MB/s", Figure.Median(lossless), Target)];
    }
}

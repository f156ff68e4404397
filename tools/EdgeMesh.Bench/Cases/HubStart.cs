using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using EdgeMesh.Bench.Devices;

namespace EdgeMesh.Bench.Cases;

/// <summary>From the start of the hub's process to its first answer, and what is resident then, beside a bare Kestrel.</summary>
internal static class HubStart
{
    private const int ManyDevices = 1000;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        List<Figure> figures = [.. await RunAsync(folder, 0).ConfigureAwait(false)];
        await using (HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false))
        {
            Progress.Say($"hub: adding {ManyDevices} devices");
            await BenchFleet.AddAsync(hub, ManyDevices).ConfigureAwait(false);
        }

        figures.AddRange(await RunAsync(folder, ManyDevices).ConfigureAwait(false));
        return figures;
    }

    private static async Task<IReadOnlyList<Figure>> RunAsync(BenchFolder folder, int devices)
    {
        List<double> starts = [];
        List<double> connects = [];
        List<double> residents = [];
        List<double> bareStarts = [];
        List<double> bareResidents = [];
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            (double bareStart, double bareResident) = await MeasureBareAsync(folder.Hub).ConfigureAwait(false);
            await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
            double resident = hub.Memory.ResidentKiB / 1024;
            Settings.Report(
                $"hub with {devices} devices", run,
                $"first answer {hub.StartMs:0} ms, broker connected {hub.ConnectedMs:0} ms, {resident:0.0} MiB; bare Kestrel {bareStart:0} ms, {bareResident:0.0} MiB");
            if (run > 0)
            {
                starts.Add(hub.StartMs);
                connects.Add(hub.ConnectedMs);
                residents.Add(resident);
                bareStarts.Add(bareStart);
                bareResidents.Add(bareResident);
            }
        }

        double peer = Figure.Median(bareStarts);
        return
        [
            Figure.Beside($"hub start to the first answer, {devices} devices", Figure.Median(starts), "ms", peer),
            Figure.Beside($"hub start to the broker connected, {devices} devices", Figure.Median(connects), "ms", peer),
            Figure.Beside($"hub resident memory, {devices} devices", Figure.Median(residents), "MiB", Figure.Median(bareResidents)),
        ];
    }

    private static async Task<(double StartMs, double ResidentMiB)> MeasureBareAsync(string folder)
    {
        string socket = Path.Combine(folder, "bare.sock");
        await using ServerProcess bare = await ServerProcess.StartAsync(
            [typeof(HubStart).Assembly.Location, BareServer.Verb, socket], socket, "").ConfigureAwait(false);
        return (bare.StartMs, bare.Memory.ResidentKiB / 1024);
    }
}

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace EdgeMesh.Bench.Cases;

/// <summary>From a sentence to an approved package, asked of a running hub: read, written of templates, compiled, judged, tried out and kept, without a model.</summary>
internal static class Packages
{
    private const double TargetMs = 1000;
    private static readonly TimeSpan BetweenPrograms = TimeSpan.FromSeconds(1);

    // That of the project's first page.
    private const string Sentence = "read the DHT22 on pin 4 every 30 s, publish temperature and humidity, and switch the relay on pin 26 on above 28 °C";

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using BenchFolder folder = new();
        HubProcess hub = await HubProcess.StartAsync(folder.Hub, "--DryRun:WarmWorkers", "1", "--Programs:AutoApprove", "bench").ConfigureAwait(false);
        List<double> times_ms = [];
        await using (hub.ConfigureAwait(false))
        {
            await hub.AddDeviceAsync("porch").ConfigureAwait(false);
            for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                JsonNode made = await hub.RunAsync("program-new", new { device = "porch", description = Sentence }).ConfigureAwait(false);
                double took_ms = watch.Elapsed.TotalMilliseconds;
                if ((string?)made["state"] != "approved")
                {
                    throw new InvalidDataException($"The program is {made["state"]}: {made["package"]?["gate_reason"]}");
                }

                Settings.Report("sentence to approved package", run, $"{took_ms:0} ms");
                if (run > 0)
                {
                    times_ms.Add(took_ms);
                }

                // Until the next worker is warm, as it is where people type between two sentences.
                await Task.Delay(BetweenPrograms).ConfigureAwait(false);
            }
        }

        return [Figure.Below("sentence to approved package, no model, sandbox warm", Figure.Median(times_ms), "ms", TargetMs)];
    }
}

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Bench.Cases;

/// <summary>Dry runs in the sandbox: an hour of a thermostat, with a worker ready and without, and a day of a loop of 5 seconds.</summary>
internal static class DryRuns
{
    private const double WarmTargetMs = 150;
    private const double DayTargetS = 5;

    private const string Thermostat = """
        import time, edgemesh, dht
        from machine import Pin
        sensor = dht.DHT22(Pin(4))
        relay = Pin(26, Pin.OUT, value=0)
        def loop():
            try:
                sensor.measure()
                edgemesh.publish(temperature=sensor.temperature(), humidity=sensor.humidity())
                relay.value(sensor.temperature() > 28)
            except OSError as e:
                edgemesh.log('sensor: %r' % e)
            time.sleep(PERIOD)
        """;

    private static readonly Scenario Hour = ScenarioJson.Read("""
        {"duration_s": 3600, "inputs": [{"pin": 4, "sensor": "dht22", "temperature_c": 21.5}, {"at_s": 1200, "pin": 4, "sensor": "dht22", "temperature_c": 28.1}],
         "expect": [{"publishes": "temperature", "every_s": 30, "tolerance_s": 1}, {"pin": 26, "level": 1, "from_s": 1200, "within_s": 31}, {"exceptions": 0}]}
        """).Value;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        string hourly = Thermostat.Replace("PERIOD", "30", StringComparison.Ordinal);
        string daily = Thermostat.Replace("PERIOD", "5", StringComparison.Ordinal);
        Scenario day = Hour with { DurationS = 86400, Expect = [new Expectation { Publishes = "temperature", EveryS = 5 }] };
        DryRunService warm = new(new DryRunOptions { WarmWorkers = 1 }, TimeProvider.System);
        DryRunService cold = new(new DryRunOptions(), TimeProvider.System);
        List<double> warmMs = [], coldMs = [], dayS = [];
        await using (warm.ConfigureAwait(false))
        await using (cold.ConfigureAwait(false))
        {
            for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
            {
                (double ready, double started, double whole) = (
                    await TimeAsync(warm, hourly, Hour).ConfigureAwait(false), await TimeAsync(cold, hourly, Hour).ConfigureAwait(false),
                    await TimeAsync(warm, daily, day).ConfigureAwait(false) / 1000);
                Settings.Report("dry run", run, $"warm {ready:0} ms, cold {started:0} ms, 24 hours {whole:0.00} s");
                if (run > 0)
                {
                    warmMs.Add(ready);
                    coldMs.Add(started);
                    dayS.Add(whole);
                }
            }
        }

        return
        [
            Figure.Below("dry run of an hour, worker ready", Figure.Median(warmMs), "ms", WarmTargetMs),
            Figure.Beside("dry run of an hour, cold, beside warm", Figure.Median(coldMs), "ms", Figure.Median(warmMs)),
            Figure.Below("dry run of 24 hours of a 5 s loop", Figure.Median(dayS), "s", DayTargetS),
        ];
    }

    private static async Task<double> TimeAsync(DryRunService service, string source, Scenario scenario)
    {
        Result<bool> ready = await service.WarmAsync().ConfigureAwait(false);
        Stopwatch watch = Stopwatch.StartNew();
        Result<BehaviourReport> report = await service.RunAsync(source, scenario, CancellationToken.None).ConfigureAwait(false);
        return ready.IsOk && report is { IsOk: true, Value.Ok: true } ? watch.Elapsed.TotalMilliseconds
            : throw new InvalidDataException((ready.Error ?? report.Error)?.Message ?? report.Value.Verdict);
    }
}

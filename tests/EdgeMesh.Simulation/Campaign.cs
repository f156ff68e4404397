using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Simulation.Bugs;

namespace EdgeMesh.Simulation;

/// <summary>Many seeds on all cores, with a line of progress, and the trace of the first that broke a promise.</summary>
public static class Campaign
{
    private const int FailuresMax = 10;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    /// <summary>Runs seeds from <paramref name="first"/> on; stops early after ten failures, or when the time is up.</summary>
    /// <returns>Whether all kept every promise.</returns>
    public static bool Run(int first, int count, int minutes, SeededBug bug, Fleet fleet, TextWriter to)
    {
        Stopwatch watch = Stopwatch.StartNew();
        List<RunResult> failures = [];
        Totals totals = new();
        TimeSpan limit = minutes == int.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromMinutes(minutes);
        TimeSpan next = ProgressEvery;
        Lock gate = new();
        // More at once than cores would only be more interpreters that wait.
        ParallelOptions cores = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(first, first + count, cores, (seed, state) =>
        {
            RunResult result = Simulation.Run.Once(seed, bug, fleet: fleet);
            lock (gate)
            {
                totals.Add(result);
                if (result.Problem != null)
                {
                    failures.Add(result);
                    to.WriteLine($"seed {seed} BREAKS: {result.Problem}");
                }

                if (watch.Elapsed >= next)
                {
                    next = watch.Elapsed + ProgressEvery;
                    to.WriteLine($"{totals.Runs} of {count} seeds, {failures.Count} broke a promise, {totals.Runs / watch.Elapsed.TotalSeconds:0} a second");
                }

                if (failures.Count >= FailuresMax || watch.Elapsed > limit)
                {
                    state.Stop();
                }
            }
        });
        to.WriteLine($"counted: {totals} in {watch.Elapsed.TotalSeconds:0} s, {failures.Count} broke a promise");
        if (failures.Count > 0)
        {
            RunResult worst = failures.OrderBy(f => f.Steps).First();
            to.WriteLine($"The shortest of them, seed {worst.Seed} (tools/sim --seed {worst.Seed}{(fleet == Fleet.Nano ? "" : " --micropython")} replays it):");
            RunResult again = Simulation.Run.Once(worst.Seed, bug, to, fleet: fleet);
            to.WriteLine(again == worst ? worst.Problem : $"It did not replay: {again.Problem} instead of {worst.Problem}");
        }

        return failures.Count == 0;
    }

    private sealed class Totals
    {
        private long _steps;
        private long _virtualMs;
        private long _sessions;
        private long _boots;

        internal int Runs { get; private set; }

        public override string ToString() =>
            $"{Runs} seeds, {_sessions} updates, {_boots} boots, {_steps} steps, {_virtualMs / 3_600_000.0:0} hours of virtual time";

        internal void Add(RunResult result)
        {
            Runs++;
            _steps += result.Steps;
            _virtualMs += result.VirtualMs;
            _sessions += result.Sessions;
            _boots += result.Boots;
        }
    }
}

using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Simulation.Bugs;
using Xunit.Abstractions;

namespace EdgeMesh.Simulation.Tests;

public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 500;
    private const int MicroPythonSeeds = 20;

    [Fact]
    public void Five_hundred_seeds_keep_every_promise()
    {
        ConcurrentBag<RunResult> results = [];
        Parallel.For(1, Seeds + 1, seed => results.Add(Run.Once(seed)));
        output.WriteLine(
            $"counted: {results.Count} seeds, {results.Sum(r => r.Sessions)} updates, {results.Sum(r => r.Boots)} boots, {results.Sum(r => r.Steps)} steps");
        foreach (RunResult broken in results.Where(r => r.Problem != null).OrderBy(r => r.Seed))
        {
            output.WriteLine($"tools/sim --seed {broken.Seed}: {broken.Problem}");
        }

        Assert.DoesNotContain(results, r => r.Problem != null);
        Assert.True(results.Sum(r => r.Sessions) > Seeds, "The world is too tame.");
    }

    [Fact]
    public void Fleets_with_MicroPython_devices_keep_every_promise()
    {
        ConcurrentBag<RunResult> results = [];
        ParallelOptions cores = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(1, MicroPythonSeeds + 1, cores, seed => results.Add(Run.Once(seed, fleet: Fleet.MicroPython)));
        output.WriteLine(
            $"counted: {results.Count} seeds with MicroPython devices, {results.Sum(r => r.Sessions)} updates, {results.Sum(r => r.Boots)} boots, {results.Sum(r => r.Steps)} steps");
        foreach (RunResult broken in results.Where(r => r.Problem != null).OrderBy(r => r.Seed))
        {
            output.WriteLine($"tools/sim --seed {broken.Seed} --micropython: {broken.Problem}");
        }

        Assert.DoesNotContain(results, r => r.Problem != null);
        Assert.True(results.Sum(r => r.Sessions) > MicroPythonSeeds, "The world is too tame.");
    }

    [Theory]
    [InlineData(7, SeededBug.None, Fleet.Nano)]
    [InlineData(4, SeededBug.DoNotCountAttempts, Fleet.Nano)]
    [InlineData(2, SeededBug.None, Fleet.MicroPython)]
    [InlineData(65, SeededBug.None, Fleet.MicroPython)]
    public void A_seed_replays_exactly(int seed, SeededBug bug, Fleet fleet)
    {
        StringWriter first = new();
        StringWriter second = new();
        Assert.Equal(Run.Once(seed, bug, first, fleet: fleet), Run.Once(seed, bug, second, fleet: fleet));
        Assert.Equal(first.ToString(), second.ToString());
        Assert.NotEmpty(first.ToString());
    }
}

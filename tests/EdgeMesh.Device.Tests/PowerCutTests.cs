using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Simulation.Device;
using Xunit.Abstractions;

namespace EdgeMesh.Device.Tests;

/// <summary>The power is cut at every call that changes storage, from the offer to the end of the trial.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int ImageBytes = 3000;

    [Fact]
    public void A_power_cut_anywhere_in_an_update_ends_with_the_new_program_confirmed() => CutEverywhere("good-2", OtaStates.Confirmed, "good-2");

    [Fact]
    public void A_power_cut_anywhere_in_a_bad_update_ends_with_the_old_program() => CutEverywhere("crash-at-start", OtaStates.RolledBack, "good-1");

    [Fact]
    public void A_power_cut_anywhere_in_the_first_update_ends_with_the_program_confirmed()
    {
        int points = Sweep([], (world, _) => Offer(world, "good-2"), world =>
        {
            Assert.Equal(OtaStates.Confirmed, world.Hub.Sender!.State);
            Assert.Equal("good-2", world.Program!.Behaviour);
        });
        output.WriteLine($"{points} cut points");
        Assert.True(points > 100);
    }

    [Fact]
    public void Many_power_cuts_in_one_update_end_with_the_new_program_confirmed()
    {
        var files = Installed();
        int cuts = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var world = new TestWorld("", files);
            world.Image("good-1", ImageBytes);
            Offer(world, "good-2");
            for (int i = 0; i < 6; i++)
            {
                world.Storage.CutAt = world.Storage.Changes + random.Next(12);
                world.Storage.OfCall = (Remains)random.Next(3);
                world.Storage.OfUnflushed = (Remains)random.Next(3);
                world.RunUntil(() => world.Storage.CutAt < 0 || Settled(world));
                cuts += world.Storage.CutAt < 0 ? 1 : 0;
                AssertNeverDamaged(world, $"seed {seed}");
            }

            world.Storage.CutAt = -1;
            world.RunUntil(() => Settled(world));
            AssertNeverDamaged(world, $"seed {seed}");

            // Cuts during the trial count as its attempts, so many of them may end it: old or new, but one of them runs.
            Assert.Contains(world.Program!.Behaviour, new[] { "good-1", "good-2" });
            Assert.Equal(world.Hub.Sender!.State == OtaStates.Confirmed ? "good-2" : "good-1", world.Program.Behaviour);
        }

        output.WriteLine($"{cuts} cuts in 200 updates");
        Assert.True(cuts > 600);
    }

    private void CutEverywhere(string behaviour, string state, string runs)
    {
        var files = Installed();
        int points = Sweep(files, (world, cut) =>
        {
            world.Image("good-1", ImageBytes);
            Offer(world, behaviour);
        }, world =>
        {
            Assert.Equal(state, world.Hub.Sender!.State);
            Assert.Equal(runs, world.Program!.Behaviour);
        });
        output.WriteLine($"{points} cut points");
        Assert.True(points > 100);
    }

    private static int Sweep(Dictionary<string, byte[]> files, Action<TestWorld, int> begin, Action<TestWorld> holds)
    {
        int points = 0;
        for (int cutAt = 0; ; cutAt++)
        {
            for (int variant = 0; variant < 9; variant++)
            {
                var world = new TestWorld("", files);
                begin(world, cutAt);
                world.Storage.CutAt = cutAt;
                world.Storage.OfCall = (Remains)(variant / 3);
                world.Storage.OfUnflushed = (Remains)(variant % 3);
                world.RunUntil(() => Settled(world) || world.Storage.CutAt < 0);
                if (world.Storage.CutAt >= 0)
                {
                    return points;
                }

                points++;
                string point = $"cut at change {cutAt}, of the call {world.Storage.OfCall}, of the unflushed {world.Storage.OfUnflushed}";
                if (files.Count > 0)
                {
                    // Whatever was cut, some program starts with the next boot, before any hub is reached.
                    world.RunUntil(() => world.Program != null, 10_000);
                }

                world.RunUntil(() => Settled(world));
                AssertNeverDamaged(world, point);
                holds(world);
            }
        }
    }

    private static Dictionary<string, byte[]> Installed()
    {
        var world = new TestWorld();
        world.Hub.Update("1.0.0", 1, world.Image("good-1", ImageBytes), 0);
        world.RunUntil(() => Settled(world));
        return world.Storage.Snapshot();
    }

    private static void Offer(TestWorld world, string behaviour)
    {
        // Lost chunks make the device hold those that overtook them.
        int sent = 0;
        world.Hub.LosesChunk = _ => sent++ % 4 == 1;
        world.Hub.Session = 100;
        world.Hub.Update("2.0.0", 2, world.Image(behaviour, ImageBytes), 0);
    }

    private static bool Settled(TestWorld world) =>
        OtaStates.IsFinal(world.Hub.Sender!.State) && world.Program != null && world.Client.Record is { Trial: "", Transfer: null, ReportHeard: true };

    private static void AssertNeverDamaged(TestWorld world, string point) =>
        Assert.False(world.Loaded.Contains("damaged"), point + ": a damaged image was loaded.\n" + string.Join('\n', world.Lines));
}

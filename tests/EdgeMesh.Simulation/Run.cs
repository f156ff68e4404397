using System;
using System.IO;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.Device;

namespace EdgeMesh.Simulation;

/// <summary>Of what kinds the devices of a run are.</summary>
public enum Fleet
{
    /// <summary>All run the C# client.</summary>
    Nano,

    /// <summary>One runs the MicroPython agent, the others either.</summary>
    MicroPython,
}

/// <summary>How a run ended.</summary>
/// <param name="Seed">What it was made of.</param>
/// <param name="Problem">The promise that was broken, as a sentence; null where all held.</param>
/// <param name="VirtualMs">How long it took in the world, in milliseconds.</param>
/// <param name="Steps">Things that happened.</param>
/// <param name="Sessions">Updates that were started.</param>
/// <param name="Boots">Boots of all boards.</param>
public sealed record RunResult(int Seed, string? Problem, long VirtualMs, long Steps, int Sessions, int Boots);

/// <summary>One seed: trouble, then a healed network, in which everything must come to rest and stay there.</summary>
public static class Run
{
    private const long HealingMaxMs = 6 * 3600 * 1000;
    private const long QuietMs = 900_000;
    private const long LookEveryMs = 5000;

    /// <summary>Runs a seed; <paramref name="trace"/> gets the trace of a run that broke a promise, or of any when it is asked for.</summary>
    public static RunResult Once(int seed, SeededBug bug = SeededBug.None, TextWriter? trace = null, int traceLines = 200, Fleet fleet = Fleet.Nano)
    {
        World world = new(seed, fleet, bug, trace == null ? 0 : traceLines);
        try
        {
            Play(world);
        }
        finally
        {
            world.Time.Stop();
            world.Boards.ForEach(b => b.Dispose());
        }

        if (trace != null)
        {
            world.Trace.Print(trace);
        }

        int boots = 0;
        foreach (SimulatedBoard board in world.Boards)
        {
            boots += board.Boots;
        }

        return new RunResult(seed, world.Time.Failure, world.Time.NowMs, world.Time.Steps, world.Store.Sessions.Count, boots);
    }

    private static void Play(World world)
    {
        long troubleMs = world.Random.Next(60_000, 1_800_000);
        world.RestartHub();
        foreach (SimulatedBoard board in world.Boards)
        {
            board.PowerOn();
        }

        world.Operator.Begin(troubleMs);
        world.Faults.Begin(troubleMs);
        world.Time.Main.Wait(troubleMs);
        world.Faults.Heal();
        long endMs = world.Time.NowMs + HealingMaxMs;
        do
        {
            Settle(world, endMs);
            // What was still on its way may end now: also what an operator asked for just before, which may begin an update.
            world.Time.Main.Wait(QuietMs);
        }
        while (world.Time.Failure == null && world.Unsettled().Length > 0);

        Rest(world);
    }

    private static void Settle(World world, long endMs)
    {
        while (world.Time.Failure == null && world.Unsettled().Length > 0)
        {
            if (world.Time.NowMs >= endMs)
            {
                world.Time.Fail("The network has healed for hours, and all is not at rest. " + world.Unsettled());
            }

            world.Time.Main.Wait(LookEveryMs);
        }
    }

    private static void Rest(World world)
    {
        string disagreement = world.Disagreement();
        if (disagreement.Length > 0)
        {
            world.Time.Fail(disagreement);
        }

        // Nobody has anything to say about updates any more.
        long before = world.Promises.OtaMessages;
        world.Time.Main.Wait(QuietMs);
        long more = world.Promises.OtaMessages - before;
        if (world.Time.Failure == null && more > 0)
        {
            world.Time.Fail($"No update is under way, and yet {more} messages of updates were sent.");
        }
    }
}

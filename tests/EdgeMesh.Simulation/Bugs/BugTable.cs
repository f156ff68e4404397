using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>How many seeds each seeded bug needs until a promise breaks.</summary>
public static class BugTable
{
    /// <summary>Seeds after which a bug counts as missed.</summary>
    public const int SeedsMax = 500;

    /// <summary>The bugs that devices of a fleet, or its hub, can have.</summary>
    public static IEnumerable<SeededBug> Of(Fleet fleet) => Enum.GetValues<SeededBug>().Skip(1).Where(b => fleet == Fleet.Nano
        ? b != SeededBug.AcceptAnOldCounter
        : b == SeededBug.NoDeadMan || MicroPythonBugs.Patches(b).Length > 0);

    /// <summary>The first seed that catches a bug; null where none of the first five hundred does.</summary>
    public static RunResult? Catch(SeededBug bug, Fleet fleet = Fleet.Nano) =>
        Enumerable.Range(1, SeedsMax).Select(seed => Simulation.Run.Once(seed, bug, fleet: fleet)).FirstOrDefault(r => r.Problem != null);

    /// <summary>Prints a line for every bug.</summary>
    /// <returns>Whether all were caught.</returns>
    public static bool Print(TextWriter to, Fleet fleet = Fleet.Nano)
    {
        bool all = true;
        ParallelOptions cores = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(Of(fleet), cores, bug =>
        {
            RunResult? caught = Catch(bug, fleet);
            string line = Line(bug, caught);
            lock (to)
            {
                to.WriteLine(line);
                all &= caught != null;
            }
        });
        return all;
    }

    /// <summary>A bug's line in the table.</summary>
    public static string Line(SeededBug bug, RunResult? caught) =>
        caught == null ? $"counted: bug {bug} NOT caught in {SeedsMax} seeds" : $"counted: bug {bug} caught at seed {caught.Seed}: {caught.Problem!.Split('\n')[0]}";
}

using System;
using System.Globalization;
using System.Linq;
using EdgeMesh.Simulation.Bugs;

namespace EdgeMesh.Simulation;

/// <summary><c>tools/sim</c>.</summary>
internal static class Command
{
    private const string Usage = """
        tools/sim --seed N [--full] [--bug NAME]  replays one seed, and prints the end of its trace, or all of it
        tools/sim --runs N [--seed N] [--minutes N] [--bug NAME]
                                                  runs so many seeds from the given one (default 1) on all cores
        tools/sim --bugs                          runs every seeded bug until it is caught
        with --micropython                        fleets of which at least one device runs the MicroPython agent
        """;

    internal static int Run(string[] args)
    {
        int? seed = Number(args, "--seed");
        int? runs = Number(args, "--runs");
        SeededBug bug = SeededBug.None;
        string? name = Value(args, "--bug");
        if (name != null && !Enum.TryParse(name, true, out bug))
        {
            Console.Error.WriteLine($"There is no bug {name}; choose one of: {string.Join(", ", Enum.GetNames<SeededBug>().Skip(1))}");
            return 2;
        }

        Fleet fleet = args.Contains("--micropython") ? Fleet.MicroPython : Fleet.Nano;
        if (args.Contains("--bugs"))
        {
            return BugTable.Print(Console.Out, fleet) ? 0 : 1;
        }

        if (runs != null)
        {
            return Campaign.Run(seed ?? 1, runs.Value, Number(args, "--minutes") ?? int.MaxValue, bug, fleet, Console.Out) ? 0 : 1;
        }

        if (seed != null)
        {
            RunResult result = EdgeMesh.Simulation.Run.Once(seed.Value, bug, Console.Out, args.Contains("--full") ? int.MaxValue : 200, fleet);
            Console.WriteLine(result.Problem == null ? $"Seed {seed} keeps every promise: {result}" : $"Seed {seed} BREAKS: {result.Problem}");
            return result.Problem == null ? 0 : 1;
        }

        Console.Error.WriteLine(Usage);
        return 2;
    }

    private static string? Value(string[] args, string option)
    {
        int at = Array.IndexOf(args, option);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    private static int? Number(string[] args, string option) => Value(args, option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}

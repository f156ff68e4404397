using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Hub.Codegen.DryRun;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>A reading that a program is to publish again and again.</summary>
/// <param name="Kind"><c>telemetry</c> or <c>state</c>.</param>
/// <param name="Member">Its name.</param>
/// <param name="GapS">The longest time without it in the dry run, in seconds.</param>
public sealed record ExpectedReading(string Kind, string Member, double GapS);

/// <summary>What a program that ran well in its dry run is to do on its device too, whatever the world does there.</summary>
/// <param name="Readings">What it publishes again and again.</param>
/// <param name="LoopS">The longest run of its loop(), in seconds; 0 where it has none.</param>
public sealed record ExpectedBehaviour(IReadOnlyList<ExpectedReading> Readings, double LoopS)
{
    private const int RegularTimes = 5;

    // Where nothing of the world could have caused it, readings this much apart at most are regular.
    private const double RegularFactor = 1.5;

    /// <summary>Of a package; of one that was not tried out nothing is known.</summary>
    public static ExpectedBehaviour Of(PackageContent package) => package.Report is { } report
        ? new ExpectedBehaviour([.. report.Publishes.Where(p => p.Kind is "telemetry" or "state").Select(p => p.Kind).Distinct().SelectMany(k => Regular(k, package.Scenario, report))], report.Loop.PeriodSMax)
        : new ExpectedBehaviour([], 0);

    private static IEnumerable<ExpectedReading> Regular(string kind, Scenario scenario, BehaviourReport report)
    {
        HashSet<string> promised = [.. report.Expectations.Where(e => e is { Met: true, Expect: { EveryS: not null, Publishes: not null } }).Select(e => e.Expect.Publishes!)];
        // What the list no longer holds cannot be missed.
        double end = report.PublishesDropped > 0 ? report.Publishes[^1].AtS : report.DurationS;
        foreach (IGrouping<string, double> member in report.Publishes.Where(p => p.Kind == kind && p.Values is { ValueKind: JsonValueKind.Object })
            .SelectMany(p => p.Values!.Value.EnumerateObject().Select(m => (m.Name, p.AtS))).GroupBy(m => m.Name, m => m.AtS))
        {
            double[] times = [0, .. member, end];
            double[] gaps = [.. times.Zip(times.Skip(1), (from, to) => to - from)];
            if (promised.Contains(member.Key) || (scenario.Inputs.Count == 0 && times.Length - 2 >= RegularTimes && gaps.Max() <= RegularFactor * gaps.Order().ElementAt(gaps.Length / 2)))
            {
                yield return new ExpectedReading(kind, member.Key, gaps.Max());
            }
        }
    }
}

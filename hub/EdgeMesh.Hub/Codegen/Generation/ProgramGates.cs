using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Bytecode;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Codegen.Generation;

/// <summary>What came of the gates that stand between a program and a device.</summary>
/// <param name="Findings">What the policy found: refusals and warnings; a program that does not compile has one refusal.</param>
/// <param name="Report">The dry run; null where it was not come to.</param>
/// <param name="DryRunError">Why there was no dry run, where there should have been; null where there was.</param>
public sealed record GateReport(IReadOnlyList<Finding> Findings, BehaviourReport? Report, Error? DryRunError)
{
    /// <summary>Whether it compiles and keeps the policy.</summary>
    public bool Safe => Findings.All(f => f.Rule.Severity != Severity.Refused);

    /// <summary>Whether every gate was passed. A dry run that could not be made is not passed, nor is one without the second compiler's opinion.</summary>
    public bool Passed => Safe && Report is { Ok: true, Bytecode.Agrees: true };
}

/// <summary>
/// The gates in their order: compiles, keeps the policy; behaves in the dry run, where a second compiler's bytecode also says what the policy saw. A program
/// that fails one does not come to the next.
/// </summary>
public sealed class ProgramGates(DryRunService dryRuns)
{
    /// <summary>An hour in which nothing happens: what a program is tried in of which nobody said more.</summary>
    public static Scenario Uneventful(string board) => new(3600) { Board = board };

    /// <summary>Judges a program.</summary>
    /// <param name="source">The program.</param>
    /// <param name="scenario">What it is tried in.</param>
    /// <param name="policy">What it may do.</param>
    /// <param name="cancellation">Ends the dry run.</param>
    public async Task<GateReport> JudgeAsync(string source, Scenario scenario, PolicyOptions policy, CancellationToken cancellation)
    {
        GateReport judged = new(ProgramPolicy.Judge(source, policy).Findings, null, null);
        if (!judged.Safe)
        {
            return judged;
        }

        Result<BehaviourReport> report = await dryRuns.RunAsync(source, scenario, cancellation).ConfigureAwait(false);
        return report.IsOk
            ? new GateReport([.. judged.Findings, .. report.Value.Bytecode?.Disagreements.Select(SecondOpinion.Refuse) ?? []], report.Value, null)
            : judged with { DryRunError = report.Error };
    }
}

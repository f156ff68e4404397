using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Hub.Codegen.Programs;

namespace EdgeMesh.Cli.Rendering;

/// <summary>What people are shown of a program: what was understood, how it is wired, the evidence, what was found, where it stands, and what to do next.</summary>
internal static class ProgramDisplay
{
    private const int FindingsShown = 20;

    internal static void Write(Output output, ProgramView program)
    {
        PackageContent p = program.Content;
        output.WriteLine($"{program.Device}@{program.Version}: {program.State}");
        output.WriteLine($"  \"{p.Request}\"");
        output.WriteLine($"  {Origin(p)}, {Tables.Time(program.Created)}. {p.BoardSource}");
        Section(output, "Understood", p.Summary);
        Section(output, "Wiring", p.Wiring);
        if (p.Report is { } report)
        {
            output.WriteLine("");
            output.WriteLine("Evidence: what it did in the dry run, on the real interpreter, with a scripted world");
            output.Write(BehaviourDisplay.Of(report, brief: true));
        }

        Section(output, "Findings of the policy", p.Findings.Take(FindingsShown).Select(f => $"line {f.Line}: {f.Severity} {f.Rule}: {f.Message} ({f.Hint})"));
        Section(output, "Hosts allowed to it", p.Hosts);
        Section(output, "Approved", program.Approvals.Select(a => $"by {a.Actor}, {Tables.Time(a.Time)}{(a.Reason.Length > 0 ? ": " + a.Reason : "")}"));
        Section(output, "On the device", program.Deployments.Select(d => $"{Tables.Time(d.Created)}: {d.State}{(d.Reason.Length > 0 ? ": " + d.Reason : "")}{(d.Code.Length > 0 ? $" [{d.Code}]" : "")}"));
        if (Next(program) is { } next)
        {
            output.WriteLine("");
            output.WriteLine($"Next: {next}");
        }
    }

    private static string Origin(PackageContent p) => p.Origin switch
    {
        "template" => $"Written of the templates {string.Join(", ", p.Templates)}",
        "model" => $"Written by the model {p.Model} in {p.Rounds} rounds",
        _ => p.Basis is { } basis ? $"Edited by a person, from version {basis}" : "Written by a person",
    };

    private static string? Next(ProgramView program)
    {
        string name = $"{program.Device}@{program.Version}";
        return program.State switch
        {
            ProgramStates.Ready => $"edgemesh program approve {name}",
            ProgramStates.Approved or ProgramStates.Failed => $"edgemesh program deploy {name} --wait",
            ProgramStates.Refused => $"edgemesh program edit {name}, or say it anew with edgemesh program new",
            ProgramStates.Untried => $"edgemesh program approve {name} --without-dry-run, once you have read it",
            ProgramStates.Deploying => $"edgemesh ota status {program.Device}",
            ProgramStates.Probation => $"watched until {Tables.Time(program.Deployments[0].Until)}; see edgemesh program history {program.Device}",
            ProgramStates.RolledBack or ProgramStates.Unhealthy => $"edgemesh program edit {name}, or edgemesh program rollback {program.Device} --to VERSION",
            _ => null,
        };
    }

    private static void Section(Output output, string heading, IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        if (all.Length == 0)
        {
            return;
        }

        output.WriteLine("");
        output.WriteLine(heading + ":");
        foreach (string line in all)
        {
            output.WriteLine("  " + line);
        }
    }
}

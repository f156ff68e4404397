using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program dry-run</c>, which needs no hub.</summary>
internal static class ProgramDryRunCommand
{
    private const double DefaultDurationS = 3600;

    internal static Command Create(GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The program." };
        Option<string> scenario = new("--scenario") { Description = "What happens around it and what it is to do, as JSON; without, an hour in which nothing happens.", HelpName = "FILE" };
        Option<int> deadline = new("--deadline") { Description = "The most it may take in real time, in seconds, 1 to 120.", HelpName = "SECONDS", DefaultValueFactory = _ => new DryRunOptions().DeadlineS };
        Command dryRun = new("dry-run", "Tries a program out in virtual time, in a sandbox, and tells what it did. Needs no hub.") { file, scenario, deadline };
        dryRun.SetAction((parsed, cancellation) => RunAsync(
            options.OutputOf(parsed),
            parsed.GetValue(file)!, parsed.GetValue(scenario), parsed.GetValue(deadline), cancellation));
        return dryRun;
    }

    private static async Task<int> RunAsync(Output output, string file, string? scenarioFile, int deadlineS, CancellationToken cancellation)
    {
        Result<string> source = TextFile.ReadProgram(file, "The program");
        Result<Scenario> scenario = scenarioFile is null ? new Scenario(DefaultDurationS) : ReadScenario(scenarioFile);
        if (Setting.All.Single(s => s.Key == "DryRun:DeadlineS").Fault(deadlineS) is { } fault)
        {
            return output.Fail(Arguments.Invalid(fault));
        }

        if (!source.IsOk || !scenario.IsOk)
        {
            return output.Fail(source.Error ?? scenario.Error!);
        }

        DryRunService service = new(new DryRunOptions { DeadlineS = deadlineS }, TimeProvider.System);
        await using (service.ConfigureAwait(false))
        {
            Result<BehaviourReport> report = await service.RunAsync(source.Value, scenario.Value, cancellation).ConfigureAwait(false);
            return report.IsOk ? Tell(output, report.Value) : output.Fail(report.Error!);
        }
    }

    private static int Tell(Output output, BehaviourReport report)
    {
        if (output.Json)
        {
            output.WriteDocument(JsonSerializer.SerializeToNode(report, ScenarioJson.Options));
        }
        else
        {
            output.Write(BehaviourDisplay.Of(report));
        }

        if (report.Ok)
        {
            return ExitCodes.Ok;
        }

        output.Explain(new Error(ErrorCodes.DryRunFailed, report.Verdict));
        return ExitCodes.Of(ErrorCodes.DryRunFailed);
    }

    private static Result<Scenario> ReadScenario(string file)
    {
        Result<string> text = TextFile.Read(file, "The scenario");
        return text.IsOk ? ScenarioJson.Read(text.Value) : text.Error!;
    }
}

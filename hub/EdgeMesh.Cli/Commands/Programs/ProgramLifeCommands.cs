using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Cli.Commands.Updates;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program show|approve|deploy|rollback|history|list</c></summary>
internal static class ProgramLifeCommands
{
    internal static Command Show(GlobalOptions options)
    {
        Argument<string> program = Arguments.Program();
        Option<bool> source = new("--source") { Description = "Only the program itself." };
        Option<bool> report = new("--report") { Description = "Only what it did in its dry run, in full." };
        Command show = new("show", "Shows a device's program: what it does, the evidence, and where it stands.") { program, source, report };
        show.Validators.Add(result =>
        {
            if (result.GetValue(source) && result.GetValue(report))
            {
                result.AddError("--source and --report are two things: give one of them");
            }
        });
        show.SetAction(options.Action(async call =>
        {
            Result<ProgramView> shown = await AskAsync(call, "program-show", call.Arguments.GetValue(program)!).ConfigureAwait(false);
            return !shown.IsOk ? call.Output.Fail(shown.Error!)
                : call.Arguments.GetValue(source) ? Source(call.Output, shown.Value)
                : call.Arguments.GetValue(report) ? Report(call.Output, shown.Value)
                : Whole(call.Output, shown.Value);
        }));
        return show;
    }

    internal static Command Approve(GlobalOptions options)
    {
        Argument<string> program = Arguments.Program();
        Option<bool> untried = new("--without-dry-run") { Description = "Also where there was no sandbox to try it out in; the audit log says so." };
        Command approve = new("approve", "Approves a program that passed the gates, so that it may be sent.") { program, untried };
        approve.SetAction(options.Action(async call =>
        {
            Result<JsonObject> parameters = Arguments.OfProgram(call.Arguments.GetValue(program)!);
            if (!parameters.IsOk)
            {
                return call.Output.Fail(parameters.Error!);
            }

            parameters.Value["without_dry_run"] = call.Arguments.GetValue(untried);
            Result<JsonNode?> answer = await call.Hub.RunAsync("program-approve", parameters.Value, call.Cancellation).ConfigureAwait(false);
            if (!answer.IsOk)
            {
                return call.Output.Fail(answer.Error!);
            }

            ProgramView approved = answer.Value.Deserialize<ProgramView>(Operation.Json)!;
            if (call.Output.Json)
            {
                call.Output.WriteDocument(answer.Value);
            }
            else
            {
                call.Output.WriteLine($"{approved.Device}@{approved.Version} is approved. Next: edgemesh program deploy {approved.Device}@{approved.Version} --wait");
            }

            return ExitCodes.Ok;
        }));
        return approve;
    }

    internal static Command Deploy(GlobalOptions options)
    {
        Argument<string> program = Arguments.Program();
        return OtaCommands.Beginning(
            new("deploy", "Sends an approved program to its device. What runs there stays until the new one is confirmed.") { program }, options, "program-deploy",
            parsed => Arguments.OfProgram(parsed.GetValue(program)!));
    }

    internal static Command Rollback(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Option<long?> to = new("--to") { Description = "The version; without, the one that ran before.", HelpName = "VERSION" };
        return OtaCommands.Beginning(
            new("rollback", "Sends an earlier version of its program to a device again.") { device, to }, options, "program-rollback",
            parsed => Result.Of(new JsonObject { ["device"] = parsed.GetValue(device), ["to"] = parsed.GetValue(to) }));
    }

    internal static Command History(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Command history = new("history", "Lists all that became of a device's programs, the latest last.") { device };
        history.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<ProgramEvent>>("program-history", new JsonObject { ["device"] = call.Arguments.GetValue(device) }, Tables.History)));
        return history;
    }

    internal static Command List(GlobalOptions options)
    {
        Argument<string?> device = new("DEVICE") { Description = "All programs of this device; without, the newest of every device.", Arity = ArgumentArity.ZeroOrOne };
        Command list = new("list", "Lists programs.") { device };
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<ProgramSummary>>("program-list", new JsonObject { ["device"] = call.Arguments.GetValue(device) }, Tables.Programs)));
        return list;
    }

    /// <summary>Asks the hub for a version of a program.</summary>
    internal static async Task<Result<ProgramView>> AskAsync(Call call, string operation, string program)
    {
        Result<JsonObject> parameters = Arguments.OfProgram(program);
        Result<JsonNode?> answer = parameters.IsOk ? await call.Hub.RunAsync(operation, parameters.Value, call.Cancellation).ConfigureAwait(false) : parameters.Error!;
        return answer.IsOk ? answer.Value.Deserialize<ProgramView>(Operation.Json)! : answer.Error!;
    }

    private static int Source(Output output, ProgramView program)
    {
        if (output.Json)
        {
            output.WriteDocument(new JsonObject { ["device"] = program.Device, ["version"] = program.Version, ["source"] = program.Content.Source });
        }
        else
        {
            output.WriteText(program.Content.Source);
        }

        return ExitCodes.Ok;
    }

    private static int Report(Output output, ProgramView program)
    {
        if (program.Content.Report is not { } report)
        {
            return output.Fail(new Error(
                program.Content.GateCode.Length > 0 ? program.Content.GateCode : ErrorCodes.SandboxUnavailable, $"{program.Device}@{program.Version} was not tried out: {program.Content.GateReason}"));
        }

        if (output.Json)
        {
            output.WriteDocument(JsonSerializer.SerializeToNode(report, ScenarioJson.Options));
        }
        else
        {
            output.Write(BehaviourDisplay.Of(report));
        }

        return ExitCodes.Ok;
    }

    private static int Whole(Output output, ProgramView program)
    {
        if (output.Json)
        {
            output.WriteDocument(JsonSerializer.SerializeToNode(program, Operation.Json));
        }
        else
        {
            ProgramDisplay.Write(output, program);
        }

        return ExitCodes.Ok;
    }
}

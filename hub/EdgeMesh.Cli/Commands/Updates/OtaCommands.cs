using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Http;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Updates;

/// <summary><c>edgemesh ota …</c></summary>
internal static class OtaCommands
{
    internal static Command Create(GlobalOptions options) => new("ota", "Updates over the air.") { Start(options), Status(options), Abort(options) };

    private static Command Start(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Argument<string> firmware = Arguments.Firmware("FIRMWARE[@VERSION]");
        return Beginning(
            new("start", "Begins an update. It goes on by itself, whatever is offline in between.") { device, firmware }, options, "ota-start",
            parsed => Result.Of(new JsonObject { ["device"] = parsed.GetValue(device) }.AddFirmware("firmware", parsed.GetValue(firmware)!)));
    }

    /// <summary>Makes a command one that begins an update, and waits for its end where it is told to.</summary>
    internal static Command Beginning(Command command, GlobalOptions options, string operation, Func<ParseResult, Result<JsonObject>> parametersOf)
    {
        Option<bool> wait = new("--wait") { Description = "Show how it goes, until it is confirmed, rolled back, rejected or failed." };
        Option<TimeSpan?> timeout = new("--timeout")
        {
            Description = "Wait no longer than this, such as 90s, 10m, 2h or 1d; the update goes on.", HelpName = "DURATION", CustomParser = Duration.Parse,
        };
        command.Add(wait);
        command.Add(timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(timeout) is not null && !result.GetValue(wait))
            {
                result.AddError("--timeout is for how long to wait: give --wait too");
            }
        });
        command.SetAction(options.Action(async call =>
        {
            Result<JsonObject> parameters = parametersOf(call.Arguments);
            return !parameters.IsOk ? call.Output.Fail(parameters.Error!)
                : call.Arguments.GetValue(wait) ? await WaitAsync(call, operation, parameters.Value, call.Arguments.GetValue(timeout)).ConfigureAwait(false)
                : await call.AnswerAsync<OtaView>(operation, parameters.Value, Tables.Update).ConfigureAwait(false);
        }));
        return command;
    }

    private static async Task<int> WaitAsync(Call call, string operation, JsonObject parameters, TimeSpan? timeout)
    {
        string device = (string)parameters["device"]!;
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        waiting.CancelAfter(timeout ?? Timeout.InfiniteTimeSpan);
        Result<OtaView> outcome;
        try
        {
            outcome = await OtaDisplay.RunAsync(call.Output, show => new OtaWatch(call.Hub, operation, show).RunAsync(parameters, waiting.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            call.Output.Hint($"The hub goes on with the update; see `edgemesh ota status {device}`, or end it with `edgemesh ota abort {device}`.");
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = new Error(
                ErrorCodes.WaitTimeout, $"The outcome on {device} is not known after {timeout:g}; the hub goes on with the update: see `edgemesh ota status {device}`.");
        }

        return outcome.IsOk ? Tell(call.Output, outcome.Value) : call.Output.Fail(outcome.Error!, line: true);
    }

    private static int Tell(Output output, OtaView outcome)
    {
        if (output.Json)
        {
            output.WriteJsonLine(new JsonObject { ["event"] = "ota-outcome", ["data"] = JsonSerializer.SerializeToNode(outcome, Operation.Json) });
        }

        if (outcome.State != OtaStates.Confirmed)
        {
            string verb = outcome.State switch { OtaStates.Rejected => "rejected", OtaStates.RolledBack => "rolled back", _ => "was not given" };
            output.Explain(new Error(outcome.Code, $"{outcome.Device} {verb} {outcome.Firmware}: {outcome.Reason}"));
        }
        else if (!output.Json)
        {
            output.WriteLine($"{outcome.Device} runs {outcome.Firmware}.");
        }

        return ExitCodes.OfOutcome(outcome.State);
    }

    private static Command Status(GlobalOptions options)
    {
        Argument<string?> device = new("DEVICE") { Description = "The device's id; all devices without.", Arity = ArgumentArity.ZeroOrOne };
        Command status = new("status", "Lists the latest updates, the newest first.") { device };
        status.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<OtaView>>("ota-status", new JsonObject { ["device"] = call.Arguments.GetValue(device) }, Tables.Updates)));
        return status;
    }

    private static Command Abort(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Command abort = new("abort", "Ends a device's update.") { device };
        abort.SetAction(options.Action(call => call.AnswerAsync<OtaView>("ota-abort", new JsonObject { ["device"] = call.Arguments.GetValue(device) }, Tables.Update)));
        return abort;
    }
}

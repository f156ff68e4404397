using System;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program new</c>, and how a program that was just made is told.</summary>
internal static class ProgramNewCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Argument<string> sentence = new("SENTENCE") { Description = "What the device should do, in English." };
        Option<string?> board = new("--board") { Description = "Whose pins are meant, where the device does not say; see `edgemesh program read --help`.", HelpName = "BOARD" };
        Option<string[]> hosts = Hosts();
        Command create = new("new", "Writes a program of a sentence, judges it and tries it out. Nothing is sent.") { device, sentence, board, hosts };
        create.SetAction(options.Action(call => MakeAsync(call, "program-new", call.Arguments.GetValue(device)!, new JsonObject
        {
            ["device"] = call.Arguments.GetValue(device), ["description"] = call.Arguments.GetValue(sentence), ["board"] = call.Arguments.GetValue(board),
            ["hosts"] = string.Join(',', call.Arguments.GetValue(hosts) ?? []),
        })));
        return create;
    }

    internal static Option<string[]> Hosts() => new("--allow-host") { Description = "A host that the program may talk to; may be given several times.", HelpName = "HOST" };

    /// <summary>Asks the hub to make a program, tells the steps while it does, and then what came of it.</summary>
    internal static async Task<int> MakeAsync(Call call, string operation, string device, JsonObject parameters)
    {
        Result<StreamReader> events = await call.Hub.SubscribeAsync(call.Cancellation).ConfigureAwait(false);
        if (!events.IsOk)
        {
            return call.Output.Fail(events.Error!);
        }

        using CancellationTokenSource made = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        using (events.Value)
        {
            Task steps = TellStepsAsync(call.Output, events.Value, device, made.Token);
            Result<JsonNode?> answer = await call.Hub.RunAsync(operation, parameters, call.Cancellation).ConfigureAwait(false);
            await made.CancelAsync().ConfigureAwait(false);
            await steps.ConfigureAwait(false);
            return answer.IsOk ? Tell(call.Output, answer.Value!) : call.Output.Fail(answer.Error!);
        }
    }

    private static int Tell(Output output, JsonNode answer)
    {
        ProgramView program = answer.Deserialize<ProgramView>(Operation.Json)!;
        if (output.Json)
        {
            output.WriteDocument(answer);
        }
        else
        {
            ProgramDisplay.Write(output, program);
        }

        if (program.Content.Gate == Gates.Passed)
        {
            return ExitCodes.Ok;
        }

        output.Explain(new Error(program.Content.GateCode, $"{program.Device}@{program.Version} is kept, and not sent: {program.Content.GateReason}"));
        return ExitCodes.Of(program.Content.GateCode);
    }

    private static async Task TellStepsAsync(Output output, StreamReader events, string device, CancellationToken made)
    {
        try
        {
            while (await events.ReadLineAsync(made).ConfigureAwait(false) is string line)
            {
                JsonNode e = JsonNode.Parse(line)!;
                if ((string?)e["event"] == "program-step" && (string?)e["data"]?["device"] == device)
                {
                    output.Hint($"{e["data"]!["text"]} …");
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or JsonException)
        {
            // It is made, or the hub has gone, which the answer tells.
        }
    }
}

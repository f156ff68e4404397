using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Devices;

/// <summary><c>edgemesh commands …</c></summary>
internal static class CommandCommands
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(10);

    internal static Command Create(GlobalOptions options) =>
        new("commands", "Commands to the programs of devices.") { Give(options), List(options), Cancel(options) };

    private static Command Give(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Argument<string> name = new("NAME") { Description = "Which command: the program's word." };
        Argument<string?> data = new("DATA") { Description = "Its members as a JSON object, such as '{\"on\":true}'.", Arity = ArgumentArity.ZeroOrOne };
        Option<TimeSpan?> life = new("--ttl") { Description = "Give it up when the device has not answered by then, such as 30s or 2h; by default an hour.", HelpName = "DURATION", CustomParser = Duration.Parse };
        Option<TimeSpan?> wait = new("--wait") { Description = "Wait no longer than this for the answer; by default 10s. The command waits on.", HelpName = "DURATION", CustomParser = Duration.Parse };
        Option<bool> noWait = new("--no-wait") { Description = "Do not wait for the answer." };
        Command give = new("give", "Gives a device's program a command, now or when the device is there again. None runs twice.") { device, name, data, life, wait, noWait };
        give.SetAction(options.Action(async call =>
        {
            if (ReadObject(call.Arguments.GetValue(data)) is not JsonObject members)
            {
                return call.Output.Fail(Arguments.Invalid("DATA is refused: it takes a JSON object, such as '{\"on\":true}'."));
            }

            TimeSpan waiting = call.Arguments.GetValue(noWait) ? TimeSpan.Zero : call.Arguments.GetValue(wait) ?? DefaultWait;
            JsonObject parameters = new()
            {
                ["device"] = call.Arguments.GetValue(device), ["name"] = call.Arguments.GetValue(name), ["data"] = members, ["wait_s"] = waiting.TotalSeconds,
            };
            if (call.Arguments.GetValue(life) is TimeSpan ttl)
            {
                parameters["ttl_s"] = ttl.TotalSeconds;
            }

            Result<JsonNode?> answer = await call.Hub.RunAsync("commands-give", parameters, call.Cancellation).ConfigureAwait(false);
            int exitCode = call.Output.Answer<CommandView>(answer, Tables.Command);
            return exitCode != ExitCodes.Ok ? exitCode : ExitCodes.OfCommand(answer.Value.Deserialize<CommandView>(Operation.Json)!.State);
        }));
        return give;
    }

    private static JsonObject? ReadObject(string? text)
    {
        try
        {
            return text is null ? [] : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Command List(GlobalOptions options)
    {
        Argument<string?> device = new("DEVICE") { Description = "Only this device's.", Arity = ArgumentArity.ZeroOrOne };
        Command list = new("list", "Lists the latest commands, the newest first.") { device };
        list.SetAction(options.Action(async call =>
        {
            JsonObject parameters = call.Arguments.GetValue(device) is string one ? new() { ["device"] = one } : [];
            return await call.AnswerAsync<IReadOnlyList<CommandView>>("commands-list", parameters, Tables.Commands).ConfigureAwait(false);
        }));
        return list;
    }

    private static Command Cancel(GlobalOptions options)
    {
        Argument<long> sequence = new("COMMAND") { Description = "The command's number." };
        Command cancel = new("cancel", "Takes a command back that was not sent yet.") { sequence };
        cancel.SetAction(options.Action(call => call.AnswerAsync<CommandView>("commands-cancel", new JsonObject { ["sequence"] = call.Arguments.GetValue(sequence) }, Tables.Command)));
        return cancel;
    }
}

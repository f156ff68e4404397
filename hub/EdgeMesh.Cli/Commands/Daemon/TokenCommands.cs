using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh tokens …</c></summary>
internal static class TokenCommands
{
    internal static Command Create(GlobalOptions options) =>
        new("tokens", "Tokens for the hub's HTTP listener (Http:Port).") { Add(options), List(options), Remove(options) };

    private static Command Add(GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "What to call it: the audit log shows what was done with it." };
        Option<string> role = new("--role") { Description = "viewer, who changes nothing, or operator.", HelpName = "ROLE", DefaultValueFactory = _ => TokenRoles.Viewer };
        Option<TimeSpan?> life = new("--ttl") { Description = "How long it is good, such as 12h or 30d; by default until it is removed.", HelpName = "DURATION", CustomParser = Duration.Parse };
        Command add = new("add", "Makes a token. It is shown this once.") { name, role, life };
        add.SetAction(options.Action(async call =>
        {
            JsonObject parameters = new() { ["name"] = call.Arguments.GetValue(name), ["role"] = call.Arguments.GetValue(role) };
            if (call.Arguments.GetValue(life) is TimeSpan ttl)
            {
                parameters["ttl_s"] = ttl.TotalSeconds;
            }

            Result<JsonNode?> added = await call.Hub.RunAsync("tokens-add", parameters, call.Cancellation).ConfigureAwait(false);
            if (!added.IsOk)
            {
                return call.Output.Fail(added.Error!);
            }

            if (call.Output.Json)
            {
                call.Output.WriteDocument(added.Value);
            }
            else
            {
                call.Output.WriteLine((string)added.Value!["token"]!);
                call.Output.Hint("Send it as `Authorization: Bearer TOKEN`. It is not shown again.");
            }

            return ExitCodes.Ok;
        }));
        return add;
    }

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists the tokens, without themselves.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<TokenRow>>("tokens-list", [], Tables.Tokens)));
        return list;
    }

    private static Command Remove(GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "The token's name." };
        Command remove = new("remove", "Forgets a token: it opens nothing from then on.") { name };
        remove.SetAction(options.Action(async call =>
        {
            Result<JsonNode?> removed = await call.Hub.RunAsync("tokens-remove", new JsonObject { ["name"] = call.Arguments.GetValue(name) }, call.Cancellation).ConfigureAwait(false);
            if (!removed.IsOk)
            {
                return call.Output.Fail(removed.Error!);
            }

            call.Output.Hint($"The token {call.Arguments.GetValue(name)} opens nothing any more.");
            return ExitCodes.Ok;
        }));
        return remove;
    }
}

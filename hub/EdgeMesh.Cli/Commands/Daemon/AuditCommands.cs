using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh audit …</c></summary>
internal static class AuditCommands
{
    internal static Command Create(GlobalOptions options) => new("audit", "Who did what, when, from where, with which result.") { List(options), Verify(options) };

    private static Command List(GlobalOptions options)
    {
        Option<TimeSpan?> since = new("--since") { Description = "Only the last so long, such as 2h or 7d.", HelpName = "DURATION", CustomParser = Duration.Parse };
        Option<int> limit = new("--limit") { Description = "At most so many, the newest.", HelpName = "COUNT", DefaultValueFactory = _ => 50 };
        Command list = new("list", "Lists the newest entries, the newest first.") { since, limit };
        list.SetAction(options.Action(async call =>
        {
            JsonObject parameters = new() { ["limit"] = call.Arguments.GetValue(limit) };
            if (call.Arguments.GetValue(since) is TimeSpan span)
            {
                parameters["since_ms"] = (TimeProvider.System.GetUtcNow() - span).ToUnixTimeMilliseconds();
            }

            return await call.AnswerAsync<IReadOnlyList<AuditEntry>>("audit-list", parameters, Tables.Audit).ConfigureAwait(false);
        }));
        return list;
    }

    private static Command Verify(GlobalOptions options)
    {
        Option<string?> head = new("--head") { Description = "A head that this verb showed earlier and that you kept elsewhere: proves that nothing up to it was rewritten.", HelpName = "SEQ:HASH" };
        Command verify = new("verify", $"Checks the chain; exit code {ExitCodes.AuditBroken} where it is broken.") { head };
        verify.SetAction(options.Action(async call =>
        {
            JsonObject parameters = new() { ["head"] = call.Arguments.GetValue(head) };
            Result<JsonNode?> answer = await call.Hub.RunAsync("audit-verify", parameters, call.Cancellation).ConfigureAwait(false);
            if (!answer.IsOk || call.Output.Json)
            {
                return call.Output.Answer<AuditCheck>(answer, _ => throw new InvalidOperationException());
            }

            AuditCheck check = answer.Value.Deserialize<AuditCheck>(Operation.Json)!;
            string dropped = check.Dropped == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {check.Dropped} older ones dropped for age");
            call.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The chain holds: {check.Entries} entries{dropped}."));
            call.Output.WriteLine($"head {check.Head}");
            call.Output.Hint("Keep the head elsewhere: whoever can write the hub's database could make a new chain, and `audit verify --head` would show it.");
            return ExitCodes.Ok;
        }));
        return verify;
    }
}

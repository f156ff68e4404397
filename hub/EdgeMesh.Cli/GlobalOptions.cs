using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Http;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli;

/// <summary>The options that every verb takes, and what they make: the output and the hub's client.</summary>
internal sealed class GlobalOptions
{
    internal Option<bool> Json { get; } = new("--json") { Description = "Answer with one JSON document: the data, or the error.", Recursive = true };

    internal Option<string> Socket { get; } = new("--socket")
    {
        Description = $"The hub's Unix socket; also by the environment's {HubClient.SocketVariable}.",
        HelpName = "PATH",
        Recursive = true,
        DefaultValueFactory = _ => HubClient.DefaultSocket,
    };

    /// <summary>Where the answer goes. A terminal is only what this process was started on, never a writer it was handed.</summary>
    internal Output OutputOf(ParseResult parsed, TextWriter stdout, TextWriter stderr) => new(
        stdout, stderr, parsed.GetResult(Json) is { Implicit: false }, terminal: ReferenceEquals(stdout, Console.Out) && !Console.IsOutputRedirected);

    /// <summary>Where the answer of a verb that is being carried out goes.</summary>
    internal Output OutputOf(ParseResult parsed) => OutputOf(parsed, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);

    /// <summary>The action of a verb that asks the hub.</summary>
    internal Func<ParseResult, CancellationToken, Task<int>> Action(Func<Call, Task<int>> verb) => async (parsed, cancellation) =>
    {
        Output output = OutputOf(parsed);
        Result<HubClient> hub = HubClient.Create(parsed.GetValue(Socket)!);
        if (!hub.IsOk)
        {
            return output.Fail(hub.Error!);
        }

        using (hub.Value)
        {
            return await verb(new Call(parsed, hub.Value, output, cancellation)).ConfigureAwait(false);
        }
    };
}

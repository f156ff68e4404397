using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Http;
using Spectre.Console.Rendering;

namespace EdgeMesh.Cli;

/// <summary>One verb being carried out.</summary>
/// <param name="Arguments">What was typed.</param>
/// <param name="Hub">The hub.</param>
/// <param name="Output">Where the answer goes.</param>
/// <param name="Cancellation">Ctrl-C or SIGTERM.</param>
internal sealed record Call(ParseResult Arguments, HubClient Hub, Output Output, CancellationToken Cancellation)
{
    /// <summary>Runs an operation of the hub and shows its answer: as it came where JSON is asked for, else as <paramref name="render"/> draws it.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> AnswerAsync<T>(string operation, JsonObject parameters, Func<T, IRenderable> render) =>
        Output.Answer(await Hub.RunAsync(operation, parameters, Cancellation).ConfigureAwait(false), render);
}

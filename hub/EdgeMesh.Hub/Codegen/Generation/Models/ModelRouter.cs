using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Codegen.Generation.Models.Prompts;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Generation.Models;

/// <summary>
/// Chooses who is asked: the local server first, the cloud first for what is difficult, and the other one where the first fails. What goes to the cloud is
/// redacted, and does not go where that fails.
/// </summary>
/// <param name="local">The server in the house; null for none.</param>
/// <param name="cloud">The one elsewhere; null for none.</param>
/// <param name="options">When which is asked.</param>
public sealed class ModelRouter(ModelEndpoint? local, ModelEndpoint? cloud, IOptions<ModelOptions> options)
{
    private const int CheckTokensMax = 16;
    private const string CheckText = "Answer with the word ready.";

    /// <summary>Whether there is any model.</summary>
    public bool Configured => local is not null || cloud is not null;

    /// <summary>The endpoints, the local one first.</summary>
    public IReadOnlyList<EndpointView> View() => [.. Endpoints().Select(e => e.View())];

    /// <summary>Asks a model.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="difficulty">How hard it is, 0 to 100.</param>
    /// <param name="redaction">The conversation's redaction.</param>
    /// <param name="progress">Told who is asked and who failed.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>An answer in which what was redacted is back; else what the last one asked failed at, with what went before in the message.</returns>
    public async Task<Result<ModelAnswer>> AskAsync(
        IReadOnlyList<PromptMessage> messages, int difficulty, Redaction redaction, IProgress<string> progress, CancellationToken cancellation)
    {
        List<Error> errors = [];
        foreach (ModelEndpoint endpoint in Order(difficulty))
        {
            bool away = ReferenceEquals(endpoint, cloud);
            progress.Report(away ? "Asking the cloud's model, without what is private" : "Asking the local model");
            Result<ModelAnswer> answer = away
                ? await AskCloudAsync(endpoint, messages, redaction, cancellation).ConfigureAwait(false)
                : await endpoint.AskAsync([.. messages.Select(m => m.Plain())], null, cancellation).ConfigureAwait(false);
            if (answer.IsOk)
            {
                return answer;
            }

            progress.Report(answer.Error!.Message);
            errors.Add(answer.Error);
        }

        return errors.Count == 0
            ? new Error(ErrorCodes.ModelUnavailable, "No model is configured: see Models:Local and Models:Cloud in docs/models.md.")
            : new Error(errors[^1].Code, string.Join(' ', errors.Select(e => e.Message)));
    }

    /// <summary>Asks every endpoint for one word: whether it can be reached, takes the key and has the model.</summary>
    public async Task<IReadOnlyList<ModelCheck>> CheckAsync(CancellationToken cancellation)
    {
        List<ModelCheck> checks = [];
        foreach (ModelEndpoint endpoint in Endpoints())
        {
            Result<ModelAnswer> answer = await endpoint.AskAsync([new ChatMessage(ChatRole.User, CheckText)], CheckTokensMax, cancellation).ConfigureAwait(false);
            checks.Add(new ModelCheck(endpoint.View(), answer.IsOk, answer.Error));
        }

        return checks;
    }

    private static async Task<Result<ModelAnswer>> AskCloudAsync(ModelEndpoint cloud, IReadOnlyList<PromptMessage> messages, Redaction redaction, CancellationToken cancellation)
    {
        List<ChatMessage> redacted = [];
        foreach (PromptMessage message in messages)
        {
            Result<ChatMessage> one = message.Redacted(redaction);
            if (!one.IsOk)
            {
                return one.Error!;
            }

            redacted.Add(one.Value);
        }

        Result<ModelAnswer> answer = await cloud.AskAsync(redacted, null, cancellation).ConfigureAwait(false);
        return answer.IsOk ? answer.Value with { Text = redaction.Restore(answer.Value.Text) } : answer;
    }

    private IEnumerable<ModelEndpoint> Endpoints() => new[] { local, cloud }.OfType<ModelEndpoint>();

    private IEnumerable<ModelEndpoint> Order(int difficulty) =>
        difficulty >= options.Value.CloudFromDifficulty ? Endpoints().Reverse()
        : local is not null && !options.Value.CloudWhenLocalFails ? [local]
        : Endpoints();
}

/// <summary>Whether an endpoint answers.</summary>
/// <param name="Endpoint">How it stands.</param>
/// <param name="Ok">Whether it answered.</param>
/// <param name="Error">Why it did not.</param>
public sealed record ModelCheck(EndpointView Endpoint, bool Ok, Error? Error);

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Codegen.Generation.Models.Prompts;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Generation.Models;

/// <summary>
/// Has a model write programs. Its answer is text: a program is taken out of it and goes through the same gates as everybody's; what they say goes back to the
/// model, a bounded number of times. Nothing that it says is run outside of the sandbox.
/// </summary>
/// <param name="router">Who is asked.</param>
/// <param name="gates">What judges the programs.</param>
/// <param name="privateNames">What must not leave the house, as of now.</param>
/// <param name="options">How many rounds there are.</param>
public sealed class ModelGenerator(ModelRouter router, ProgramGates gates, Func<IEnumerable<string>> privateNames, IOptions<ModelOptions> options) : IProgramGenerator
{
    /// <summary><see cref="ProgramDraft.Origin"/> of what it writes.</summary>
    public const string Origin = "model";

    private const int NonceBytes = 8;
    private const int ProblemsMax = 20;
    private const double OwnScenarioSMax = 86400;

    /// <inheritdoc/>
    public Task<Result<ProgramDraft>> GenerateAsync(ProgramRequest request, IProgress<string> progress, CancellationToken cancellation) =>
        GenerateAsync(request, SentenceReader.Read(request.Description, request.Board), progress, cancellation);

    /// <summary>Writes a program of a request that was read already.</summary>
    internal async Task<Result<ProgramDraft>> GenerateAsync(ProgramRequest request, Reading reading, IProgress<string> progress, CancellationToken cancellation)
    {
        int rounds = options.Value.RoundsMax;
        RequestScenario expected = RequestScenario.Of(reading);
        Redaction redaction = new(privateNames());
        ModelPrompt prompt = new(request, reading, expected, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)));
        IReadOnlyList<PromptMessage> messages = prompt.First;
        Error last = new(ErrorCodes.Internal, "The model was not asked.");
        for (int round = 1; round <= rounds; round++)
        {
            progress.Report($"Round {round} of {rounds}");
            Result<ModelAnswer> answer = await router.AskAsync(
                messages, Difficulty.Of(reading, request.PreviousSource is not null, round - 1), redaction, progress, cancellation).ConfigureAwait(false);
            if (!answer.IsOk)
            {
                return answer.Error!;
            }

            Result<ModelReply> reply = ModelReply.Read(answer.Value.Text);
            if (reply is { IsOk: true, Value.Question: { } question })
            {
                return new Error(ErrorCodes.RequestNotUnderstood, $"The model asks: {question} Say it in the request.");
            }

            Trial trial = reply.IsOk
                ? await TryAsync(reply.Value, request, expected, redaction, cancellation).ConfigureAwait(false)
                : new Trial([reply.Error!.Message], null, reply.Error);
            if (trial is { Problems.Count: 0, Report: { } report })
            {
                return Draft(reply.Value.Source!, request, answer.Value, expected, report, round);
            }

            if (trial.Error?.Code == ErrorCodes.SandboxUnavailable)
            {
                return trial.Error;
            }

            progress.Report($"Not accepted: {Printable.Of(trial.Problems[0])}");
            last = Refusal(trial, round);
            messages = prompt.Again(answer.Value.Text, trial.Problems.Take(ProblemsMax));
        }

        return last;
    }

    private static Error Refusal(Trial trial, int rounds) => trial.Error is { Code: ErrorCodes.ModelNoProgram } none
        ? none with { Message = $"{none.Message} It was asked {rounds} times. Say the request in other words, or take another model." }
        : new Error(ErrorCodes.ModelProgramRefused, $"In {rounds} rounds the model wrote no program that passes the gates; the last one: {Printable.Of(trial.Problems[0])} Say the request in other words, or take another model.");

    private static ProgramDraft Draft(string source, ProgramRequest request, ModelAnswer answer, RequestScenario expected, BehaviourReport report, int rounds) => new(
        source, Origin,
        [
            $"The {answer.Endpoint} model {answer.Model} wrote it, in {rounds} {(rounds == 1 ? "round" : "rounds")}, for: {Printable.Of(request.Description)}",
            .. expected.Understood.Select(u => "Tried without the model's help: " + u),
            .. expected.Understood.Count == 0 ? ["Nothing of the request could be tried without the model's help, but that the program runs: read it before you approve it."] : Array.Empty<string>(),
            "Dry run: " + report.Verdict,
        ])
    {
        Scenario = expected.Scenario, Model = answer.Model, PromptSha256 = answer.PromptSha256, Rounds = rounds,
    };

    private async Task<Trial> TryAsync(ModelReply reply, ProgramRequest request, RequestScenario expected, Redaction redaction, CancellationToken cancellation)
    {
        string source = reply.Source!;
        PolicyOptions policy = new(PolicyData.Shipped, request.Board.Name, request.UsedPins);
        GateReport judged = await gates.JudgeAsync(source, expected.Scenario, policy, cancellation).ConfigureAwait(false);
        List<string> problems = [.. Problems(judged)];
        if (judged.Safe)
        {
            problems.AddRange(SaidPins.Guessed(source, request));
        }

        if (redaction.Unknown(source) is { } unknown)
        {
            problems.Add($"{unknown} stands for nothing.");
        }

        if (problems.Count == 0 && reply.Scenario is { } json)
        {
            problems.AddRange(await OwnScenarioAsync(source, json, request, policy, cancellation).ConfigureAwait(false));
        }

        return new Trial(problems, judged.Report, judged.DryRunError);
    }

    // What the model itself expects counts beside what was derived, never instead of it.
    private async Task<IEnumerable<string>> OwnScenarioAsync(string source, string json, ProgramRequest request, PolicyOptions policy, CancellationToken cancellation)
    {
        Result<Scenario> own = ScenarioJson.Read(json);
        if (!own.IsOk)
        {
            return [own.Error!.Message + " Correct it, or leave it away."];
        }

        Scenario scenario = own.Value with { Board = request.Board.Name, DurationS = Math.Min(own.Value.DurationS, OwnScenarioSMax), HeapBytes = new Scenario(1).HeapBytes };
        GateReport judged = await gates.JudgeAsync(source, scenario, policy, cancellation).ConfigureAwait(false);
        return Problems(judged).Select(p => "In your own scenario: " + p);
    }

    private static IEnumerable<string> Problems(GateReport judged) =>
    [
        .. judged.Findings.Where(f => f.Rule.Severity == Severity.Refused).Select(f => $"line {f.Position.Line}, column {f.Position.Column}: {f.Rule.Id}: {f.Message} Instead: {f.Hint}."),
        .. judged.DryRunError is { } error ? [error.Message] : Array.Empty<string>(),
        .. judged.Report is { Ok: false } report ? Problems(report) : [],
    ];

    private static IEnumerable<string> Problems(BehaviourReport report) =>
    [
        $"Dry run: {report.Verdict}",
        .. report.Exceptions.Select(e => $"line {e.Line}: {e.Type}: {e.Message}, {e.AtS:0.###} s after the start"),
        .. report.Expectations.Where(e => !e.Met).Select(e => e.Sentence),
    ];

    // What came of a program: no problem and a report means accepted.
    private sealed record Trial(IReadOnlyList<string> Problems, BehaviourReport? Report, Error? Error);
}

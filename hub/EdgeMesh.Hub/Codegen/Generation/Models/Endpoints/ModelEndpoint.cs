using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.AI;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;

/// <summary>What a model answered.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Endpoint"><c>local</c> or <c>cloud</c>.</param>
/// <param name="Model">The model's name.</param>
/// <param name="PromptSha256">SHA-256 of the messages as they were sent, in hex.</param>
public sealed record ModelAnswer(string Text, string Endpoint, string Model, string PromptSha256);

/// <summary>A model's server with its limits: how long and how much it may answer, what it may cost, and that it is left alone while it fails.</summary>
public sealed class ModelEndpoint(string name, ModelEndpointOptions options, IChatClient client, CircuitBreaker breaker, ModelBudget budget, TimeProvider time)
{
    /// <summary>Most characters of an answer: the largest program there may be, and half of it again for what stands around it. What is longer is cut off.</summary>
    public const int AnswerCharsMax = 96 * 1024;

    // A token has some four bytes of English and two to three of a program.
    private const int BytesPerTokenMin = 2;
    private const int TokensPerMessage = 16;

    private volatile FailureView? _last;

    /// <summary>How it stands.</summary>
    public EndpointView View()
    {
        Spending today = budget.Today(name);
        return new EndpointView(name, options.Url, options.Model, breaker.State switch { BreakerState.Closed => "closed", BreakerState.Open => "open", _ => "half_open" })
        {
            RestS = Math.Ceiling(breaker.Rest.TotalSeconds), Failures = breaker.Failures, RequestsToday = today.Requests, TokensToday = today.Tokens, TokensPerDay = options.TokensPerDay,
            CostToday = today.CostMicro / 1e6m, CostPerDay = options.CostPerDay, LastFailure = _last,
        };
    }

    /// <summary>Asks it.</summary>
    /// <param name="messages">What it is told, all of it.</param>
    /// <param name="outputTokensMax">Most tokens of the answer; null for what is configured.</param>
    /// <param name="cancellation">Ends it; says nothing against the server.</param>
    /// <returns>The answer; <c>model_unavailable</c>, <c>model_timeout</c>, <c>model_answer_invalid</c>, <c>model_answer_too_long</c>, <c>model_budget_spent</c>, or
    /// <c>invalid_argument</c> where its key may not be used.</returns>
    public async Task<Result<ModelAnswer>> AskAsync(IReadOnlyList<ChatMessage> messages, int? outputTokensMax, CancellationToken cancellation)
    {
        using CircuitBreaker.Passage? passage = breaker.TryEnter();
        if (passage is null)
        {
            string rest = breaker.Rest > TimeSpan.Zero ? $"for another {Math.Ceiling(breaker.Rest.TotalSeconds)} s" : "until the one call that tries it has ended";
            return new Error(ErrorCodes.ModelUnavailable, $"The {name} model failed {breaker.Failures} times in a row and is left alone {rest}. {_last?.Message}".TrimEnd());
        }

        int outputMax = outputTokensMax ?? options.MaxOutputTokens;
        long inputMax = messages.Sum(m => TokensPerMessage + (long)(Encoding.UTF8.GetByteCount(m.Text) / BytesPerTokenMin));
        Result<ModelBudget.Booking> booking = budget.Book(name, options, inputMax, outputMax);
        if (!booking.IsOk)
        {
            return Failed(booking.Error!);
        }

        Answering answer = new();
        try
        {
            Error? error = await ReadAsync(messages, outputMax, answer, cancellation).ConfigureAwait(false);
            if (error?.Code is null or ErrorCodes.ModelAnswerTooLong)
            {
                passage.Succeeded();
            }
            else if (error.Code != ErrorCodes.InvalidArgument)
            {
                passage.Failed();
            }

            return error is not null ? Failed(error) : new ModelAnswer(answer.Text.ToString(), name, options.Model, Sha256(messages));
        }
        finally
        {
            // What a model thinks is paid and not always seen: without the server's own count at the end of a whole answer, the worst case stays booked.
            UsageDetails? usage = answer.Whole ? answer.Usage : null;
            int outputSeen = Encoding.UTF8.GetByteCount(answer.Text.ToString()) / BytesPerTokenMin;
            (long input, long output) = answer.Refused ? (0, 0) : (usage?.InputTokenCount ?? inputMax, usage?.OutputTokenCount ?? Math.Max(outputMax, outputSeen));
            budget.Settle(booking.Value, options, input, output);
        }
    }

    private async Task<Error?> ReadAsync(IReadOnlyList<ChatMessage> messages, int outputMax, Answering answer, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(options.TimeoutS), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, new ChatOptions { MaxOutputTokens = outputMax }, either.Token).ConfigureAwait(false))
            {
                answer.Text.Append(update.Text);
                answer.Usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? answer.Usage;
                if (answer.Text.Length > AnswerCharsMax)
                {
                    // Leaving the loop ends the request.
                    return new Error(ErrorCodes.ModelAnswerTooLong, $"The {name} model's answer went beyond {AnswerCharsMax} characters and was cut off. Ask for less at once, or take another model.");
                }
            }

            answer.Whole = true;
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new Error(ErrorCodes.ModelTimeout, $"The {name} model did not finish its answer in {options.TimeoutS} s. See whether its server is busy; Models:…:TimeoutS gives it longer.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            answer.Refused = failure is HttpRequestException
            {
                StatusCode: not null,
            }
            or HttpRequestException
            {
                HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
            };
            return new Error(ErrorCodes.ModelUnavailable, $"The {name} model at {options.Url} cannot be asked: {failure.Message}");
        }
        catch (InvalidDataException failure)
        {
            return new Error(ErrorCodes.ModelAnswerInvalid, $"What answers at {options.Url} is not an OpenAI-compatible server: {failure.Message}");
        }
        catch (UnauthorizedAccessException failure)
        {
            answer.Refused = true;
            return new Error(ErrorCodes.InvalidArgument, $"The {name} model's key cannot be used: {failure.Message}");
        }
    }

    private Error Failed(Error error)
    {
        _last = new FailureView(error.Code, error.Message, time.GetUtcNow().ToUnixTimeSeconds());
        return error;
    }

    private static string Sha256(IReadOnlyList<ChatMessage> messages) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(messages.Select(m => $"{m.Role.Value}\n{m.Text}\0")))));

    private sealed class Answering
    {
        internal StringBuilder Text { get; } = new();

        internal UsageDetails? Usage { get; set; }

        // Whether it came to its end.
        internal bool Whole { get; set; }

        // Whether the server certainly did nothing that costs: it was not reached, or answered by an HTTP status of error.
        internal bool Refused { get; set; }
    }
}

/// <summary>An endpoint as <c>edgemesh models status</c> shows it.</summary>
/// <param name="Name"><c>local</c> or <c>cloud</c>.</param>
/// <param name="Url">Its server.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Breaker"><c>closed</c> (calls pass), <c>open</c> (none does) or <c>half_open</c> (one may try).</param>
public sealed record EndpointView(string Name, string Url, string Model, string Breaker)
{
    /// <summary>How long no call passes yet, in seconds.</summary>
    public double RestS { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Calls today (UTC).</summary>
    public long RequestsToday { get; init; }

    /// <summary>Tokens told and answered today.</summary>
    public long TokensToday { get; init; }

    /// <summary>Most of them a day; 0 for no limit.</summary>
    public long TokensPerDay { get; init; }

    /// <summary>What today cost, in the prices' currency.</summary>
    public decimal CostToday { get; init; }

    /// <summary>Most a day may cost; 0 for no limit.</summary>
    public decimal CostPerDay { get; init; }

    /// <summary>Its last failure since the hub started; null for none.</summary>
    public FailureView? LastFailure { get; init; }
}

/// <summary>A failure of an endpoint.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">A sentence.</param>
/// <param name="At">When, in seconds since 1970-01-01 UTC.</param>
public sealed record FailureView(string Code, string Message, long At);

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.AI;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;

/// <summary>
/// A client of <c>/chat/completions</c> as OpenAI defined it and Ollama, llama.cpp, vLLM and others have it. It streams, takes a bounded number of bytes from
/// whatever server, and does not insist on what these servers do differently (names of limits, usage, reasons to finish).
/// </summary>
/// <remarks>
/// Failures are exceptions, as <see cref="IChatClient"/> has them: <see cref="HttpRequestException"/> and <see cref="IOException"/> where the server cannot be
/// reached or refuses, <see cref="InvalidDataException"/> where it does not speak the protocol, <see cref="UnauthorizedAccessException"/> where the key's file may
/// not be used.
/// </remarks>
public sealed class OpenAiChatClient(HttpClient http, ModelEndpointOptions options) : IChatClient
{
    /// <summary>Most bytes taken of one answer: the names around each token make some hundred of one.</summary>
    public const int AnswerBytesMax = 32 * 1024 * 1024;

    // What is said beyond is no count.
    private const long TokensMax = 100_000_000;
    private const int RefusalCharsMax = 200;
    private const int RefusalBytesMax = 16 * 1024;

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using HttpRequestMessage request = Request(messages, options, out string key);
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        using BoundedStream body = new(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), response.IsSuccessStatusCode ? AnswerBytesMax : RefusalBytesMax);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(await RefusalAsync(body, (int)response.StatusCode, key, cancellationToken).ConfigureAwait(false), null, response.StatusCode);
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            bool ended = false;
            await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(cancellationToken).ConfigureAwait(false))
            {
                if (item.Data == "[DONE]")
                {
                    ended = true;
                    break;
                }

                ChatResponseUpdate update = Update(item.Data, "delta");
                ended |= update.FinishReason is not null;
                yield return update;
            }

            if (!ended)
            {
                throw new IOException("The server ended its answer before it was complete.");
            }
        }
        else
        {
            // A server that does not stream.
            using StreamReader reader = new(body, Encoding.UTF8);
            yield return Update(await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false), "message");
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <summary>Nothing: the HTTP client is its maker's.</summary>
    public void Dispose()
    {
    }

    private HttpRequestMessage Request(IEnumerable<ChatMessage> messages, ChatOptions? wanted, out string key)
    {
        JsonObject body = new()
        {
            ["model"] = options.Model,
            ["messages"] = new JsonArray([.. messages.Select(m => new JsonObject { ["role"] = m.Role.Value, ["content"] = m.Text })]),
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
            [options.MaxTokensName] = wanted?.MaxOutputTokens ?? options.MaxOutputTokens,
        };
        HttpRequestMessage request = new(HttpMethod.Post, options.Address) { Content = JsonContent.Create(body) };
        key = options.KeyFile.Length > 0 ? PrivateFile.Read(options.KeyFile).Trim() : "";
        if (key.Any(c => c is <= ' ' or > '~'))
        {
            throw new UnauthorizedAccessException($"{options.KeyFile} does not hold one key on one line.");
        }

        if (key.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return request;
    }

    // What the server says of its refusal may help; it may also repeat the key.
    private static async Task<string> RefusalAsync(Stream body, int status, string key, CancellationToken cancellation)
    {
        string said = "";
        try
        {
            JsonNode? answer = await JsonNode.ParseAsync(body, cancellationToken: cancellation).ConfigureAwait(false);
            said = answer?["error"] is JsonObject error ? error["message"]?.ToString() ?? "" : answer?["error"]?.ToString() ?? "";
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidDataException or InvalidOperationException or IOException)
        {
            // The status says enough.
        }

        said = Printable.Of(key.Length > 0 ? said.Replace(key, "…", StringComparison.Ordinal) : said);
        return $"The server answered HTTP {status}{(said.Length > 0 ? ": " + said[..Math.Min(said.Length, RefusalCharsMax)] : "")}.";
    }

    private static ChatResponseUpdate Update(string json, string member)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("error", out JsonElement error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                throw new IOException("The server broke its answer off with an error.");
            }

            ChatResponseUpdate update = new() { Role = ChatRole.Assistant };
            if (root.TryGetProperty("choices", out JsonElement choices) && choices.GetArrayLength() > 0)
            {
                JsonElement choice = choices[0];
                if (choice.TryGetProperty(member, out JsonElement part) && part.TryGetProperty("content", out JsonElement content) && content.GetString() is { Length: > 0 } text)
                {
                    update.Contents.Add(new TextContent(text));
                }

                update.FinishReason = choice.TryGetProperty("finish_reason", out JsonElement reason) && reason.GetString() is { Length: > 0 } why ? new ChatFinishReason(why) : null;
            }
            else if (member == "message" || !root.TryGetProperty("choices", out _))
            {
                throw new InvalidDataException("The server's answer has no choices.");
            }

            if (root.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object)
            {
                update.Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = Count(usage, "prompt_tokens"), OutputTokenCount = Count(usage, "completion_tokens") }));
            }

            return update;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("The server's answer is not JSON as /chat/completions has it.", wrong);
        }
    }

    private static long? Count(JsonElement usage, string name) =>
        usage.TryGetProperty(name, out JsonElement count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out long value) && value is >= 0 and <= TokensMax ? value : null;
}

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

/// <summary>An OpenAI-compatible server over real HTTP that answers by a script: one step a request, the last one for ever.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script;
    private Func<HttpContext, Task> _step = Status(500);

    private ScriptedModel(WebApplication server, IEnumerable<Func<HttpContext, Task>> script) => (_server, _script) = (server, new(script));

    /// <summary>What it was asked, in order.</summary>
    public ConcurrentQueue<JsonNode> Requests { get; } = [];

    /// <summary>The Authorization headers that came with it.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = [];

    /// <summary>How many answers the other side ended.</summary>
    public int Aborted => _aborted;

    public string Url { get; private set; } = "";

    private int _aborted;

    public static async Task<ScriptedModel> StartAsync(params Func<HttpContext, Task>[] script)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication server = builder.Build();
        ScriptedModel model = new(server, script);
        server.MapPost("/v1/chat/completions", model.AnswerAsync);
        await server.StartAsync();
        model.Url = server.Urls.Single() + "/v1";
        return model;
    }

    /// <summary>Everything that it was told in a request.</summary>
    public string Told(int request) => string.Join('\n', Requests.ElementAt(request)["messages"]!.AsArray().Select(m => (string)m!["content"]!));

    /// <summary>Streams a text in pieces, and what it took.</summary>
    public static Func<HttpContext, Task> Say(string text, int tokensIn = 100, int tokensOut = 50) => async http =>
    {
        http.Response.ContentType = "text/event-stream";
        foreach (char[] piece in text.Chunk(11))
        {
            await EventAsync(http, Delta(new string(piece)));
        }

        await EventAsync(http, """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await EventAsync(http, $$$"""{"choices":[],"usage":{"prompt_tokens":{{{tokensIn}}},"completion_tokens":{{{tokensOut}}}}}""");
        await EventAsync(http, "[DONE]");
    };

    /// <summary>A program as models give it, with words around it.</summary>
    public static Func<HttpContext, Task> Program(string source, string? more = null) => Say($"Sure, here it is!\n\n```python\n{source}\n```\n{more}\nHave fun.");

    /// <summary>Answers without a stream, as some servers do.</summary>
    public static Func<HttpContext, Task> Whole(string text) => http => RawAsync(
        http, "application/json", new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["message"] = new JsonObject { ["content"] = text }, ["finish_reason"] = "stop" }) }.ToJsonString());

    public static Func<HttpContext, Task> Raw(string type, string body) => http => RawAsync(http, type, body);

    public static Func<HttpContext, Task> Status(int status, string body = "") => http =>
    {
        http.Response.StatusCode = status;
        return RawAsync(http, "application/json", body);
    };

    /// <summary>Takes the question and never answers.</summary>
    public static Func<HttpContext, Task> Hang() => http => Task.Delay(Timeout.Infinite, http.RequestAborted);

    /// <summary>Streams words until the other side has enough.</summary>
    public static Func<HttpContext, Task> Forever(string piece) => async http =>
    {
        http.Response.ContentType = "text/event-stream";
        while (true)
        {
            await EventAsync(http, Delta(piece));
        }
    };

    /// <summary>One line that does not end.</summary>
    public static Func<HttpContext, Task> EndlessLine() => async http =>
    {
        http.Response.ContentType = "text/event-stream";
        byte[] piece = new byte[64 * 1024];
        Array.Fill(piece, (byte)'a');
        while (true)
        {
            await http.Response.Body.WriteAsync(piece, http.RequestAborted);
        }
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        JsonNode body = (await JsonNode.ParseAsync(http.Request.Body))!;
        Authorizations.Enqueue(http.Request.Headers.Authorization.ToString());
        Requests.Enqueue(body);
        _step = _script.TryDequeue(out Func<HttpContext, Task>? next) ? next : _step;
        try
        {
            await _step(http);
        }
        catch (Exception gone) when (gone is OperationCanceledException or System.IO.IOException)
        {
            Interlocked.Increment(ref _aborted);
        }
    }

    private static string Delta(string text) => new JsonObject
    {
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["content"] = text } }),
    }.ToJsonString();

    private static async Task EventAsync(HttpContext http, string data)
    {
        await http.Response.WriteAsync($"data: {data}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private static Task RawAsync(HttpContext http, string type, string body)
    {
        http.Response.ContentType = type;
        return http.Response.WriteAsync(body, http.RequestAborted);
    }
}

using System;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace EdgeMesh.Hub.Http;

/// <summary>The HTTP face of the hub: what the CLI speaks on the Unix socket, and others with a token on TCP. Parses, calls one operation, renders.</summary>
public static class HttpFrontend
{
    private const int EventsWaiting = 1000;

    /// <summary>Maps <c>POST /v1/operations/{name}</c>, <c>POST /v1/firmware</c> (an upload) and <c>GET /v1/events</c> (a line of JSON an event).</summary>
    public static void MapHub(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/operations/{name}", RunAsync);
        routes.MapPost("/v1/firmware", UploadAsync);
        routes.MapGet("/v1/events", StreamEventsAsync);
    }

    private static async Task RunAsync(string name, HttpContext http, OperationCatalogue operations)
    {
        Result<JsonNode?> result;
        if (AccessGate.Refusal(http, name, operations.Changes(name)) is { } refusal)
        {
            await AnswerAsync(http, refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            JsonNode? parameters = http.Request.ContentLength is > 0
                ? await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted).ConfigureAwait(false)
                : null;
            result = await operations.RunAsync(name, parameters, AccessGate.CallerOf(http), http.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException problem)
        {
            result = new Error(ErrorCodes.InvalidArgument, $"The request's body is not JSON: {problem.Message}");
        }

        await AnswerAsync(http, result).ConfigureAwait(false);
    }

    private static async Task UploadAsync(HttpContext http, FirmwareUpload upload)
    {
        if (AccessGate.Refusal(http, FirmwareUpload.Name, changes: true) is { } refusal)
        {
            await AnswerAsync(http, refusal).ConfigureAwait(false);
            return;
        }

        IQueryCollection query = http.Request.Query;
        string requires = query["requires"].ToString();
        FirmwareDescription description = new(
            query["id"].ToString(), query["version"].ToString(), query["type"].ToString(), query["kind"].ToString(), requires.Length > 0 ? requires.Split(',') : null);
        Task<Result<FirmwareRow>> adding;
        if (query.ContainsKey("manifest"))
        {
            SignedManifest signed = new(query["manifest"].ToString(), query["signature"].ToString(), query["publisher"].ToString(), SignedManifest.KeysOf(query["keys"].ToString()));
            adding = upload.AddAsync(http.Request.Body, signed, description, AccessGate.CallerOf(http), http.RequestAborted);
        }
        else
        {
            adding = upload.AddAsync(http.Request.Body, description, AccessGate.CallerOf(http), http.RequestAborted);
        }

        Result<FirmwareRow> added = await adding.ConfigureAwait(false);
        await AnswerAsync(http, added.IsOk ? JsonSerializer.SerializeToNode(added.Value, Operation.Json) : added.Error!).ConfigureAwait(false);
    }

    private static async Task StreamEventsAsync(HttpContext http, HubEvents events, IHostApplicationLifetime hub)
    {
        // A stream has no end of its own: the hub would wait for its readers when it stops.
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, hub.ApplicationStopping);
        // A reader too slow for the hub loses the oldest; every event carries the whole state of what it is about.
        Channel<HubEvent> waiting = Channel.CreateBounded<HubEvent>(new BoundedChannelOptions(EventsWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        using IDisposable subscription = events.Subscribe(e => _ = e is OtaProgress or ProgramStep or ProgramChanged && waiting.Writer.TryWrite(e));
        http.Response.ContentType = "application/x-ndjson";
        try
        {
            await http.Response.StartAsync(ending.Token).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(ending.Token).ConfigureAwait(false);
            await foreach (HubEvent e in waiting.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
            {
                (string name, object data) = e switch
                {
                    OtaProgress progress => ("ota-progress", (object)progress.View),
                    ProgramChanged changed => ("program-changed", changed.Event),
                    _ => ("program-step", e),
                };
                JsonObject line = new() { ["event"] = name, ["data"] = JsonSerializer.SerializeToNode(data, Operation.Json) };
                await http.Response.WriteAsync(line.ToJsonString() + "\n", ending.Token).ConfigureAwait(false);
                await http.Response.Body.FlushAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The reader has gone, or the hub stops.
        }
    }

    private static Task AnswerAsync(HttpContext http, Result<JsonNode?> result)
    {
        http.Response.StatusCode = result.IsOk ? StatusCodes.Status200OK : StatusOf(result.Error!.Code);
        return http.Response.WriteAsJsonAsync(Reply.Of(result), Operation.Json, CancellationToken.None);
    }

    private static int StatusOf(string code) => code switch
    {
        ErrorCodes.DeviceUnknown or ErrorCodes.FirmwareUnknown or ErrorCodes.SessionUnknown or ErrorCodes.PublisherUnknown or ErrorCodes.ProgramUnknown => StatusCodes.Status404NotFound,
        ErrorCodes.Forbidden => StatusCodes.Status403Forbidden,
        ErrorCodes.DeviceExists or ErrorCodes.FirmwareExists or ErrorCodes.FirmwareInUse or ErrorCodes.SessionExists or ErrorCodes.PublisherExists => StatusCodes.Status409Conflict,
        ErrorCodes.BrokerUnavailable or ErrorCodes.HubUnavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.StorageFull => StatusCodes.Status507InsufficientStorage,
        ErrorCodes.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}

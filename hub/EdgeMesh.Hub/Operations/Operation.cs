using System;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Operations;

/// <summary>Something the hub can be asked to do, by whatever frontend: CLI, HTTP, MQTT.</summary>
public sealed class Operation
{
    /// <summary>JSON of requests and answers: snake_case, nothing unknown taken.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private readonly Func<JsonNode?, Caller, CancellationToken, Task<Result<JsonNode?>>> _run;
    private readonly string[] _recorded;

    private Operation(string name, string summary, Func<JsonNode?, Caller, CancellationToken, Task<Result<JsonNode?>>> run, bool changes = true, string[]? recorded = null)
    {
        Name = name;
        Summary = summary;
        Changes = changes;
        _run = run;
        _recorded = recorded ?? [];
    }

    /// <summary>Its name, by <see cref="Names"/>: it stands in URLs and topics.</summary>
    public string Name { get; }

    /// <summary>What it does, as a sentence.</summary>
    public string Summary { get; }

    /// <summary>Whether it may change anything: then it is audited, whatever comes of it. So it is unless <see cref="Reading"/> was called.</summary>
    public bool Changes { get; }

    /// <summary>An operation with typed parameters and a typed answer.</summary>
    public static Operation Create<TRequest, TAnswer>(string name, string summary, Func<TRequest, CancellationToken, Task<Result<TAnswer>>> run) =>
        Create<TRequest, TAnswer>(name, summary, (request, _, cancellation) => run(request, cancellation));

    /// <summary>An operation that keeps who asked for it.</summary>
    public static Operation Create<TRequest, TAnswer>(string name, string summary, Func<TRequest, Caller, CancellationToken, Task<Result<TAnswer>>> run) =>
        new(name, summary, async (parameters, caller, cancellation) =>
        {
            Result<TRequest> request = Read<TRequest>(name, parameters);
            if (!request.IsOk)
            {
                return request.Error!;
            }

            Result<TAnswer> answer = await run(request.Value, caller, cancellation).ConfigureAwait(false);
            return answer.IsOk ? JsonSerializer.SerializeToNode(answer.Value, Json) : answer.Error!;
        });

    /// <summary>An operation that answers at once.</summary>
    public static Operation Create<TRequest, TAnswer>(string name, string summary, Func<TRequest, Result<TAnswer>> run) =>
        Create<TRequest, TAnswer>(name, summary, (request, _) => Task.FromResult(run(request)));

    /// <summary>The operation, which changes nothing and is not audited.</summary>
    public Operation Reading() => new(Name, Summary, _run, changes: false);

    /// <summary>The operation, of whose parameters these are kept in the audit log: the first as what it was done to. None other ever is, so name no secret.</summary>
    public Operation Recording(params string[] safe) => new(Name, Summary, _run, Changes, safe);

    /// <summary>What the audit log keeps of a request that nobody has checked yet.</summary>
    internal (string Subject, string Detail) Recorded(JsonNode? parameters)
    {
        string[] values = [.. _recorded.Select(name => (parameters as JsonObject)?[name] is JsonValue value ? value.ToString() : "")];
        string detail = string.Join(' ', _recorded.Zip(values).Skip(1).Where(p => p.Second.Length > 0).Select(p => $"{p.First}={p.Second}"));
        return (values.FirstOrDefault(""), detail);
    }

    /// <summary>Carries it out.</summary>
    /// <param name="parameters">Its parameters, which nobody has checked yet.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<Result<JsonNode?>> RunAsync(JsonNode? parameters, Caller caller, CancellationToken cancellation) => _run(parameters, caller, cancellation);

    private static Result<TRequest> Read<TRequest>(string name, JsonNode? parameters)
    {
        try
        {
            return (parameters ?? new JsonObject()).Deserialize<TRequest>(Json)!;
        }
        catch (JsonException problem)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The parameters of {name} are not what it takes: {problem.Message}");
        }
    }
}

/// <summary>No parameters.</summary>
public sealed record NoParameters;

/// <summary>One reply shape everywhere: <c>{data, status: "ok"}</c> or <c>{status: "error", error: {code, message}}</c>.</summary>
public static class Reply
{
    /// <summary>The reply to a result; <paramref name="transaction"/> is given back as it came.</summary>
    public static JsonObject Of(Result<JsonNode?> result, JsonNode? transaction = null)
    {
        JsonObject reply = result.IsOk
            ? new JsonObject { ["data"] = result.Value, ["status"] = "ok" }
            : new JsonObject { ["status"] = "error", ["error"] = JsonSerializer.SerializeToNode(result.Error, Operation.Json) };
        if (transaction is not null)
        {
            reply["transaction"] = transaction.DeepClone();
        }

        return reply;
    }
}

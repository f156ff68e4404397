using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
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

    private readonly Func<JsonNode?, CancellationToken, Task<Result<JsonNode?>>> _run;

    private Operation(string name, string summary, Func<JsonNode?, CancellationToken, Task<Result<JsonNode?>>> run)
    {
        Name = name;
        Summary = summary;
        _run = run;
    }

    /// <summary>Its name, by <see cref="Names"/>: it stands in URLs and topics.</summary>
    public string Name { get; }

    /// <summary>What it does, as a sentence.</summary>
    public string Summary { get; }

    /// <summary>An operation with typed parameters and a typed answer.</summary>
    public static Operation Create<TRequest, TAnswer>(string name, string summary, Func<TRequest, CancellationToken, Task<Result<TAnswer>>> run) =>
        new(name, summary, async (parameters, cancellation) =>
        {
            Result<TRequest> request = Read<TRequest>(name, parameters);
            if (!request.IsOk)
            {
                return request.Error!;
            }

            Result<TAnswer> answer = await run(request.Value, cancellation).ConfigureAwait(false);
            return answer.IsOk ? JsonSerializer.SerializeToNode(answer.Value, Json) : answer.Error!;
        });

    /// <summary>An operation that answers at once.</summary>
    public static Operation Create<TRequest, TAnswer>(string name, string summary, Func<TRequest, Result<TAnswer>> run) =>
        Create<TRequest, TAnswer>(name, summary, (request, _) => Task.FromResult(run(request)));

    /// <summary>Carries it out.</summary>
    public Task<Result<JsonNode?>> RunAsync(JsonNode? parameters, CancellationToken cancellation) => _run(parameters, cancellation);

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

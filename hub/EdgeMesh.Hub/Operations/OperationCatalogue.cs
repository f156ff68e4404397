using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Operations;

/// <summary>A feature's operations, registered with the feature.</summary>
public interface IOperationSource
{
    /// <summary>What the feature can be asked to do.</summary>
    IEnumerable<Operation> Operations { get; }
}

/// <summary>Every operation of the hub, by name. All frontends call these and nothing else; what may change anything is audited here.</summary>
public sealed class OperationCatalogue(IEnumerable<IOperationSource> sources, AuditLog audit, ILogger<OperationCatalogue> log)
{
    private readonly SortedDictionary<string, Operation> _operations = new(sources.SelectMany(s => s.Operations).ToDictionary(o => o.Name), StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyCollection<Operation> All => _operations.Values;

    /// <summary>Whether an operation may change anything; so may one that is not known.</summary>
    public bool Changes(string name) => !_operations.TryGetValue(name, out Operation? operation) || operation.Changes;

    /// <summary>Carries one out.</summary>
    public Task<Result<JsonNode?>> RunAsync(string name, JsonNode? parameters, Caller caller, CancellationToken cancellation)
    {
        if (!_operations.TryGetValue(name, out Operation? operation))
        {
            return Task.FromResult<Result<JsonNode?>>(
                new Error(ErrorCodes.InvalidArgument, $"There is no operation {name}; there are {string.Join(", ", _operations.Keys)}."));
        }

        if (!operation.Changes)
        {
            return operation.RunAsync(parameters, caller, cancellation);
        }

        (string subject, string detail) = operation.Recorded(parameters);
        return AuditedAsync(caller, name, subject, detail, () => operation.RunAsync(parameters, caller, cancellation));
    }

    /// <summary>Does what may change something, and records what came of it: also where it was cancelled or failed.</summary>
    /// <returns>Its result; <c>storage_failed</c> where it could not be recorded, which says whether it was done.</returns>
    public async Task<Result<T>> AuditedAsync<T>(Caller caller, string action, string subject, string detail, Func<Task<Result<T>>> change)
    {
        string outcome = ErrorCodes.Internal;
        try
        {
            Result<T> result = await change().ConfigureAwait(false);
            outcome = result.Error?.Code ?? "ok";
            return TryRecord() is { } failed ? failed : result;
        }
        catch (Exception failure)
        {
            outcome = failure is OperationCanceledException ? "cancelled" : ErrorCodes.Internal;
            TryRecord();
            throw;
        }

        Error? TryRecord()
        {
            try
            {
                audit.Append(caller, action, subject, outcome, detail);
                return null;
            }
            catch (DbException failure)
            {
                log.LogError(failure, "NOT AUDITED: {Actor} ({Origin}) {Action} {Subject}: {Outcome}", caller.Actor, caller.Origin, action, subject, outcome);
                return new Error(ErrorCodes.StorageFailed, $"The audit log cannot be written ({failure.Message}). What was asked ended with: {outcome}.");
            }
        }
    }
}

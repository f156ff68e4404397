using System.Collections.Generic;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>What the hub can be asked about jobs.</summary>
public sealed class JobOperations(JobStore store) : IOperationSource
{
    private const int LimitMax = 1000;

    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<ListJobs, IReadOnlyList<JobView>>("job-list", "Lists the programs asked for over MQTT, the newest first.", r => r.Limit is >= 1 and <= LimitMax
            ? Result.Of(store.List(r.Limit)) : new Error(ErrorCodes.InvalidArgument, $"limit is {r.Limit}; it takes 1 to {LimitMax}.")).Reading(),
    ];

    private sealed record ListJobs(int Limit = 50);
}

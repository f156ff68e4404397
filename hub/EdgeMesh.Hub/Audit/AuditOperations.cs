using System.Collections.Generic;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Audit;

/// <summary>What the hub can be asked about its audit log.</summary>
public sealed class AuditOperations(AuditLog log) : IOperationSource
{
    private const int DefaultLimit = 50;
    private const int LimitMax = 10_000;

    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<ListAudit, IReadOnlyList<AuditEntry>>(
            "audit-list", "Lists the newest entries of the audit log.", r => Result.Of(log.List(r.SinceMs ?? 0, int.Clamp(r.Limit ?? DefaultLimit, 1, LimitMax)))).Reading(),
        Operation.Create<VerifyAudit, AuditCheck>("audit-verify", "Checks the chain of the audit log.", r => log.Verify(r.Head)).Reading(),
    ];

    private sealed record ListAudit(long? SinceMs = null, int? Limit = null);

    private sealed record VerifyAudit(string? Head = null);
}

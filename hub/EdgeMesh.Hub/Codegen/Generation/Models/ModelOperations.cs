using System.Collections.Generic;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation.Models;

/// <summary>What the hub can be asked about models.</summary>
public sealed class ModelOperations(ModelRouter router) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NoParameters, IReadOnlyList<EndpointView>>("models-status", "How the models' servers are, and what today cost.", _ => Result.Of(router.View())).Reading(),
        Operation.Create<NoParameters, IReadOnlyList<ModelCheck>>(
            "models-check", "Asks every model for one word.", async (_, cancellation) => Result.Of(await router.CheckAsync(cancellation).ConfigureAwait(false))),
    ];
}

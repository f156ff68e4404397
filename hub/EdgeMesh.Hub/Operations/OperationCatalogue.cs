using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Operations;

/// <summary>A feature's operations, registered with the feature.</summary>
public interface IOperationSource
{
    /// <summary>What the feature can be asked to do.</summary>
    IEnumerable<Operation> Operations { get; }
}

/// <summary>Every operation of the hub, by name. All frontends call these and nothing else.</summary>
public sealed class OperationCatalogue(IEnumerable<IOperationSource> sources)
{
    private readonly SortedDictionary<string, Operation> _operations = new(sources.SelectMany(s => s.Operations).ToDictionary(o => o.Name), System.StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyCollection<Operation> All => _operations.Values;

    /// <summary>Carries one out.</summary>
    public async Task<Result<JsonNode?>> RunAsync(string name, JsonNode? parameters, CancellationToken cancellation) =>
        _operations.TryGetValue(name, out Operation? operation)
            ? await operation.RunAsync(parameters, cancellation).ConfigureAwait(false)
            : new Error(ErrorCodes.InvalidArgument, $"There is no operation {name}; there are {string.Join(", ", _operations.Keys)}.");
}

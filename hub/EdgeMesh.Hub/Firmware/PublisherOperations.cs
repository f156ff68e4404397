using System.Collections.Generic;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Firmware;

/// <summary>What the hub can be asked about publishers.</summary>
public sealed class PublisherOperations(PublisherStore store) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NoParameters, IReadOnlyList<PublisherRow>>("keys-list", "Lists the publishers' keys that are trusted.", _ => Result.Of(store.List())).Reading(),
        Operation.Create<TrustKey, PublisherRow>("keys-trust", "Trusts a publisher's key for some kinds of images.", r => store.Trust(r.Name, r.Pem, r.Kinds.Split(','))).Recording("name", "kinds"),
        Operation.Create<NameKey, PublisherRow>("keys-distrust", "Trusts a publisher's key no longer.", r => store.Distrust(r.Name)).Recording("name"),
    ];

    private sealed record TrustKey(string Name, string Pem, string Kinds);

    private sealed record NameKey(string Name);
}

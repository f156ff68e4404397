using System.Collections.Generic;
using EdgeMesh.Hub.Operations;

namespace EdgeMesh.Hub.Ota;

/// <summary>What the hub can be asked about updates.</summary>
public sealed class OtaOperations(OtaService ota) : IOperationSource
{
    private const int DefaultLimit = 50;

    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<StartOta, OtaView>("ota-start", "Begins an update of a device.", r => ota.Start(r.Device, r.Firmware, r.Version))
            .Recording("device", "firmware", "version"),
        Operation.Create<AbortOta, OtaView>("ota-abort", "Ends a device's update.", r => ota.Abort(r.Device)).Recording("device"),
        Operation.Create<OtaStatus, IReadOnlyList<OtaView>>("ota-status", "Lists the latest updates, of one device or of all.", r => ota.Status(r.Device, r.Limit ?? DefaultLimit)).Reading(),
    ];

    private sealed record StartOta(string Device, string Firmware, string? Version = null);

    private sealed record AbortOta(string Device);

    private sealed record OtaStatus(string? Device = null, int? Limit = null);
}

using System.Collections.Generic;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Devices;

/// <summary>What the hub can be asked about devices.</summary>
public sealed class DeviceOperations(DeviceService devices) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<AddDevice, DeviceConfiguration>(
            "devices-add", "Makes a device's identity, key and broker account; answers its configuration, once.", (r, c) => devices.AddAsync(r.Id, r.Type, c)).Recording("id", "type"),
        Operation.Create<NoParameters, IReadOnlyList<DeviceView>>(
            "devices-list", "Lists all devices.", _ => Result.Of(devices.List())).Reading(),
        Operation.Create<NameDevice, DeviceView>("devices-show", "Shows one device.", r => devices.Show(r.Id)).Reading(),
        Operation.Create<NameDevice, DeviceView>("devices-remove", "Removes a device, its key and its broker account.", (r, c) => devices.RemoveAsync(r.Id, c)).Recording("id"),
        Operation.Create<RevokeDevice, RevocationView>(
            "devices-revoke", "Shuts a device out: its key, password and certificate are refused from now on.", (r, c) => devices.RevokeAsync(r.Id, r.Reason ?? "", c)).Recording("id", "reason"),
        Operation.Create<NameDevice, DeviceConfiguration>(
            "devices-restore", "Lets a revoked device begin anew, with a new key; answers its configuration, once.", (r, c) => devices.RestoreAsync(r.Id, c)).Recording("id"),
    ];

    private sealed record RevokeDevice(string Id, string? Reason = null);

    private sealed record AddDevice(string Id, string Type);

    private sealed record NameDevice(string Id);
}

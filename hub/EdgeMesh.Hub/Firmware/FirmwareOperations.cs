using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Firmware;

/// <summary>What the hub can be asked about firmware. Adding one is <see cref="FirmwareUpload"/>.</summary>
public sealed class FirmwareOperations(FirmwareService firmware, IEnumerable<IFirmwareUse> uses) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NoParameters, IReadOnlyList<FirmwareRow>>("firmware-list", "Lists all firmware, the newest first.", _ => Result.Of(firmware.List())).Reading(),
        Operation.Create<NameFirmware, FirmwareRow>("firmware-show", "Shows one firmware; the newest of an id without a version.", r => firmware.Find(r.Id, r.Version)).Reading(),
        Operation.Create<RemoveFirmware, FirmwareRow>("firmware-remove", "Removes a firmware; refused while an update uses it, unless forced.", RemoveAsync)
            .Recording("id", "version", "force"),
    ];

    private async Task<Result<FirmwareRow>> RemoveAsync(RemoveFirmware request, CancellationToken cancellation)
    {
        string[] users = [.. uses.SelectMany(u => u.UsersOf(request.Id, request.Version))];
        if (users.Length > 0 && !request.Force)
        {
            return new Error(
                ErrorCodes.FirmwareInUse,
                $"{request.Id}@{request.Version} is on its way to {string.Join(", ", users)}; wait, or end that with `edgemesh firmware remove {request.Id}@{request.Version} --force`.");
        }

        foreach (IFirmwareUse use in uses)
        {
            await use.ReleaseAsync(request.Id, request.Version).WaitAsync(cancellation).ConfigureAwait(false);
        }

        return await firmware.RemoveAsync(request.Id, request.Version, cancellation).ConfigureAwait(false);
    }

    private sealed record NameFirmware(string Id, string? Version = null);

    private sealed record RemoveFirmware(string Id, string Version, bool Force = false);
}

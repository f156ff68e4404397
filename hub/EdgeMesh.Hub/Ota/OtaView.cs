using EdgeMesh.Contracts;
using EdgeMesh.Hub.Events;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Ota;

/// <summary>An update as people see it: in lists, in events, and retained at <c>devices/{id}/ota</c>.</summary>
/// <param name="Session">The update's number.</param>
/// <param name="Device">The device.</param>
/// <param name="Firmware">The firmware, as <c>id@version</c>.</param>
/// <param name="State">One of <see cref="OtaStates"/>.</param>
/// <param name="Percent">How much of the delivery is done, 0 to 100.</param>
/// <param name="Bytes">Bytes that the device has, or has verified.</param>
/// <param name="Size">Bytes of the image.</param>
/// <param name="Waiting">What it waits for, as a sentence; empty where it goes on.</param>
/// <param name="Code">Why it was rejected, failed or rolled back; empty otherwise.</param>
/// <param name="Reason">The cause as a sentence.</param>
/// <param name="Created">When it began, in seconds since 1970-01-01 UTC.</param>
/// <param name="Updated">When its state last changed, in seconds since 1970-01-01 UTC.</param>
public sealed record OtaView(
    long Session, string Device, string Firmware, string State, int Percent, long Bytes, long Size, string Waiting, string Code, string Reason,
    long Created, long Updated)
{
    /// <summary>One that is not under way, as it is stored.</summary>
    internal static OtaView Of(OtaRow row)
    {
        long size = Transfer.Read(row.Session, row.Manifest, row.ChunkBytes, out _)?.Manifest.Size ?? 0;
        bool delivered = row.State is OtaStates.Confirmed or OtaStates.RolledBack;
        return new OtaView(
            row.Session, row.Device, $"{row.FirmwareId}@{row.FirmwareVersion}", row.State, delivered ? 100 : 0, delivered ? size : 0, size, "", row.Code, row.Reason,
            row.Created, row.Updated);
    }
}

/// <summary>An update moved on.</summary>
/// <param name="View">Where it stands now.</param>
/// <param name="StateChanged">Whether its state changed, and not only its progress.</param>
public sealed record OtaProgress(OtaView View, bool StateChanged) : HubEvent;

/// <summary>The hub had given an update up, and its device told later what became of the image.</summary>
/// <param name="View">What became of it.</param>
public sealed record OtaCorrected(OtaView View) : HubEvent;

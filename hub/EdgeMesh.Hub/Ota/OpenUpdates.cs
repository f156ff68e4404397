using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Ota;

/// <summary>The updates under way: one a device, many devices at once. Each hears what becomes of its device.</summary>
internal sealed class OpenUpdates : IDisposable
{
    private readonly ConcurrentDictionary<string, OtaUpdate> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly OtaParts _parts;
    private readonly DeviceService _devices;
    private readonly FirmwareService _firmware;

    internal OpenUpdates(OtaParts parts, DeviceService devices, FirmwareService firmware)
    {
        (_parts, _devices, _firmware) = (parts, devices, firmware);
        parts.Events.Subscribe<DeviceOnline>(e => Post(e.Id, SenderEvent.Online()));
        parts.Events.Subscribe<DeviceOffline>(e => Post(e.Id, SenderEvent.Offline()));
        parts.Events.Subscribe<DeviceRenamed>(e => parts.Store.Rename(e.From, e.To));
        parts.Events.Subscribe<DeviceRemoved>(e => Post(e.Id, SenderEvent.Cancel(ErrorCodes.DeviceUnknown, "The device was removed from the hub.")));
        parts.Events.Subscribe<DeviceRevoked>(e => Post(e.Id, SenderEvent.Cancel(ErrorCodes.DeviceRevoked, Revoked(e.Reason))));
    }

    /// <summary>Cancelled when the hub stops.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    public void Dispose() => _stopping.Dispose();

    /// <summary>Ends the running of all; they are taken up by the next hub.</summary>
    internal Task StopAsync() => _stopping.CancelAsync();

    /// <summary>A device's update; null where none is under way.</summary>
    internal OtaUpdate? Of(string device) => _open.GetValueOrDefault(device);

    /// <summary>One update of a device, by its number; null where it is not under way.</summary>
    internal OtaUpdate? Of(string device, long session) => Of(device) is { } update && update.Row.Session == session ? update : null;

    /// <summary>Those that send this firmware.</summary>
    internal IEnumerable<OtaUpdate> Sending(string firmware, string version) =>
        _open.Values.Where(u => u.Row.FirmwareId == firmware && u.Row.FirmwareVersion == version);

    /// <summary>Takes up an update that was under way when the hub stopped, or ends it where it cannot go on.</summary>
    internal void TakeUp(OtaRow row)
    {
        if (_devices.Active(row.Device) is { Error.Code: ErrorCodes.DeviceRevoked })
        {
            // The hub died between the revocation and the end of this update.
            string why = Revoked(_devices.Show(row.Device).Value.RevokedReason);
            _parts.Store.Update(row.Session, OtaStates.Failed, ErrorCodes.DeviceRevoked, why, _parts.Time.GetUtcNow().ToUnixTimeSeconds());
            return;
        }

        Transfer? transfer = Transfer.Read(row.Session, row.Manifest, row.ChunkBytes, out string problem);
        Result<string> image = _firmware.ImagePath(row.Sha256, transfer?.Manifest.Size ?? 0);
        if (transfer is null || (!image.IsOk && row.State is OtaStates.Offered or OtaStates.Transferring))
        {
            string reason = transfer is null ? $"The stored manifest cannot be read: {problem}." : image.Error!.Message;
            _parts.Store.Update(row.Session, OtaStates.Failed, ErrorCodes.FirmwareDamaged, reason, _parts.Time.GetUtcNow().ToUnixTimeSeconds());
            return;
        }

        Run(row, transfer, image.IsOk ? image.Value : "");
    }

    /// <summary>Has an update run until it has ended or the hub stops.</summary>
    internal OtaUpdate Run(OtaRow row, Transfer transfer, string imagePath)
    {
        OtaUpdate update = new(row, transfer, imagePath, _parts);
        _open[row.Device] = update;
        update.Begin(_parts.Gateway.IsOnline(row.Device), () => _open.TryRemove(new KeyValuePair<string, OtaUpdate>(row.Device, update)), _stopping.Token);
        return update;
    }

    private static string Revoked(string reason) => reason.Length > 0 ? $"The device was revoked: {reason}" : "The device was revoked.";

    private void Post(string device, SenderEvent e)
    {
        if (_open.TryGetValue(device, out OtaUpdate? update))
        {
            update.Post(e);
        }
    }
}

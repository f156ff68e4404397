using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Ota;

/// <summary>The operations on updates, and the updates under way: one a device, many devices at once.</summary>
public sealed class OtaService : BackgroundService, IFirmwareUse
{
    private readonly ConcurrentDictionary<string, OtaUpdate> _open = new();
    private readonly DeviceService _devices;
    private readonly FirmwareStore _firmware;
    private readonly PublisherStore _publishers;
    private readonly OtaParts _parts;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The service; updates are taken up when it starts.</summary>
    public OtaService(
        DeviceService devices, DeviceGateway gateway, FirmwareStore firmware, PublisherStore publishers, OtaStore store, HubEvents events, IOptions<OtaOptions> options, TimeProvider time,
        ILogger<OtaService> log)
    {
        _devices = devices;
        _firmware = firmware;
        _publishers = publishers;
        _parts = new OtaParts(gateway, store, events, options.Value, time, log);
        events.Subscribe<DeviceOnline>(e => Post(e.Id, SenderEvent.Online()));
        events.Subscribe<DeviceOffline>(e => Post(e.Id, SenderEvent.Offline()));
        events.Subscribe<DeviceRenamed>(e => store.Rename(e.From, e.To));
        events.Subscribe<DeviceRemoved>(e => Post(e.Id, SenderEvent.Cancel(ErrorCodes.DeviceUnknown, "The device was removed from the hub.")));
        events.Subscribe<DeviceRevoked>(e => Post(e.Id, SenderEvent.Cancel(ErrorCodes.DeviceRevoked, Revoked(e.Reason))));
        events.Subscribe<DeviceMessage>(Take);
    }

    /// <summary>Begins an update. It goes on by itself, whatever is offline in between.</summary>
    public Result<OtaView> Start(string device, string firmwareId, string? version)
    {
        if (!_firmware.Enabled)
        {
            return FirmwareStore.Disabled;
        }

        Result<FirmwareRow> firmware = _firmware.Find(firmwareId, version);
        return _devices.Active(device).Error is Error error ? error : firmware.IsOk ? Start(device, firmware.Value) : firmware.Error!;
    }

    /// <summary>Begins an update with an image that is in the folder, be it in the list or not.</summary>
    /// <param name="device">The device.</param>
    /// <param name="firmware">The image and its manifest.</param>
    /// <param name="alongside">What else is to be written to the database, with the update or not at all; given the update's number.</param>
    public Result<OtaView> Start(string device, FirmwareRow firmware, Action<SqliteConnection, long>? alongside = null)
    {
        if (!_firmware.Enabled)
        {
            return FirmwareStore.Disabled;
        }

        Result<DeviceView> target = _devices.Active(device);
        if (!target.IsOk)
        {
            return target.Error!;
        }

        Result<string> image = _firmware.ImagePath(firmware.Sha256, firmware.Size);
        if (!image.IsOk)
        {
            return image.Error!;
        }

        ReceiverProfile profile = OtaMessages.ProfileOf(target.Value);
        int chunkBytes = Math.Min(_parts.Options.ChunkSize, profile.ChunkBytes);
        Transfer transfer = Transfer.Read(1, firmware.Manifest, chunkBytes, out string problem)
            ?? throw new InvalidOperationException($"The stored manifest of {firmware.Id} is unreadable: {problem}");
        if (_publishers.Refusal(firmware.Signed, firmware.Kind) is Error untrusted)
        {
            return untrusted;
        }

        if (transfer.Manifest.Sequence <= profile.Sequence)
        {
            if (firmware.Signature.Length > 0)
            {
                return new Error(
                    ErrorCodes.SequenceNotAbove,
                    $"The manifest's sequence {transfer.Manifest.Sequence} is not above {profile.Sequence}, the highest that {device} confirmed; {FirmwareStore.SignAgain(profile.Sequence)}");
            }

            // An older image is wanted back: that takes a new manifest, since devices refuse every sequence they are past.
            transfer.Manifest = _firmware.Reissue(transfer.Manifest, profile.Sequence);
            transfer.ManifestText = Transfer.ManifestTextOf(transfer.Manifest);
        }

        if (OfferJudge.Judge(transfer, _parts.Options.Encoding, profile) is Reject refusal)
        {
            return new Error(refusal.Code, refusal.Reason);
        }

        OtaRow? row = _parts.Store.Add(NewRow(target.Value.Id, firmware, transfer), alongside);
        if (row is null)
        {
            return new Error(ErrorCodes.SessionExists, $"{device} has an update under way; wait for it, or end it with `edgemesh ota abort {device}`.");
        }

        transfer.Session = row.Session;
        return Run(row, transfer, image.Value).View;
    }

    /// <summary>Ends a device's update.</summary>
    public Result<OtaView> Abort(string device)
    {
        if (!_open.TryGetValue(device, out OtaUpdate? update))
        {
            Result<DeviceView> known = _devices.Show(device);
            return known.Error ?? new Error(ErrorCodes.SessionUnknown, $"{device} has no update under way; see `edgemesh ota status`.");
        }

        update.Post(SenderEvent.Cancel(ErrorCodes.Aborted, "The update was ended at the hub."));
        return update.View;
    }

    /// <summary>The latest updates, of one device or of all, the newest first.</summary>
    public Result<IReadOnlyList<OtaView>> Status(string? device, int limit)
    {
        if (device is not null && _devices.Show(device) is { IsOk: false } unknown)
        {
            return unknown.Error!;
        }

        return new List<OtaView>(_parts.Store.List(device, limit).Select(Current));
    }

    /// <summary>The latest update of each device that has had one.</summary>
    public IEnumerable<OtaView> Latest() => _parts.Store.ListLatest().Where(row => _devices.Show(row.Device).IsOk).Select(Current);

    /// <summary>One update of a device, by its number; null where the hub no longer knows it.</summary>
    public OtaView? Find(string device, long session) => _parts.Store.Find(device, session) is { } row ? Current(row) : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> UsersOf(string id, string version) =>
        [.. _open.Values.Where(u => u.Row.FirmwareId == id && u.Row.FirmwareVersion == version).Select(u => u.Row.Device)];

    /// <inheritdoc/>
    public async Task ReleaseAsync(string id, string version)
    {
        foreach (OtaUpdate update in _open.Values.Where(u => u.Row.FirmwareId == id && u.Row.FirmwareVersion == version))
        {
            update.Post(SenderEvent.Cancel(ErrorCodes.Aborted, "The firmware was removed at the hub."));
            await update.Ended.ConfigureAwait(false);
        }
    }

    /// <summary>Takes up the updates that were under way, before anybody can ask for another.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _firmware.Sweep();
        foreach (OtaRow row in _parts.Store.ListOpen())
        {
            TakeUp(row);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer daily = new(TimeSpan.FromDays(1), _parts.Time);
        do
        {
            try
            {
                _parts.Store.RemoveEnded((_parts.Time.GetUtcNow() - _parts.Options.KeepEnded).ToUnixTimeSeconds());
            }
            catch (Exception failure)
            {
                // Housekeeping must not end the hub; it is tried again tomorrow.
                _parts.Log.LogError(failure, "Ended updates could not be cleaned up");
            }
        }
        while (await daily.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private OtaRow NewRow(string device, FirmwareRow firmware, Transfer transfer)
    {
        long now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        return new OtaRow
        {
            Device = device, FirmwareId = firmware.Id, FirmwareVersion = firmware.Version, Sha256 = firmware.Sha256, Manifest = transfer.ManifestText,
            ChunkBytes = transfer.ChunkBytes, Encoding = _parts.Options.Encoding, State = OtaStates.Offered, Created = now, Updated = now,
            Signature = firmware.Signature, Publisher = firmware.Publisher, Keys = firmware.Keys,
        };
    }

    private OtaView Current(OtaRow row) => _open.TryGetValue(row.Device, out OtaUpdate? update) && update.Row.Session == row.Session ? update.View : ViewOf(row);

    private static OtaView ViewOf(OtaRow row)
    {
        long size = Transfer.Read(row.Session, row.Manifest, row.ChunkBytes, out _)?.Manifest.Size ?? 0;
        bool delivered = row.State is OtaStates.Confirmed or OtaStates.RolledBack;
        return new OtaView(
            row.Session, row.Device, $"{row.FirmwareId}@{row.FirmwareVersion}", row.State, delivered ? 100 : 0, delivered ? size : 0, size, "", row.Code, row.Reason,
            row.Created, row.Updated);
    }

    private static string Revoked(string reason) => reason.Length > 0 ? $"The device was revoked: {reason}" : "The device was revoked.";

    private void TakeUp(OtaRow row)
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

    private OtaUpdate Run(OtaRow row, Transfer transfer, string imagePath)
    {
        OtaUpdate update = new(row, transfer, imagePath, _parts);
        _open[row.Device] = update;
        update.Begin(_parts.Gateway.IsOnline(row.Device), () => _open.TryRemove(new KeyValuePair<string, OtaUpdate>(row.Device, update)), _stopping.Token);
        return update;
    }

    private void Post(string device, SenderEvent e)
    {
        if (_open.TryGetValue(device, out OtaUpdate? update))
        {
            update.Post(e);
        }
    }

    private void Take(DeviceMessage message)
    {
        if (message.Kind == TopicKind.OtaReport)
        {
            TakeReport(message);
            return;
        }

        if (OtaMessages.Read(message, out long session) is not SenderEvent e)
        {
            return;
        }

        if (message.Body.Problem.Length > 0)
        {
            _parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The {message.Kind} is malformed: {message.Body.Problem}.");
        }
        else if (_open.TryGetValue(message.Id, out OtaUpdate? update) && update.Row.Session == session)
        {
            update.Post(e);
        }
        else if (message.Kind is not (TopicKind.OtaReject or TopicKind.OtaAbortUp))
        {
            // A device that goes on with an update that has ended here is told so; else it would wait for chunks for ever.
            string reason = $"Update {session} is not under way at the hub.";
            _parts.Gateway.Refuse(message.Id, ErrorCodes.StaleSession, reason);
            Send(message.Id, TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = session, Code = ErrorCodes.StaleSession, Reason = reason }));
        }
    }

    private void TakeReport(DeviceMessage message)
    {
        Report report = Codec.ReadReport(message.Body);
        if (message.Body.Problem.Length > 0)
        {
            _parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The report is malformed: {message.Body.Problem}.");
            return;
        }

        if (report.State is not (OtaStates.Applying or OtaStates.Confirmed or OtaStates.RolledBack))
        {
            _parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The report's state \"{report.State}\" is none.");
            return;
        }

        Reported answer = new() { Session = report.Session, State = report.State };
        if (_open.TryGetValue(message.Id, out OtaUpdate? update) && update.Row.Session == report.Session && !OtaStates.IsFinal(update.View.State))
        {
            update.Post(SenderEvent.Reported(report.State, report.Code, report.Reason), answer);
            return;
        }

        // The hub gave the update up, or lost it: the image's end is kept all the same, and the device is answered. What is not an end must
        // not open the update again.
        if (OtaStates.IsFinal(report.State) && _parts.Store.Find(message.Id, report.Session) is { } row && row.State != report.State)
        {
            long now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
            _parts.Store.Update(row.Session, report.State, report.Code, report.Reason, now);
            _parts.Events.Publish(new OtaCorrected(ViewOf(row with { State = report.State, Code = report.Code, Reason = report.Reason, Updated = now })));
        }

        Send(message.Id, TopicKind.Reported, Codec.Write(answer));
    }

    private void Send(string device, TopicKind kind, JsonWriter body) =>
        _parts.Gateway.SendAsync(device, kind, body, _stopping.Token).ContinueWith(
            failed => _parts.Log.LogWarning(failed.Exception!.GetBaseException(), "Could not send {Kind} to {Device}", kind, device),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
}

using System;
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
using EdgeMesh.Protocol.Ota;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Ota;

/// <summary>The operations on updates: start, abort, status. Keeps the updates under way running from the hub's start to its stop.</summary>
public sealed class OtaService : BackgroundService, IFirmwareUse
{
    private readonly DeviceService _devices;
    private readonly FirmwareService _firmware;
    private readonly OtaParts _parts;
    private readonly OpenUpdates _open;

    /// <summary>The service; updates are taken up when it starts.</summary>
    public OtaService(
        DeviceService devices, DeviceGateway gateway, FirmwareService firmware, OtaStore store, HubEvents events, IOptions<OtaOptions> options, TimeProvider time, ILogger<OtaService> log)
    {
        _devices = devices;
        _firmware = firmware;
        _parts = new OtaParts(gateway, store, events, options.Value, time, log);
        _open = new OpenUpdates(_parts, devices, firmware);
        OtaInbox inbox = new(_open, _parts);
        events.Subscribe<DeviceMessage>(inbox.Take);
    }

    /// <summary>Begins an update. It goes on by itself, whatever is offline in between.</summary>
    public Result<OtaView> Start(string device, string firmwareId, string? version)
    {
        if (!_firmware.Enabled)
        {
            return FirmwareService.Disabled;
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
            return FirmwareService.Disabled;
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
        if (_firmware.Refusal(firmware) is Error untrusted)
        {
            return untrusted;
        }

        if (transfer.Manifest.Sequence <= profile.Sequence)
        {
            if (firmware.Signature.Length > 0)
            {
                return new Error(
                    ErrorCodes.SequenceNotAbove,
                    $"The manifest's sequence {transfer.Manifest.Sequence} is not above {profile.Sequence}, the highest that {device} confirmed; {FirmwareService.SignAgain(profile.Sequence)}");
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
        return _open.Run(row, transfer, image.Value).View;
    }

    /// <summary>Ends a device's update.</summary>
    public Result<OtaView> Abort(string device)
    {
        if (_open.Of(device) is not { } update)
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

    /// <summary>What an update brings, one of <see cref="ImageKinds"/>; empty where the hub no longer knows it.</summary>
    public string KindOf(string device, long session) =>
        _parts.Store.Find(device, session) is { } row ? Transfer.Read(row.Session, row.Manifest, row.ChunkBytes, out _)?.Manifest.Kind ?? "" : "";

    /// <inheritdoc/>
    public IReadOnlyList<string> UsersOf(string id, string version) =>
        [.. _open.Sending(id, version).Select(u => u.Row.Device)];

    /// <inheritdoc/>
    public async Task ReleaseAsync(string id, string version)
    {
        foreach (OtaUpdate update in _open.Sending(id, version))
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
            _open.TakeUp(row);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _open.StopAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _open.Dispose();
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

    private OtaView Current(OtaRow row) => _open.Of(row.Device, row.Session)?.View ?? OtaView.Of(row);

}

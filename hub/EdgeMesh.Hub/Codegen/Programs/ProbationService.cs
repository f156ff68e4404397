using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Follows programs to their devices and watches them there. One that does not do well is gone back from.</summary>
/// <remarks>
/// All in one mailbox, so that nothing happens twice. What it decides is in the database before it is acted on: after a kill it goes on from there, and asks
/// the updates what became of them meanwhile.
/// </remarks>
public sealed class ProbationService : BackgroundService
{
    private const int MailboxEvents = 20_000;
    private const int LooksBetweenCatchUps = 60;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<HubEvent?> _mailbox = Channel.CreateBounded<HubEvent?>(new BoundedChannelOptions(MailboxEvents) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, (DeploymentRow Row, Probation Watch)> _watched = new();
    private readonly HashSet<string> _condemned = [];
    private readonly ProgramStore _programs;
    private readonly DeploymentStore _store;
    private readonly ProgramDeployer _deployer;
    private readonly OtaService _ota;
    private readonly DeviceGateway _gateway;
    private readonly AuditLog _audit;
    private readonly ProgramOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ProbationService> _log;
    private long _looks;

    /// <summary>The service; it begins to listen here, and to act when it is started.</summary>
    public ProbationService(
        ProgramStore programs, DeploymentStore store, ProgramDeployer deployer, OtaService ota, DeviceGateway gateway, AuditLog audit, HubEvents events, IOptions<ProgramOptions> options,
        TimeProvider time, ILogger<ProbationService> log)
    {
        (_programs, _store, _deployer, _ota, _gateway, _audit, _options, _time, _log) = (programs, store, deployer, ota, gateway, audit, options.Value, time, log);
        events.Subscribe<OtaProgress>(e => Post(e.StateChanged, e));
        events.Subscribe<OtaCorrected>(e => Post(true, e));
        events.Subscribe<DeviceMessage>(e => Post(_watched.ContainsKey(e.Id) && e.Kind is TopicKind.Health or TopicKind.Telemetry or TopicKind.State or TopicKind.Log, e));
        events.Subscribe<DeviceOnline>(e => Post(_watched.ContainsKey(e.Id), e));
        events.Subscribe<DeviceOffline>(e => Post(_watched.ContainsKey(e.Id), e));
        events.Subscribe<DeviceRenamed>(e => Post(true, e));
        events.Subscribe<DeviceRemoved>(e => Post(_watched.ContainsKey(e.Id), e));
        events.Subscribe<DeviceRevoked>(e => Post(_watched.ContainsKey(e.Id), e));
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // The updates' service has started before, and with it what was under way.
        CatchUp();
        TakeUp(_store.In(ProgramStates.Probation, ProgramStates.Condemned));
        return base.StartAsync(cancellationToken);
    }

    // Of what nobody told here: while the hub was down, or the mailbox full.
    private void CatchUp()
    {
        foreach (DeploymentRow row in _store.In(ProgramStates.Deploying))
        {
            if (_ota.Find(row.Device, row.Session) is { } view)
            {
                Follow(view, row);
            }
            else
            {
                End(row, ProgramStates.Failed, ErrorCodes.SessionUnknown, "The hub no longer knows the update, and cannot tell what became of it.");
            }
        }
    }

    private void TakeUp(IEnumerable<DeploymentRow> rows)
    {
        foreach (DeploymentRow row in rows)
        {
            if (row.State == ProgramStates.Probation)
            {
                Watch(row);
            }
            else if (row.State == ProgramStates.Condemned)
            {
                _condemned.Add(row.Device);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ITimer tick = _time.CreateTimer(_ => _mailbox.Writer.TryWrite(null), null, TimeSpan.Zero, LookEvery);
        await foreach (HubEvent? e in _mailbox.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await TakeAsync(e, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Such as a full disk: what stands in the database is looked at again with the next tick.
                _log.LogError(failure, "Watching programs failed at {Event}", e);
            }
        }
    }

    private void Post(bool wanted, HubEvent e)
    {
        if (wanted)
        {
            _mailbox.Writer.TryWrite(e);
        }
    }

    private async Task TakeAsync(HubEvent? e, CancellationToken cancellation)
    {
        switch (e)
        {
            case null:
                await LookAsync(cancellation).ConfigureAwait(false);
                break;
            case OtaProgress progress:
                Follow(progress.View, _store.Find(progress.View.Session));
                break;
            case OtaCorrected corrected:
                Follow(corrected.View, _store.Find(corrected.View.Session));
                break;
            case DeviceRenamed renamed:
                _programs.Rename(renamed.From, renamed.To);
                _watched.TryRemove(renamed.From, out _);
                TakeUp(_store.Of(renamed.To));
                break;
            case DeviceRemoved removed when _watched.TryGetValue(removed.Id, out (DeploymentRow Row, Probation) without):
                End(without.Row, ProgramStates.Failed, ErrorCodes.DeviceUnknown, "The device was removed from the hub while its program was watched.");
                break;
            case DeviceRevoked revoked when _watched.TryGetValue(revoked.Id, out (DeploymentRow Row, Probation) without):
                End(without.Row, ProgramStates.Failed, ErrorCodes.DeviceRevoked, "The device was revoked while its program was watched.");
                break;
            case DeviceOnline online when _watched.TryGetValue(online.Id, out (DeploymentRow, Probation Watch) there):
                there.Watch.Online(_time.GetUtcNow());
                break;
            case DeviceOffline offline when _watched.TryGetValue(offline.Id, out (DeploymentRow, Probation Watch) gone):
                gone.Watch.Offline();
                break;
            case DeviceMessage message when _watched.TryGetValue(message.Id, out (DeploymentRow Row, Probation Watch) watched):
                Hear(message, watched.Row, watched.Watch);
                break;
            default:
                break;
        }
    }

    // What became of an update, of a program of ours or of anything else that takes a program's place.
    private void Follow(OtaView view, DeploymentRow? row)
    {
        if (view.State == OtaStates.Confirmed)
        {
            foreach (DeploymentRow other in _store.Of(view.Device).Where(d => d.Session != view.Session && d.State is ProgramStates.Probation or ProgramStates.Healthy or ProgramStates.Unhealthy or ProgramStates.Condemned))
            {
                End(other, ProgramStates.Replaced, "", $"{view.Firmware} took its place.");
            }
        }

        switch (view.State)
        {
            // Also one that the hub had given up: the device's word counts.
            case OtaStates.Confirmed when row is { State: ProgramStates.Deploying or ProgramStates.Failed }:
                Confirm(row);
                break;
            case OtaStates.RolledBack when row is { State: ProgramStates.Deploying or ProgramStates.Failed }:
                End(row, ProgramStates.RolledBack, view.Code, $"The device went back by itself: {view.Reason}", $"device:{row.Device}");
                break;
            case OtaStates.Rejected or OtaStates.Failed when row is { State: ProgramStates.Deploying }:
                End(row, ProgramStates.Failed, view.Code, view.Reason, view.State == OtaStates.Rejected ? $"device:{row.Device}" : Caller.Hub.Actor);
                break;
            default:
                break;
        }
    }

    private void Confirm(DeploymentRow row)
    {
        long until = (_time.GetUtcNow() + TimeSpan.FromSeconds(_options.ProbationS)).ToUnixTimeSeconds();
        string state = _options.ProbationS > 0 ? ProgramStates.Probation : ProgramStates.Healthy;
        DeploymentRow confirmed = row with { State = state, Until = until, Code = "", Reason = _options.ProbationS > 0 ? $"The device confirmed it; it is watched for {_options.ProbationS} s." : "The device confirmed it." };
        if (_store.Move(row, confirmed, $"device:{row.Device}") && state == ProgramStates.Probation)
        {
            Watch(confirmed);
        }
    }

    private void Watch(DeploymentRow row)
    {
        if (_programs.Find(row.Device, row.Version) is not { IsOk: true } package)
        {
            return;
        }

        Probation watch = new(ExpectedBehaviour.Of(package.Value.Content), _options, DateTimeOffset.FromUnixTimeSeconds(row.Until), row.Faults);
        if (_gateway.IsOnline(row.Device))
        {
            watch.Online(_time.GetUtcNow());
        }

        _watched[row.Device] = (row, watch);
    }

    private void Hear(DeviceMessage message, DeploymentRow row, Probation watch)
    {
        long before = watch.Faults;
        if (ProbationMessages.Tell(watch, message, _time.GetUtcNow()) is { Length: > 0 } problem)
        {
            _gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The {message.Kind} is malformed: {problem}.");
        }
        else if (watch.Faults > before)
        {
            _store.CountFaults(row.Session, watch.Faults);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (++_looks % LooksBetweenCatchUps == 0)
        {
            CatchUp();
        }

        foreach ((string device, (DeploymentRow row, Probation watch)) in _watched)
        {
            ProbationVerdict verdict = watch.At(_time.GetUtcNow());
            if (verdict == ProbationVerdict.Healthy)
            {
                End(row, ProgramStates.Healthy, "", "It did well while it was watched.");
            }
            else if (verdict == ProbationVerdict.Unhealthy)
            {
                _log.LogWarning("{Program} is condemned: {Cause}", row.Name, watch.Cause);
                End(row, ProgramStates.Condemned, ErrorCodes.ProgramUnhealthy, watch.Cause);
                _condemned.Add(device);
            }
        }

        foreach (string device in _condemned.ToArray())
        {
            await GoBackAsync(device, cancellation).ConfigureAwait(false);
        }
    }

    private async Task GoBackAsync(string device, CancellationToken cancellation)
    {
        DeploymentRow? row = _store.Of(device).FirstOrDefault(d => d.State == ProgramStates.Condemned);
        if (row is null)
        {
            _condemned.Remove(device);
            return;
        }

        Result<OtaView> sent = await _deployer.GoBackAsync(row, cancellation).ConfigureAwait(false);
        if (sent.Error?.Code == ErrorCodes.SessionExists)
        {
            // Somebody updates the device already; what comes of that is awaited.
            return;
        }

        _condemned.Remove(device);
        _audit.Append(Caller.Hub, "program-rollback", device, sent.Error?.Code ?? "ok", $"from={row.Name} cause={row.Reason}");
        if (!sent.IsOk)
        {
            End(row, ProgramStates.Unhealthy, row.Code, $"{row.Reason} It runs on: {sent.Error!.Message}");
        }
    }

    private void End(DeploymentRow row, string state, string code, string reason, string? actor = null)
    {
        if (_watched.TryGetValue(row.Device, out (DeploymentRow Row, Probation) watched) && watched.Row.Session == row.Session)
        {
            _watched.TryRemove(row.Device, out _);
        }

        _store.Move(row, row with { State = state, Code = code, Reason = reason }, actor ?? Caller.Hub.Actor);
    }
}

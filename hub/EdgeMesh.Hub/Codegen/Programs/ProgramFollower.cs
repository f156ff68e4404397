using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Follows programs to their devices and watches them there. One that does not do well is gone back from.</summary>
/// <remarks>
/// Told one thing at a time, so that nothing happens twice. What it decides is in the database before it is acted on: after a kill it goes on from there, and
/// asks the updates what became of them meanwhile.
/// </remarks>
internal sealed class ProgramFollower(
    ProgramStore programs, DeploymentStore store, ProgramDeployer deployer, OtaService ota, DeviceGateway gateway, AuditLog audit, ProgramOptions options, TimeProvider time, ILogger log)
{
    private const int LooksBetweenCatchUps = 60;

    private readonly ConcurrentDictionary<string, (DeploymentRow Row, Probation Watch)> _watched = new();
    private readonly HashSet<string> _condemned = [];
    private long _looks;

    // Of a clock that never steps: a hub without a clock of its own gets the time from the network, at any time.
    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Whether a device's program is watched; may be asked at any time.</summary>
    internal bool Watches(string device) => _watched.ContainsKey(device);

    /// <summary>Takes up what was under way when the hub stopped.</summary>
    internal void Begin()
    {
        CatchUp();
        TakeUp(store.In(ProgramStates.Probation, ProgramStates.Condemned));
    }

    /// <summary>Takes an event; null for a look around.</summary>
    internal async Task TakeAsync(HubEvent? e, CancellationToken cancellation)
    {
        switch (e)
        {
            case null:
                await LookAsync(cancellation).ConfigureAwait(false);
                break;
            case OtaProgress progress:
                Follow(progress.View, store.Find(progress.View.Session));
                break;
            case OtaCorrected corrected:
                Follow(corrected.View, store.Find(corrected.View.Session));
                break;
            case DeviceRenamed renamed:
                Rename(renamed);
                break;
            case DeviceRemoved removed when _watched.TryGetValue(removed.Id, out (DeploymentRow Row, Probation) without):
                End(without.Row, ProgramStates.Failed, ErrorCodes.DeviceUnknown, "The device was removed from the hub while its program was watched.");
                break;
            case DeviceRevoked revoked when _watched.TryGetValue(revoked.Id, out (DeploymentRow Row, Probation) without):
                End(without.Row, ProgramStates.Failed, ErrorCodes.DeviceRevoked, "The device was revoked while its program was watched.");
                break;
            case DeviceOnline online when _watched.TryGetValue(online.Id, out (DeploymentRow, Probation Watch) there):
                there.Watch.Online(Now);
                break;
            case DeviceOffline offline when _watched.TryGetValue(offline.Id, out (DeploymentRow, Probation Watch) gone):
                gone.Watch.Offline(Now);
                break;
            case BrokerDisconnected:
                foreach ((DeploymentRow _, Probation missed) in _watched.Values)
                {
                    missed.Missed(Now);
                }

                break;
            case DeviceMessage message when _watched.TryGetValue(message.Id, out (DeploymentRow Row, Probation Watch) watched):
                Hear(message, watched.Row, watched.Watch);
                break;
            default:
                break;
        }
    }

    private void Rename(DeviceRenamed renamed)
    {
        _condemned.Remove(renamed.From);
        _watched.TryRemove(renamed.From, out _);
        // Where the new id has programs of an earlier device, the old ones stayed where they were, without a device.
        foreach (DeploymentRow row in store.Of(renamed.From).Where(d => d.State is ProgramStates.Deploying or ProgramStates.Probation or ProgramStates.Condemned))
        {
            End(row, ProgramStates.Failed, ErrorCodes.DeviceUnknown, $"The device goes on as {renamed.To}, an id with programs of an earlier device; this one stayed with {renamed.From}. Make and send one as {renamed.To}.");
        }

        TakeUp(store.Current(renamed.To));
    }

    // Of what nobody told here: while the hub was down, or the mailbox full.
    private void CatchUp()
    {
        foreach (DeploymentRow row in store.In(ProgramStates.Deploying))
        {
            if (ota.Find(row.Device, row.Session) is { } view)
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

    // What became of an update, of a program of ours or of anything else that takes a program's place.
    private void Follow(OtaView view, DeploymentRow? row)
    {
        // MicroPython itself is another slot: the program runs on, on the new one.
        if (view.State == OtaStates.Confirmed && ota.KindOf(view.Device, view.Session) != ImageKinds.Esp32Image)
        {
            foreach (DeploymentRow other in store.Of(view.Device).Where(d => d.Session != view.Session && d.State is ProgramStates.Probation or ProgramStates.Healthy or ProgramStates.Unhealthy or ProgramStates.Condemned))
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
        long until = (time.GetUtcNow() + TimeSpan.FromSeconds(options.ProbationS)).ToUnixTimeSeconds();
        string state = options.ProbationS > 0 ? ProgramStates.Probation : ProgramStates.Healthy;
        DeploymentRow confirmed = row with { State = state, Until = until, Code = "", Reason = options.ProbationS > 0 ? $"The device confirmed it; it is watched for {options.ProbationS} s." : "The device confirmed it." };
        if (store.Move(row, confirmed, $"device:{row.Device}") && state == ProgramStates.Probation)
        {
            Watch(confirmed);
        }
    }

    private void Watch(DeploymentRow row)
    {
        if (programs.Find(row.Device, row.Version) is not { IsOk: true } package)
        {
            return;
        }

        // What the wall clock says is left, at the one moment it is asked; never more than the whole.
        double leftS = double.Clamp((DateTimeOffset.FromUnixTimeSeconds(row.Until) - time.GetUtcNow()).TotalSeconds, 0, options.ProbationS);
        Probation watch = new(ExpectedBehaviour.Of(package.Value.Content), options, Now + TimeSpan.FromSeconds(leftS), row.Faults);
        if (gateway.IsOnline(row.Device))
        {
            watch.Online(Now);
        }

        _watched[row.Device] = (row, watch);
    }

    private void Hear(DeviceMessage message, DeploymentRow row, Probation watch)
    {
        long before = watch.Faults;
        if (ProbationMessages.Tell(watch, message, Now) is { Length: > 0 } problem)
        {
            gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The {message.Kind} is malformed: {problem}.");
        }
        else if (watch.Faults > before)
        {
            store.CountFaults(row.Session, watch.Faults);
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
            ProbationVerdict verdict = watch.At(Now);
            if (verdict == ProbationVerdict.Healthy)
            {
                End(row, ProgramStates.Healthy, "", "It did well while it was watched.");
            }
            else if (verdict == ProbationVerdict.Unhealthy)
            {
                log.LogWarning("{Program} is condemned: {Cause}", row.Name, watch.Cause);
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
        DeploymentRow? row = store.Of(device).FirstOrDefault(d => d.State == ProgramStates.Condemned);
        if (row is null)
        {
            _condemned.Remove(device);
            return;
        }

        Result<OtaView> sent = await deployer.GoBackAsync(row, cancellation).ConfigureAwait(false);
        if (sent.Error?.Code == ErrorCodes.SessionExists)
        {
            // Somebody updates the device already; what comes of that is awaited.
            return;
        }

        _condemned.Remove(device);
        audit.Append(Caller.Hub, "program-rollback", device, sent.Error?.Code ?? "ok", $"from={row.Name} cause={row.Reason}");
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

        store.Move(row, row with { State = state, Code = code, Reason = reason }, actor ?? Caller.Hub.Actor);
    }
}

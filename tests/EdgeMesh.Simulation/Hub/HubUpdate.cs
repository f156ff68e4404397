using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using EdgeMesh.Simulation.Bugs;

namespace EdgeMesh.Simulation.Hub;

/// <summary>One update under way, as the hub's OtaUpdate does it: the production sender, a mailbox before it, the wire behind it.</summary>
internal sealed class HubUpdate
{
    private readonly HubProcess _hub;
    private readonly DeviceSide _device;
    private readonly OtaSender _sender;
    private long _mailboxMs;
    private long _timerMs = long.MaxValue;

    internal HubUpdate(HubProcess hub, DeviceSide device, SessionRow row)
    {
        _hub = hub;
        _device = device;
        Row = row;
        _sender = new OtaSender(hub.World.SenderOptions, row.Transfer.Manifest, row.Transfer.ChunkBytes, row.State, row.CreatedMs, hub.Rate);
        SetTimer();
    }

    internal SessionRow Row { get; }

    private long NowMs => _hub.World.Time.NowMs;

    /// <summary>Something happened: it is taken up in its turn.</summary>
    internal void Post(SenderEvent e, Reported? answer = null)
    {
        if (HubBugs.Drops(_hub.World.Bug, e, _sender.State))
        {
            return;
        }

        _mailboxMs = Math.Max(_mailboxMs, NowMs + _hub.World.Random.Next(_hub.World.HubDelayMs));
        _hub.After(_mailboxMs - NowMs, () => Take(e, answer));
    }

    private void Take(SenderEvent e, Reported? answer)
    {
        if (OtaStates.IsFinal(_sender.State))
        {
            // The hub's update has left its loop; a report that comes after is kept by the service.
            return;
        }

        if (answer != null && _hub.World.Bug == SeededBug.HubAnswersReportBeforeItStoresIt)
        {
            _hub.Answer(_device, answer);
        }

        foreach (SenderEffect effect in _sender.Step(e, NowMs))
        {
            CarryOut(effect);
        }

        _hub.World.Promises.Bounded("the window of session " + Row.Session, _sender.Window, Limits.WindowMax);
        if (answer != null)
        {
            _hub.Answer(_device, answer);
        }

        if (OtaStates.IsFinal(_sender.State) && _device.Update == this)
        {
            _device.Update = null;
        }

        SetTimer();
    }

    private void CarryOut(SenderEffect effect)
    {
        switch (effect.Kind)
        {
            case SenderEffectKind.SendOffer:
                _hub.Send(_device, TopicKind.OtaOffer, Codec.Write(new Offer
                {
                    Session = Row.Session, Manifest = Row.Transfer.ManifestText, ChunkBytes = Row.Transfer.ChunkBytes, Window = _hub.World.Window,
                }));
                break;
            case SenderEffectKind.SendChunk: SendChunk(effect.Sequence); break;
            case SenderEffectKind.SendComplete:
                _hub.World.Promises.HubCompletes(Row);
                _hub.Send(_device, TopicKind.OtaComplete, Codec.Write(new Complete { Session = Row.Session }));
                break;
            case SenderEffectKind.SendAbort:
                _hub.Send(_device, TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = Row.Session, Code = _sender.Code, Reason = _sender.Reason }));
                break;
            default:
                _hub.MayDie();
                if (_hub.World.Bug != SeededBug.HubForgetsToStoreTheOutcome || !OtaStates.IsFinal(_sender.State))
                {
                    _hub.World.Store.Update(Row, _sender.State, _sender.Code);
                }

                _hub.World.Trace.Add("hub", $"session {Row.Session} of {Row.Device}: {_sender.State} {_sender.Code}");
                break;
        }
    }

    private void SendChunk(long sequence)
    {
        if (Row.Firmware.Removed)
        {
            Post(SenderEvent.Cancel(ErrorCodes.FirmwareDamaged, "The hub cannot read the image; remove the firmware and add it again."));
            return;
        }

        int length = Row.Transfer.LengthOf(sequence);
        byte[] frame = new byte[ChunkFrame.Overhead + length];
        Array.Copy(HubBugs.SourceOfChunk(_hub.World, Row, sequence).Bytes, sequence * Row.Transfer.ChunkBytes, frame, ChunkFrame.Overhead, length);
        _hub.SendChunk(_device, Row, sequence, frame);
    }

    private void SetTimer()
    {
        long dueMs = _sender.DueMs;
        if (dueMs == long.MaxValue || (_timerMs <= dueMs && _timerMs > NowMs))
        {
            return;
        }

        _timerMs = Math.Max(dueMs, NowMs + 1);
        long timerMs = _timerMs;
        _hub.After(timerMs - NowMs, () =>
        {
            if (timerMs == _timerMs)
            {
                _timerMs = long.MaxValue;
                Take(SenderEvent.Tick(), null);
            }
        });
    }
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Boot;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;
using EdgeMesh.Protocol.Security;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Updates;

/// <summary>Feeds the receiver and carries its effects to storage, hub and reset line.</summary>
/// <remarks>Where an effect on storage fails, the effects after it are dropped and the receiver is told; what it sends then goes out.</remarks>
internal sealed class Updater
{
    private const int SlicesMax = 4;
    private readonly Board _board;
    private readonly BootStore _boot;
    private readonly SlotFiles _slots;
    private readonly HubConnection _hub;
    private readonly ReceiverProfile _profile;
    private readonly OtaReceiver _receiver;
    private readonly TrustedKey[] _publishers;
    private byte[] _chunk = new byte[0];
    private int _chunkAt;
    private ImageHasher? _hasher;
    private OfferCheck? _check;

    internal Updater(Board board, BootStore boot, SlotFiles slots, HubConnection hub, ReceiverProfile profile, TrustedKey[] publishers)
    {
        _publishers = publishers;
        _board = board;
        _boot = boot;
        _slots = slots;
        _hub = hub;
        _profile = profile;
        _receiver = new OtaReceiver(profile);
    }

    /// <summary>Whether the hub wants the report of the last image again.</summary>
    internal bool ReportWanted { get; set; }

    /// <summary>When it wants to be polled, in milliseconds.</summary>
    internal long DueMs => _hasher != null || _check != null ? 0 : _receiver.DueMs;

    /// <summary>Takes up the transfer of an earlier boot, if there is one.</summary>
    internal void Restore()
    {
        Transfer? transfer = _boot.Record.Transfer;
        if (transfer == null)
        {
            return;
        }

        try
        {
            Step(ReceiverEvent.Restored(transfer, _slots.Length(_boot.Record.Spare)));
        }
        catch (StorageException e)
        {
            Fail(e);
        }
    }

    /// <summary>The hub is reached, or no longer.</summary>
    internal void SetOnline(bool online) => Step(online ? ReceiverEvent.Online() : ReceiverEvent.Offline());

    /// <summary>Hashes a slice, or tells the receiver the time.</summary>
    internal void Poll(long nowMs)
    {
        if (_hasher != null)
        {
            Hash(_hasher, nowMs);
        }

        if (_check != null && _check.Step(nowMs))
        {
            ReceiverEvent e = _check.Event;
            if (_check.Done)
            {
                _check = null;
            }

            Step(e);
        }

        if (nowMs >= _receiver.DueMs)
        {
            Step(ReceiverEvent.Tick());
        }
    }

    /// <summary>Takes an update's message.</summary>
    internal void Take(HubMessage message, long nowMs)
    {
        ReceiverEvent? e = message.Frame != null ? ReadFrame(message.Frame) : ReadJson(message);
        string problem = message.Body == null ? "" : message.Body.Problem;
        if (e == null || problem.Length > 0)
        {
            _hub.Refusals.Add(ErrorCodes.MessageInvalid, "An update's message is malformed: " + problem + ".");
            return;
        }

        BootRecord record = _boot.Record;
        _profile.Sequence = record.Sequence;

        // Where storage does not know yet that a trial is over, the slot it calls confirmed may be spare to the record at hand: until that
        // is written, no offer may empty it.
        _profile.OnTrial = record.Trial.Length > 0 || (message.Kind == TopicKind.OtaOffer && _boot.TrialStored && !Saved());
        _profile.AppliedSession = record.Report == null ? 0 : record.Report.Session;
        _profile.UnixSeconds = _hub.UnixSeconds(nowMs);
        _profile.Trusted = TrustedKey.Effective(_publishers, record.Keys);
        // The next transfer ends with the next report: what became of the last one must be heard before that.
        ReportWanted |= message.Kind == TopicKind.OtaOffer && record.Report != null && !record.ReportHeard;
        Step(e);
    }

    private bool Saved()
    {
        try
        {
            _boot.Save();
            return true;
        }
        catch (StorageException e)
        {
            _board.Log.Write(LogLevel.Error, "The boot record could not be written: " + e.Message);
            return false;
        }
    }

    private ReceiverEvent ReadFrame(byte[] frame)
    {
        _chunk = frame;
        _chunkAt = ChunkFrame.Overhead;
        return ReceiverEvent.ChunkArrived(ChunkFrame.SessionOf(frame), ChunkFrame.SequenceOf(frame), frame.Length - ChunkFrame.Overhead);
    }

    private ReceiverEvent? ReadJson(HubMessage message)
    {
        switch (message.Kind)
        {
            case TopicKind.OtaOffer: return ReceiverEvent.Offered(Codec.ReadOffer(message.Body!));
            case TopicKind.OtaComplete: return ReceiverEvent.Completed(Codec.ReadComplete(message.Body!).Session);
            case TopicKind.OtaAbortDown:
                Abort abort = Codec.ReadAbort(message.Body!);
                return ReceiverEvent.Aborted(abort.Session, abort.Code);
            default: return ReadChunk(message);
        }
    }

    private ReceiverEvent? ReadChunk(HubMessage message)
    {
        Chunk chunk = Codec.ReadChunk(message.Body!);
        byte[]? data = Base64.Decode(chunk.Data);
        if (data == null)
        {
            message.Body!.Note("data", "base64");
            return null;
        }

        _chunk = data;
        _chunkAt = 0;
        return ReceiverEvent.ChunkArrived(chunk.Session, chunk.Sequence, data.Length);
    }

    private void Hash(ImageHasher hasher, long nowMs)
    {
        try
        {
            // A fast platform has done several slices before its clock moves on; a slow one does one, and looks for messages.
            string sha256 = hasher.Step();
            for (int i = 1; i < SlicesMax && sha256.Length == 0 && _board.Clock.NowMs == nowMs; i++)
            {
                sha256 = hasher.Step();
            }

            if (sha256.Length > 0)
            {
                _hasher = null;
            }

            if (sha256.Length > 0 || hasher.ProgressDue(nowMs))
            {
                Step(ReceiverEvent.Hashed(hasher.Done, sha256));
            }
        }
        catch (StorageException e)
        {
            Fail(e);
        }
    }

    private void Step(ReceiverEvent e)
    {
        try
        {
            CarryOut(_receiver.Step(e, _board.Clock.NowMs), e);
        }
        catch (StorageException failure)
        {
            Fail(failure);
        }
    }

    private void Fail(StorageException failure)
    {
        _board.Log.Write(LogLevel.Error, "The update's storage failed (" + failure.Code + "): " + failure.Message);
        _hasher = null;
        ReceiverEvent e = ReceiverEvent.StorageFailed(failure.Code);
        ReceiverEffect[] effects = _receiver.Step(e, _board.Clock.NowMs);
        try
        {
            CarryOut(effects, e);
        }
        catch (StorageException again)
        {
            // The abort is on its way and the receiver at rest; the record is written again with its next change.
            _board.Log.Write(LogLevel.Error, "The boot record could not be written: " + again.Message);
        }
    }

    private void CarryOut(ReceiverEffect[] effects, ReceiverEvent e)
    {
        for (int i = 0; i < effects.Length; i++)
        {
            CarryOut(effects[i], e);
        }
    }

    private void CarryOut(ReceiverEffect effect, ReceiverEvent e)
    {
        BootRecord record = _boot.Record;
        switch (effect.Kind)
        {
            case ReceiverEffectKind.Send: Send(effect.Message!); break;
            case ReceiverEffectKind.CheckSignature:
                _check = new OfferCheck(_board.Crypto, _profile.Trusted, (Offer)effect.Message!, _board.Clock.NowMs);
                break;
            case ReceiverEffectKind.OpenSlot: OpenSlot((Transfer)effect.Message!); break;
            case ReceiverEffectKind.Adopt:
                record.Transfer = (Transfer)effect.Message!;
                _boot.Save();
                break;
            case ReceiverEffectKind.Trim: _slots.Cut(record.Spare, effect.Number); break;
            case ReceiverEffectKind.Append: _slots.Append(record.Spare, _chunk, _chunkAt, (int)e.Length); break;
            case ReceiverEffectKind.Hold:
                _slots.Hold(effect.Number % _profile.Window, record.Transfer!.ChunkBytes, _chunk, _chunkAt, (int)e.Length);
                break;
            case ReceiverEffectKind.AppendHeld:
                _slots.AppendHeld(
                    record.Spare, effect.Number % _profile.Window, record.Transfer!.ChunkBytes, record.Transfer.LengthOf(effect.Number));
                break;
            case ReceiverEffectKind.Flush: _slots.Flush(record.Spare); break;
            case ReceiverEffectKind.Hash:
                _slots.DropHeld();
                _hasher = new ImageHasher(_slots, record.Spare, record.Transfer!.Manifest.Size, _board.Crypto, _board.Clock.NowMs);
                break;
            case ReceiverEffectKind.Discard: Discard(); break;
            case ReceiverEffectKind.Apply: Apply((Transfer)effect.Message!); break;
            case ReceiverEffectKind.Report: ReportWanted = true; break;
            default:
                Reject refusal = (Reject)effect.Message!;
                _hub.Refusals.Add(refusal.Code, refusal.Reason);
                break;
        }
    }

    private void OpenSlot(Transfer transfer)
    {
        Manifest m = transfer.Manifest;
        _board.Log.Write(LogLevel.Info, "Takes " + m.Id + " " + m.Version + ", " + m.Size.ToString() + " bytes, as session " + transfer.Session.ToString() + ".");
        _hasher = null;
        BootSlots.BeginTransfer(_boot.Record, transfer);
        _boot.Save();
        _slots.Cut(_boot.Record.Spare, 0);
    }

    private void Discard()
    {
        _hasher = null;
        // Room first: where storage is full, the record can only be written once the slot is empty.
        _slots.DropHeld();
        _slots.Cut(_boot.Record.Spare, 0);
        BootSlots.EndTransfer(_boot.Record);
        _boot.Save();
    }

    private void Apply(Transfer transfer)
    {
        _boot.SaveTrial();
        _board.Log.Write(LogLevel.Info, "Boots " + transfer.Manifest.Id + " " + transfer.Manifest.Version + " on trial.");
        _board.Power.Reboot();
    }

    private void Send(object message)
    {
        if (message is Accept accept)
        {
            _hub.Send(TopicKind.OtaAccept, Codec.Write(accept));
        }
        else if (message is ChunkAck ack)
        {
            _hub.Send(TopicKind.OtaChunkAck, Codec.Write(ack), 0);
        }
        else if (message is Verify verify)
        {
            _hub.Send(TopicKind.OtaVerify, Codec.Write(verify));
        }
        else if (message is Reject reject)
        {
            _board.Log.Write(LogLevel.Warning, "Rejects session " + reject.Session.ToString() + " (" + reject.Code + "): " + reject.Reason);
            _hub.Send(TopicKind.OtaReject, Codec.Write(reject));
        }
        else
        {
            Abort abort = (Abort)message;
            _board.Log.Write(LogLevel.Warning, "Aborts session " + abort.Session.ToString() + " (" + abort.Code + "): " + abort.Reason);
            _hub.Send(TopicKind.OtaAbortUp, Codec.Write(abort));
        }
    }
}

using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Updates;

/// <content>What the receiver asks for: slots and boot record. Storage that fails throws out of here.</content>
internal sealed partial class Updater
{
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
            case ReceiverEffectKind.Send: _messages.Send(effect.Message!); break;
            case ReceiverEffectKind.CheckSignature:
                _check = new OfferCheck(_board.Crypto, _profile.Trusted, (Offer)effect.Message!, _board.Clock.NowMs);
                break;
            case ReceiverEffectKind.OpenSlot: OpenSlot((Transfer)effect.Message!); break;
            case ReceiverEffectKind.Adopt:
                record.Transfer = (Transfer)effect.Message!;
                _boot.Save();
                break;
            case ReceiverEffectKind.Trim: _slots.Cut(record.Spare, effect.Number); break;
            case ReceiverEffectKind.Append: _slots.Append(record.Spare, _messages.Chunk, _messages.ChunkAt, (int)e.Length); break;
            case ReceiverEffectKind.Hold:
                _slots.Hold(effect.Number % _profile.Window, record.Transfer!.ChunkBytes, _messages.Chunk, _messages.ChunkAt, (int)e.Length);
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
}

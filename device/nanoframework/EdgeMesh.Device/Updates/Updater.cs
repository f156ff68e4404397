using EdgeMesh.Contracts;
using EdgeMesh.Device.Boot;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Updates;

/// <summary>Feeds the receiver and carries its effects to storage, hub and reset line.</summary>
/// <remarks>Where an effect on storage fails, the effects after it are dropped and the receiver is told; what it sends then goes out.</remarks>
internal sealed partial class Updater
{
    private const int SlicesMax = 4;
    private readonly Board _board;
    private readonly BootStore _boot;
    private readonly SlotFiles _slots;
    private readonly HubConnection _hub;
    private readonly UpdateMessages _messages;
    private readonly ReceiverProfile _profile;
    private readonly OtaReceiver _receiver;
    private readonly TrustedKey[] _publishers;
    private ImageHasher? _hasher;
    private OfferCheck? _check;

    internal Updater(Board board, BootStore boot, SlotFiles slots, HubConnection hub, ReceiverProfile profile, TrustedKey[] publishers)
    {
        _publishers = publishers;
        _board = board;
        _boot = boot;
        _slots = slots;
        _hub = hub;
        _messages = new UpdateMessages(hub, board.Log);
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
        ReceiverEvent? e = _messages.Read(message);
        if (e == null)
        {
            return;
        }

        BootRecord record = _boot.Record;
        _profile.Sequence = record.Sequence;

        // Where storage does not know yet that a trial is over, the slot it calls confirmed may be spare to the record at hand: until that
        // is written, no offer may empty it.
        _profile.OnTrial = record.Trial.Length > 0 || (message.Kind == TopicKind.OtaOffer && _boot.TrialStored && _boot.TrySave() != null);
        _profile.AppliedSession = record.Report == null ? 0 : record.Report.Session;
        _profile.UnixSeconds = _hub.UnixSeconds(nowMs);
        _profile.Trusted = TrustedKey.Effective(_publishers, record.Keys);
        // The next transfer ends with the next report: what became of the last one must be heard before that.
        ReportWanted |= message.Kind == TopicKind.OtaOffer && record.Report != null && !record.ReportHeard;
        Step(e);
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
}

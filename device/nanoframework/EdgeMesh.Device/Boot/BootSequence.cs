using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Boot;

/// <summary>From power on to the image that runs: counts a trial's attempt, and runs no image whose hash is not the record's.</summary>
internal sealed class BootSequence
{
    private const int ReadTries = 3;
    private const int ReadPauseMs = 100;
    private readonly Board _board;
    private readonly BootStore _boot;
    private readonly SlotFiles _slots;

    internal BootSequence(Board board, BootStore boot, SlotFiles slots)
    {
        _board = board;
        _boot = boot;
        _slots = slots;
    }

    /// <summary>The slot that boots; empty where none holds a program.</summary>
    internal string Slot { get; private set; } = "";

    /// <summary>The bytes of the image to run; null where no slot holds one.</summary>
    internal byte[]? Select()
    {
        BootRecord record = _boot.Record;
        bool changed = false;
        while (true)
        {
            // Only a trial's boot changes the record: a confirmed one must not wear the flash.
            changed |= record.Trial.Length > 0 && record.Probe != "old";
            Slot = BootSlots.Select(record);
            if (changed && !Save(record))
            {
                Slot = record.ImageIn(record.Confirmed) == null ? "" : record.Confirmed;
            }

            if (Slot.Length == 0)
            {
                _board.Log.Write(LogLevel.Info, "No program is here yet.");
                return null;
            }

            SlotImage image = record.ImageIn(Slot)!;
            byte[]? bytes;
            try
            {
                bytes = Read(image);
            }
            catch (StorageException e)
            {
                _board.Log.Write(LogLevel.Error, "Slot " + Slot + " cannot be read: " + e.Message);
                if (Slot != record.Trial)
                {
                    // It may be read at the next boot, so the record keeps it; until then the hub can still reach the client.
                    Slot = "";
                    return null;
                }

                BootSlots.Condemn(record, e.Code, "The image in the slot cannot be read.");
                changed = true;
                continue;
            }

            if (bytes != null)
            {
                string attempt = Slot == record.Trial ? ", on trial, attempt " + record.Attempts.ToString() : "";
                _board.Log.Write(LogLevel.Info, "Boots " + image.Id + " " + image.Version + " from slot " + Slot + attempt + ".");
                return bytes;
            }

            _board.Log.Write(LogLevel.Error, "The image in slot " + Slot + " is damaged; it will not run.");
            BootSlots.Broken(record, Slot);
            changed = true;
        }
    }

    // Tries again where storage fails, since that says nothing of the image; throws where it goes on failing.
    private byte[]? Read(SlotImage image)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return _slots.ReadVerified(Slot, image, _board.Crypto);
            }
            catch (StorageException)
            {
                if (tries == ReadTries)
                {
                    throw;
                }
            }

            _board.Clock.Wait(ReadPauseMs);
        }
    }

    // An attempt that is not counted could be made for ever: where the record cannot be written, no program is tried.
    private bool Save(BootRecord record)
    {
        StorageException? failure = _boot.TrySave();
        if (failure != null && record.Trial.Length > 0)
        {
            BootSlots.Condemn(record, failure.Code, "The boot record could not be written, so no trial can be counted.");
        }

        return failure == null;
    }
}

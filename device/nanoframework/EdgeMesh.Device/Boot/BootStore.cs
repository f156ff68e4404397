using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Boot;

/// <summary>The boot record on storage: the files <c>boot0</c> and <c>boot1</c>, written in turn.</summary>
internal sealed class BootStore
{
    private const int RecordBytesMax = 16384;
    private readonly IStorage _storage;
    private readonly IDeviceLog _log;

    internal BootStore(IStorage storage, IDeviceLog log)
    {
        _storage = storage;
        _log = log;
        Record = Load();
    }

    /// <summary>The record that the client acts on.</summary>
    internal BootRecord Record { get; }

    /// <summary>Whether a change of the record has not reached storage.</summary>
    internal bool Unsaved { get; private set; }

    /// <summary>Whether storage still tells of a trial that is over.</summary>
    internal bool TrialStored => Unsaved && Load().Trial.Length > 0;

    /// <summary>Writes the record. Throws <see cref="StorageException"/>; it is unsaved then.</summary>
    internal void Save()
    {
        Unsaved = true;
        Write(Record);
        Unsaved = false;
    }

    /// <summary>Writes the record, or tells the log why that failed; it is unsaved then.</summary>
    /// <returns>The failure; null where it was written.</returns>
    internal StorageException? TrySave()
    {
        try
        {
            Save();
            return null;
        }
        catch (StorageException e)
        {
            _log.Write(LogLevel.Error, "The boot record could not be written: " + e.Message);
            return e;
        }
    }

    /// <summary>Puts the transfer's image on trial from the next boot on. The record at hand stays as it is: the board boots now.</summary>
    internal void SaveTrial()
    {
        // From what storage says, so that a failed write leaves this boot's record as true as it was.
        BootRecord next = Load();
        BootSlots.BeginTrial(next);
        Write(next);
    }

    private BootRecord Load() => BootRecord.Newest(_storage.Read("boot0", RecordBytesMax), _storage.Read("boot1", RecordBytesMax));

    private void Write(BootRecord record)
    {
        byte[] bytes = record.Next(out int file);
        try
        {
            _storage.Write("boot" + file.ToString(), bytes);
        }
        catch (StorageException)
        {
            // The next try goes to the same file: the other one holds the only record that is whole.
            record.Generation--;
            throw;
        }
    }
}

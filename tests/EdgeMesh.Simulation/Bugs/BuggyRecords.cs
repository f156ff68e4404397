using System.Text;
using EdgeMesh.Device.Platform;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Device;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>Storage under a client that keeps a wrong boot record: each record is altered, or left unwritten, on its way.</summary>
internal sealed class BuggyRecords(SimulatedBoard board, IStorage disk) : BuggyFiles(board.World.Bug, disk)
{
    private const int CrcTailBytes = 18;

    public override byte[]? Read(string name, int maxBytes)
    {
        byte[]? bytes = base.Read(name, maxBytes);
        return bytes != null && board.World.Bug == SeededBug.IgnoreTheRecordsChecksum && bytes.Length > CrcTailBytes ? WithChecksum(bytes) : bytes;
    }

    public override void Write(string name, byte[] bytes)
    {
        BootRecord? record = name.StartsWith("boot", System.StringComparison.Ordinal) ? BootRecord.Read(bytes) : null;
        if (record == null)
        {
            base.Write(name, bytes);
            return;
        }

        BootRecord stored = board.StoredRecord;
        switch (board.World.Bug)
        {
            case SeededBug.ConfirmWithoutTheHub when record.Trial.Length > 0: BootSlots.Confirm(record); break;
            case SeededBug.ForgetTheTransfer: record.Transfer = null; break;
            case SeededBug.ForgetTheTrial when record.Trial.Length > 0 && stored.Trial.Length == 0: return;
            case SeededBug.ForgetTheCondemnation when record.Report is { State: OtaStates.RolledBack } && stored.Trial.Length > 0: return;
            case SeededBug.DoNotCountAttempts: record.Attempts = 0; break;
            case SeededBug.ForgetTheHighestSequence: record.Sequence = 0; break;
            case SeededBug.ReportCountsAsHeard: record.ReportHeard = record.Trial.Length == 0; break;
            default: break;
        }

        record.Generation--;
        base.Write(name, record.Next(out _));
    }

    private static byte[] WithChecksum(byte[] bytes)
    {
        byte[] crc = new byte[4];
        Bytes.PutUInt32(crc, 0, Crc32.Compute(bytes, bytes.Length - CrcTailBytes));
        byte[] tail = Encoding.UTF8.GetBytes(",\"crc\":\"" + Hex.Encode(crc) + "\"}");
        return [.. bytes[..^CrcTailBytes], .. tail];
    }
}

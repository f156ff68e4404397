using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Simulation.Device;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>Defects of the device, made by wrapping what the production client stands on.</summary>
internal static class DeviceBugs
{
    internal static IStorage Wrap(SimulatedBoard board, IStorage disk) => board.World.NanoBug switch
    {
        SeededBug.ConfirmWithoutTheHub or SeededBug.ForgetTheTransfer or SeededBug.ForgetTheTrial or SeededBug.ForgetTheCondemnation
            or SeededBug.DoNotCountAttempts or SeededBug.ForgetTheHighestSequence or SeededBug.IgnoreTheRecordsChecksum
            or SeededBug.ReportCountsAsHeard => new BuggyRecords(board, disk),
        SeededBug.OverwriteTheActiveSlot or SeededBug.KeepOneRecordOnly or SeededBug.AcknowledgeBeforeFlush => new BuggyFiles(board.World.NanoBug, disk),
        _ => disk,
    };

    internal static IMqttConnection Wrap(SimulatedBoard board, IMqttConnection connection) => board.World.NanoBug switch
    {
        SeededBug.RevertOnSilence or SeededBug.ApplyWithoutComplete or SeededBug.NeverRepeatTheReport => new BuggyConnection(board, connection),
        _ => connection,
    };

    internal static ICrypto Wrap(World world, ICrypto crypto) => world.NanoBug == SeededBug.SkipTheHash ? new BuggyCrypto(world, crypto) : crypto;
}

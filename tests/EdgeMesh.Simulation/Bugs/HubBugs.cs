using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using EdgeMesh.Simulation.Hub;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>Defects of the hub, made by altering what reaches or leaves the production sender.</summary>
internal static class HubBugs
{
    /// <summary>Whether the sender never hears of an event.</summary>
    internal static bool Drops(SeededBug bug, SenderEvent e, string state) =>
        bug == SeededBug.HubForgetsToOfferAgain && e.Kind == SenderEventKind.Online && state != OtaStates.Offered;

    /// <summary>What a hub that ignores counters reads of a refused message; null for a sound hub.</summary>
    internal static JsonObject? OpenAgain(SeededBug bug, Opened refused, byte[] payload) =>
        bug == SeededBug.HubAcceptsAnOldCounter && refused.Code == ErrorCodes.Replayed ? SignedJson.Parse(payload, out _) : null;

    /// <summary>The image that a chunk is of: a device that ignores sessions takes a late one of the update before.</summary>
    internal static Firmware SourceOfChunk(World world, SessionRow row, long sequence)
    {
        if (world.Bug != SeededBug.TakeAnotherSessionsChunk || world.Random.Next(20) > 0)
        {
            return row.Firmware;
        }

        SessionRow? before = world.Store.Sessions.LastOrDefault(s => s.Device == row.Device && s.Session < row.Session);
        return before != null && before.Firmware.Bytes.Length >= (sequence * row.Transfer.ChunkBytes) + row.Transfer.LengthOf(sequence)
            ? before.Firmware
            : row.Firmware;
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Simulation.Hub;

/// <summary>An image that the hub may hand out; its bytes are gone once it is removed.</summary>
internal sealed class Firmware(string id, byte[] bytes, string sha256)
{
    internal string Id => id;

    internal string Sha256 => sha256;

    internal byte[] Bytes => bytes;

    internal bool Removed { get; set; }
}

/// <summary>An update as the database keeps it.</summary>
internal sealed class SessionRow(long session, string device, Firmware firmware, Transfer transfer, long createdMs)
{
    internal long Session => session;

    internal string Device => device;

    internal Firmware Firmware => firmware;

    internal Transfer Transfer => transfer;

    internal long CreatedMs => createdMs;

    internal string State { get; set; } = OtaStates.Offered;

    internal string Code { get; set; } = "";

    internal bool Open => !OtaStates.IsFinal(State);
}

/// <summary>What outlives the hub: its database and its image folder. A statement is carried out whole or not at all.</summary>
internal sealed class HubStore
{
    private readonly Dictionary<string, long> _sequences = [];
    private long _sequence;

    internal List<SessionRow> Sessions { get; } = [];

    internal List<Firmware> Firmware { get; } = [];

    internal long NextSequence() => ++_sequence;

    internal long SequenceOf(string device) => _sequences.GetValueOrDefault(device);

    internal void SetSequence(string device, long sequence) => _sequences[device] = sequence;

    /// <summary>Adds an update; null where the device has an open one.</summary>
    internal SessionRow? Add(string device, Firmware firmware, Transfer transfer, long nowMs)
    {
        if (Sessions.Any(s => s.Device == device && s.Open))
        {
            return null;
        }

        SessionRow row = new(Sessions.Count + 1, device, firmware, transfer, nowMs);
        Sessions.Add(row);
        return row;
    }

    internal SessionRow? Find(string device, long session) => Sessions.Find(s => s.Device == device && s.Session == session);

    /// <summary>Records where an update stands. The unique index over the open ones of a device refuses a second.</summary>
    internal void Update(SessionRow row, string state, string code)
    {
        if (!OtaStates.IsFinal(state) && Sessions.Any(s => s != row && s.Device == row.Device && s.Open))
        {
            throw new InvalidOperationException($"UNIQUE constraint failed: {row.Device} has another open session than {row.Session}.");
        }

        row.State = state;
        row.Code = code;
    }
}

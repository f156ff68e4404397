using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Device;
using EdgeMesh.Simulation.Hub;

namespace EdgeMesh.Simulation;

/// <summary>What must hold at every step. The first that does not ends the run.</summary>
internal sealed class Promises(World world)
{
    private readonly Dictionary<string, DeviceHistory> _devices = [];
    private readonly HashSet<long> _completed = [];
    private readonly HashSet<long> _answeredApplying = [];
    private readonly HashSet<string> _actedOn = [];
    private readonly Dictionary<long, long> _chunksSent = [];

    /// <summary>Messages of updates so far, both ways.</summary>
    internal long OtaMessages { get; private set; }

    internal DeviceHistory Of(SimulatedBoard board)
    {
        if (!_devices.TryGetValue(board.Id, out DeviceHistory? history))
        {
            _devices[board.Id] = history = new DeviceHistory();
        }

        return history;
    }

    /// <summary>The board's power is on: what will it find?</summary>
    internal void Boots(SimulatedBoard board)
    {
        // What was acknowledged and not flushed may be gone; a late copy of its chunk is acknowledged anew.
        Of(board).Acknowledged = 0;
        BootRecord record = board.StoredRecord;
        See(board, record);
        if (Of(board).Confirmed.Count == 0)
        {
            return;
        }

        SlotImage? good = record.ImageIn(record.Confirmed);
        byte[]? bytes = good == null ? null : board.Disk.Read(record.Confirmed + ".img", int.MaxValue);
        Hold(good != null && bytes != null && Convert.ToHexStringLower(SHA256.HashData(bytes)) == good.Sha256, board, "lost its last good program");
    }

    /// <summary>The client stands.</summary>
    internal void Booted(SimulatedBoard board) =>
        Hold(board.LoadedAny || Of(board).Confirmed.Count == 0, board, "booted no program although it had one");

    /// <summary>An image is about to run.</summary>
    internal void ImageRuns(SimulatedBoard board, string sha256)
    {
        BootRecord record = board.StoredRecord;
        Hold(
            record.ImageIn("a")?.Sha256 == sha256 || record.ImageIn("b")?.Sha256 == sha256,
            board, "runs an image whose hash is not its manifest's");
        SlotImage? trial = record.ImageIn(record.Trial);
        if (trial != null && trial.Sha256 == sha256 && record.Probe != "old")
        {
            int boots = ++Of(board).TrialBoots;
            Hold(boots <= Limits.TrialAttempts, board, $"boots session {trial.Session} on trial for the {boots}th time");
        }
    }

    /// <summary>A file was replaced: it may be the boot record.</summary>
    internal void RecordMayHaveChanged(SimulatedBoard board)
    {
        See(board, board.StoredRecord);
        // The MicroPython agent cuts a slot's file by way of a copy.
        long bound = ((board.MicroPython ? 3 : 2) * board.Configuration.SlotBytes) + (board.Configuration.Window * board.Configuration.ChunkBytes) + (2 * 16384);
        Bounded("the storage of " + board.Id, board.Disk.UsedBytes, bound);
    }

    /// <summary>A device sends: it may say no more than what its next boot would know.</summary>
    internal void DevicePublishes(SimulatedBoard board, string topic, byte[] payload)
    {
        if (!topic.Contains("/ota/", StringComparison.Ordinal))
        {
            return;
        }

        OtaMessages++;
        world.Faults.AtMoment(board);
        if (world.Trace.On)
        {
            world.Trace.Add(board.Id, topic[(topic.IndexOf("/up/", StringComparison.Ordinal) + 4)..] + " " + Encoding.UTF8.GetString(payload));
        }

        JsonObject body = JsonReader.Parse(payload, payload.Length, out _)!;
        BootRecord record = board.StoredRecord;
        switch (topic[(topic.LastIndexOf('/') + 1)..])
        {
            case "accept":
                Accept accept = Codec.ReadAccept(body);
                Stores(board, record, accept.Session);
                Keeps(board, record, accept.Next, "accepts from");
                Of(board).Acknowledged = accept.Next;
                break;
            case "chunk-ack":
                ChunkAck ack = Codec.ReadChunkAck(body);
                Stores(board, record, ack.Session);
                Acknowledges(board, record, ack.Next);
                break;
            case "verify" when Codec.ReadVerify(body).Sha256.Length > 0 && record.Transfer != null:
                Keeps(board, record, record.Transfer.ChunkCount, "has verified");
                break;
            case "report":
                Report report = Codec.ReadReport(body);
                Hold(record.Report?.Session == report.Session && record.Report.State == report.State, board, $"reports {report.State} and has not stored it");
                break;
            case "abort":
                Abort abort = Codec.ReadAbort(body);
                Hold(abort.Code != ErrorCodes.HashMismatch || Of(board).Damaged, board, "got another image than the hub's over a sound disk");
                break;
            default: break;
        }
    }

    internal void CommandRan(SimulatedBoard board, string name) => Hold(Of(board).Commands.Add(name), board, $"ran command {name} twice");

    internal void HubCompletes(SessionRow row) => _completed.Add(row.Session);

    internal void HubAnswers(string device, Reported answer)
    {
        SessionRow? row = world.Store.Find(device, answer.Session);
        if (answer.State == OtaStates.Applying)
        {
            _answeredApplying.Add(answer.Session);
        }
        else if (row != null && row.State != answer.State)
        {
            world.Time.Fail($"The hub answers {device} that session {answer.Session} is {answer.State}, and has stored {row.State}.");
        }
    }

    /// <summary>The hub acts on a verified message.</summary>
    internal void HubActsOn(string device, byte[] payload)
    {
        string mac = Encoding.ASCII.GetString(payload, payload.Length - 66, 64);
        if (!_actedOn.Add(mac))
        {
            world.Time.Fail($"The hub acted twice on a message of {device}.");
        }
    }

    internal void ChunkSent(SessionRow row)
    {
        OtaMessages++;
        long sent = _chunksSent[row.Session] = _chunksSent.GetValueOrDefault(row.Session) + 1;
        Bounded($"chunks sent in session {row.Session} of {row.Transfer.ChunkCount}", sent, 500 + (40 * row.Transfer.ChunkCount));
    }

    internal void Bounded(string what, long value, long bound)
    {
        if (value > bound)
        {
            world.Time.Fail($"Over its bound: {what} is {value}, the bound {bound}.");
        }
    }

    private void Stores(SimulatedBoard board, BootRecord record, long session) =>
        Hold(record.Transfer?.Session == session, board, $"answers for session {session} and has not stored it");

    private void Keeps(SimulatedBoard board, BootRecord record, long next, string says) =>
        Hold(IsFlushed(board, record, next), board, $"{says} {next} chunks and has not flushed them");

    // An acknowledgement moves the window at once; a power cut may take back what was acknowledged in the last second, and no more.
    private void Acknowledges(SimulatedBoard board, BootRecord record, long next)
    {
        DeviceHistory history = Of(board);
        if (next < history.Acknowledged || IsFlushed(board, record, history.Acknowledged))
        {
            (history.Acknowledged, history.AcknowledgedMs) = (next, world.Time.NowMs);
        }

        // A slow flash holds a message up behind the writes of the same step.
        long boundMs = OtaReceiver.FlushDelayMs + (world.Faults.FlashMs * board.Configuration.Window);
        Hold(
            world.Time.NowMs - history.AcknowledgedMs <= boundMs, board,
            $"acknowledged {history.Acknowledged} chunks long ago and has not flushed them");
    }

    private static bool IsFlushed(SimulatedBoard board, BootRecord record, long next) =>
        record.Transfer == null
        || board.Disk.DurableLength(record.Spare + ".img") >= Math.Min(next * record.Transfer.ChunkBytes, record.Transfer.Manifest.Size);

    private void See(SimulatedBoard board, BootRecord record)
    {
        DeviceHistory history = Of(board);
        Hold(record.Sequence >= history.Sequence, board, $"forgot its highest sequence {history.Sequence}, and says {record.Sequence}");
        history.Sequence = record.Sequence;
        if (record.Trial.Length == 0 || record.Probe == "old")
        {
            // A trial begins to count anew once the old slot was tried for a silent hub.
            history.TrialBoots = 0;
        }

        if (record.Trial.Length > 0)
        {
            long trial = record.ImageIn(record.Trial)!.Session;
            Hold(_completed.Contains(trial), board, $"began the trial of session {trial} without the hub's COMPLETE");
        }

        if (record.Report is { State: OtaStates.RolledBack } report)
        {
            history.RolledBack.Add(report.Session);
        }

        SlotImage? confirmed = record.ImageIn(record.Confirmed);
        Hold(confirmed == null || record.Sequence >= confirmed.Sequence, board, $"says the highest sequence {record.Sequence}, and confirmed {confirmed?.Sequence}");
        if (confirmed != null && (history.Confirmed.Count == 0 || history.Confirmed[^1] != confirmed.Session))
        {
            Hold(!history.Confirmed.Contains(confirmed.Session), board, $"went back to session {confirmed.Session} from a confirmed one");
            Hold(_answeredApplying.Contains(confirmed.Session), board, $"confirmed session {confirmed.Session} without the hub");
            history.Confirmed.Add(confirmed.Session);
        }
    }

    private void Hold(bool holds, SimulatedBoard board, string otherwise)
    {
        if (!holds)
        {
            world.Time.Fail($"{board.Id} {otherwise}.");
        }
    }
}

/// <summary>What was seen of a device over all its boots.</summary>
internal sealed class DeviceHistory
{
    /// <summary>Sessions whose image was confirmed, in their order.</summary>
    internal List<long> Confirmed { get; } = [];

    internal HashSet<long> RolledBack { get; } = [];

    /// <summary>Chunks that were acknowledged when all before them were flushed, and when that was.</summary>
    internal long Acknowledged { get; set; }

    internal long AcknowledgedMs { get; set; }

    /// <summary>Boots of the program on trial since it began, or since the old slot was tried.</summary>
    internal int TrialBoots { get; set; }

    internal HashSet<string> Commands { get; } = [];

    internal long Sequence { get; set; }

    /// <summary>Whether its flash has lied.</summary>
    internal bool Damaged { get; set; }
}

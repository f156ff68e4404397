using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.Device;
using EdgeMesh.Simulation.Faults;
using EdgeMesh.Simulation.Hub;
using EdgeMesh.Simulation.Network;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation;

/// <summary>A hub, a broker and a small fleet, all from one seed.</summary>
internal sealed class World
{
    internal const string Site = "home";
    private const long StepsMax = 1_000_000;
    private const string DeviceType = "esp32";
    private readonly Fleet _fleet;
    private readonly int _imageBytesMax;

    internal World(int seed, Fleet fleet, SeededBug bug, int traceLines)
    {
        Bug = bug;
        _fleet = fleet;
        Random = new Random(seed);
        Time = new VirtualTime(StepsMax);
        Trace = new Trace(Time, traceLines);
        Promises = new Promises(this);
        Weather = new Weather(Random);
        Broker = new BrokerModel(Time, Weather);
        Faults = new FaultDice(this, Random, seed);
        Operator = new Operator(this, Random);
        BusyPollMs = Random.Next(3) == 0 ? Random.Next(2, 40) : 1;
        HubDelayMs = Random.Next(4) == 0 ? Random.Next(1, 500) : 1;
        ChunkBytes = Random.Next(2) == 0 ? 256 : Random.Next(256, 1025);
        Window = Random.Next(3) == 0 ? Random.Next(1, 4) : Random.Next(1, Limits.WindowMax + 1);
        _imageBytesMax = Random.Next(1, 24) * ChunkBytes;
        SenderOptions.LimitMs = Random.Next(5) == 0 ? Random.Next(600_000, 3_600_000) : SenderOptions.LimitMs;
        // Dice of their own: what is drawn here must not move the others'.
        Random limits = new(~seed);
        SenderOptions.BytesPerSecond = limits.Next(4) == 0 ? limits.Next(1024, 20_000) : 0;
        BytesPerSecond = limits.Next(4) == 0 ? limits.Next(1024, 20_000) : 0;
        int boards = Random.Next(1, 4);
        for (int i = 1; i <= boards; i++)
        {
            // The first is of the kind that the fleet is about, the others of either.
            bool microPython = fleet == Fleet.MicroPython && (i == 1 || limits.Next(2) == 0);
            Boards.Add(new SimulatedBoard(this, "board-" + i, Configuration("board-" + i), microPython));
        }
    }

    internal SeededBug Bug { get; }

    /// <summary>The bug that C# devices have; in a fleet that is about MicroPython they are sound, so that none is caught in their place.</summary>
    internal SeededBug NanoBug => _fleet == Fleet.Nano ? Bug : SeededBug.None;

    internal Random Random { get; }

    internal VirtualTime Time { get; }

    internal Trace Trace { get; }

    internal Promises Promises { get; }

    internal Weather Weather { get; }

    internal BrokerModel Broker { get; }

    internal FaultDice Faults { get; }

    internal Operator Operator { get; }

    internal List<SimulatedBoard> Boards { get; } = [];

    internal HubStore Store { get; } = new();

    /// <summary>The hub's process; null while it is down.</summary>
    internal HubProcess? Hub { get; private set; }

    /// <summary>How long a poll takes that had something to do, in milliseconds.</summary>
    internal int BusyPollMs { get; }

    /// <summary>How long the hub takes to get to an event, at most, in milliseconds.</summary>
    internal int HubDelayMs { get; }

    internal int ChunkBytes { get; }

    internal int Window { get; }

    internal SenderOptions SenderOptions { get; } = new();

    /// <summary>The hub's limit over all updates; 0 for none.</summary>
    internal long BytesPerSecond { get; }

    internal long UnixSeconds => 1_800_000_000 + (Time.NowMs / 1000);

    /// <summary>Starts the hub's process.</summary>
    internal void RestartHub() => Hub = new HubProcess(this);

    /// <summary>The hub's process is gone.</summary>
    internal void HubDied()
    {
        Hub = null;
        Faults.HubDied();
    }

    /// <summary>Has the hub do something, if it runs.</summary>
    internal void Ask(Action<HubProcess> operation)
    {
        if (Hub is { } hub)
        {
            hub.Do(() => operation(hub));
        }
    }

    /// <summary>Adds an image whose program behaves so.</summary>
    internal Firmware AddFirmware(Behaviour behaviour)
    {
        byte[] head = Encoding.UTF8.GetBytes(_fleet == Fleet.Nano ? $"{(int)behaviour}:{Store.Firmware.Count:0000}\n" : Program(behaviour, Store.Firmware.Count));
        byte[] image = new byte[Math.Max(head.Length, Random.Next(_imageBytesMax))];
        Random.NextBytes(image);
        for (int i = 0; i < image.Length; i++)
        {
            // What follows the program is a comment: no line may end in it.
            image[i] |= 0x20;
        }

        head.CopyTo(image, 0);
        Firmware firmware = new($"app-{Store.Firmware.Count}-{behaviour}", image, Convert.ToHexStringLower(SHA256.HashData(image)));
        Store.Firmware.Add(firmware);
        return firmware;
    }

    // A C# device looks at the first digit alone, the MicroPython agent runs it.
    private static string Program(Behaviour behaviour, int number) =>
        $"{(int)behaviour};n={1000 + number};import simulated;setup,loop=simulated.program({(int)behaviour}){(behaviour == Behaviour.Unloadable ? ")" : "")}#";

    internal static Behaviour BehaviourOf(byte[] image) => (Behaviour)(image[0] - '0');

    internal Manifest ManifestOf(string device, Firmware firmware, long sequence) => new()
    {
        Id = "app", Version = firmware.Id, Sequence = sequence, Kind = Boards.Find(b => b.Id == device)!.ImageKind, DeviceType = DeviceType, Size = firmware.Bytes.Length,
        Sha256 = firmware.Sha256, Created = UnixSeconds,
    };

    /// <summary>What has not come to rest yet, as a sentence; empty where all has.</summary>
    internal string Unsettled()
    {
        if (Store.Sessions.Find(s => s.Open) is { } open)
        {
            return $"Session {open.Session} of {open.Device} is still {open.State}.";
        }

        foreach (SimulatedBoard board in Boards)
        {
            if (!board.Online)
            {
                return board.Id + " is not online.";
            }

            // That a report was heard may be stored with a later change: a boot before that reports again.
            BootRecord record = board.StoredRecord;
            if (record.Trial.Length > 0 || (record.Report != null && !board.ReportHeard))
            {
                return $"{board.Id} is still on trial, or its report is not heard: {record.Report?.Session} {record.Report?.State}.";
            }
        }

        return "";
    }

    /// <summary>Where hub and devices do not say the same, as a sentence; empty where they agree.</summary>
    internal string Disagreement()
    {
        foreach (SimulatedBoard board in Boards)
        {
            DeviceHistory history = Promises.Of(board);
            SessionRow? wrong = history.Confirmed.Select(s => Store.Find(board.Id, s)!).FirstOrDefault(r => r.State != OtaStates.Confirmed)
                ?? history.RolledBack.Select(s => Store.Find(board.Id, s)!).FirstOrDefault(r => r.State != OtaStates.RolledBack);
            if (wrong != null)
            {
                bool confirmed = history.Confirmed.Contains(wrong.Session);
                return $"{board.Id} {(confirmed ? "confirmed" : "rolled back")} session {wrong.Session}, and the hub says {wrong.State}.";
            }

            SessionRow? unknown = Store.Sessions.Find(
                s => s.Device == board.Id && s.State == OtaStates.Confirmed && !history.Confirmed.Contains(s.Session));
            if (unknown != null)
            {
                return $"The hub says that {board.Id} confirmed session {unknown.Session}, which it did not.";
            }
        }

        return "";
    }

    private string Configuration(string id)
    {
        string key = string.Concat(Enumerable.Repeat(id[^1] + "123456789abcdef", 4));
        int window = Random.Next(1, 17);
        long patienceMs = Random.Next(2) == 0 ? 600_000 : Random.Next(30_000, 120_000);
        return $$"""
            {"site":"{{Site}}","device":"{{id}}","type":"{{DeviceType}}","key":"{{key}}","host":"hub.local","port":1883,"window":{{window}},
            "chunk_bytes":1024,"slot_bytes":{{Math.Max(1024, _imageBytesMax - Random.Next(500))}},"healthy_after_ms":{{Random.Next(1000, 15_000)}},"hub_patience_ms":{{patienceMs}}}
            """;
    }
}

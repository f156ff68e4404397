using System;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Device;
using EdgeMesh.Simulation.Hub;

namespace EdgeMesh.Simulation.Faults;

/// <summary>What goes wrong, and when, by dice; until the world heals.</summary>
internal sealed class FaultDice
{
    private readonly World _world;
    private readonly Random _random;
    private readonly double _atMoment;
    private readonly double _storageFails;
    private readonly Random _memory;
    private readonly double _memoryFails;

    internal FaultDice(World world, Random random, int seed)
    {
        _world = world;
        _random = random;
        _atMoment = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.03;
        _storageFails = random.Next(4) == 0 ? random.NextDouble() * 0.01 : 0;
        FlashMs = random.Next(3) == 0 ? random.Next(1, 300) : 0;
        // Dice of their own: what is drawn here must not move the others'.
        _memory = new Random(seed ^ 0x6d656d);
        _memoryFails = _memory.Next(3) == 0 ? _memory.NextDouble() * 0.01 : 0;
    }

    /// <summary>Whether the faults are over.</summary>
    internal bool Healed { get; private set; }

    /// <summary>Longest that a write takes, in milliseconds.</summary>
    internal int FlashMs { get; }

    /// <summary>Throws the dice for the whole time of trouble.</summary>
    internal void Begin(long lengthMs)
    {
        for (int i = _random.Next(12); i > 0; i--)
        {
            _world.Time.After(_random.NextInt64(lengthMs), () => Strike(_world.Boards[_random.Next(_world.Boards.Count)]));
        }
    }

    /// <summary>How long a board is off, in milliseconds.</summary>
    internal long OffMs() => !Healed && _random.Next(10) == 0 ? _random.Next(600_000) : _random.Next(50, 3000);

    /// <summary>Something of an update happens just now: the worst time for a fault.</summary>
    internal void AtMoment(SimulatedBoard board)
    {
        if (!Healed && _random.NextDouble() < _atMoment)
        {
            // Not at once: it must not unwind the stack of whoever is at work.
            _world.Time.After(_random.Next(3), () => Strike(board));
        }
    }

    /// <summary>A call on a board's storage.</summary>
    internal void OnStorage(SimulatedBoard board, string name)
    {
        if (FlashMs > 0 && !Healed)
        {
            board.Block(_random.Next(FlashMs));
        }

        if (!Healed && _random.NextDouble() < _storageFails)
        {
            throw new StorageException(ErrorCodes.StorageFailed, "The flash did not take " + name + ".");
        }
    }

    /// <summary>Whether a device that asks for memory just now finds none.</summary>
    internal bool LacksMemory(SimulatedBoard board)
    {
        bool lacks = !Healed && _memory.NextDouble() < _memoryFails;
        if (lacks)
        {
            _world.Trace.Add(board.Id, "has no memory");
        }

        return lacks;
    }

    /// <summary>For how many more calls a device that lacks memory finds none.</summary>
    internal int LacksMemoryFor() => _memory.Next(4);

    /// <summary>The hub was killed in the midst of a step.</summary>
    internal void HubDied() => _world.Time.After(_random.Next(5) == 0 ? _random.Next(600_000) : _random.Next(5000), _world.RestartHub);

    /// <summary>Everything works from now on.</summary>
    internal void Heal()
    {
        Healed = true;
        _world.Trace.Add("world", "heals");
        _world.Weather.Heal();
        _world.Broker.Unblock(HubProcess.ClientId, "fault");
        foreach (SimulatedBoard board in _world.Boards)
        {
            _world.Broker.Unblock(board.Id, "fault");
            board.Disk.Capacity = long.MaxValue;
            board.Disk.CutAt = -1;
        }

        if (_world.Hub != null)
        {
            _world.Hub.DiesIn = -1;
        }
    }

    private void Strike(SimulatedBoard board)
    {
        if (Healed)
        {
            return;
        }

        switch (_random.Next(13))
        {
            case 0: Partition(board.Id); break;
            case 1: Partition(HubProcess.ClientId); break;
            case 2: RestartBroker(); break;
            case 3: KillHub(0); break;
            case 4: KillHub(_random.Next(40)); break;
            case 5:
                _world.Trace.Add(board.Id, "is switched off and on");
                board.Reset("It was switched off and on.");
                break;
            case 6: FillFlash(board); break;
            case 7: DamageSpare(board); break;
            case 8: _world.Operator.Act(); break;
            case 9:
                Partition(board.Id);
                _world.Ask(h => h.Abort(board.Id));
                break;
            default: CutPower(board); break;
        }
    }

    private long SpanMs() => _random.Next(4) == 0 ? _random.Next(1_200_000) : _random.Next(20_000);

    private void Partition(string client)
    {
        _world.Trace.Add(client, "is cut off");
        _world.Broker.Block(client, "fault");
        _world.Time.After(SpanMs(), () => _world.Broker.Unblock(client, "fault"));
    }

    private void RestartBroker()
    {
        _world.Trace.Add("broker", "dies");
        _world.Broker.Die();
        _world.Time.After(SpanMs(), _world.Broker.Rise);
    }

    private void KillHub(int steps)
    {
        if (_world.Hub is { } hub)
        {
            hub.DiesIn = steps;
        }
    }

    private void FillFlash(SimulatedBoard board)
    {
        _world.Trace.Add(board.Id, "has a full flash");
        board.Disk.Capacity = board.Disk.UsedBytes + _random.Next(4000);
        _world.Time.After(SpanMs(), () => board.Disk.Capacity = long.MaxValue);
    }

    private void DamageSpare(SimulatedBoard board)
    {
        BootRecord record = board.StoredRecord;
        if (record.Transfer != null && board.Disk.Length(record.Spare + ".img") > 0)
        {
            _world.Trace.Add(board.Id, "has a bad bit in the slot being written");
            _world.Promises.Of(board).Damaged = true;
            board.Disk.Damage(record.Spare + ".img");
        }
    }

    private void CutPower(SimulatedBoard board)
    {
        board.Disk.CutAt = board.Disk.Changes + _random.Next(16);
        // Most changes are a chunk's; the boot record is where a cut can do most harm.
        board.Disk.CutOf = _random.Next(2) == 0 ? "boot" : "";
        board.Disk.OfCall = (Remains)_random.Next(4);
        board.Disk.OfUnflushed = (Remains)_random.Next(4);
        _world.Trace.Add(board.Id, $"will lose power at change {board.Disk.CutAt} {board.Disk.CutOf}, {board.Disk.OfCall} of it and {board.Disk.OfUnflushed} of the unflushed left");
    }
}

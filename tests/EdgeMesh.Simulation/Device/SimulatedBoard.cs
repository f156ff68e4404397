using System;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Device;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation.Device;

/// <summary>A board in virtual time, with the production client on it: boots, runs, is reset, and boots again.</summary>
internal sealed class SimulatedBoard : IClock, IPower, IDeadMan, IDeviceLog, IProgramLoader
{
    private const long FarMs = 24 * 3600 * 1000;
    private readonly DeviceConfiguration _configuration;
    private readonly Board _parts;
    private readonly BoardConnection _connection;
    private Fiber? _fiber;
    private string? _reset;
    private long _watchdogMs = FarMs;
    private long _fedMs;

    internal SimulatedBoard(World world, string id, string configuration)
    {
        World = world;
        Id = id;
        _configuration = DeviceConfiguration.Read(Encoding.UTF8.GetBytes(configuration), out string problem) ?? throw new InvalidOperationException(problem);
        _connection = new BoardConnection(this);
        Disk.Changing = name => world.Faults.OnStorage(this, name);
        Disk.Replaced = name => world.Promises.RecordMayHaveChanged(this);
        ICrypto crypto = DeviceBugs.Wrap(world, new SimulatedCrypto(world.Random.Next()));
        _parts = new Board(this, DeviceBugs.Wrap(this, Disk), DeviceBugs.Wrap(this, _connection), this, this, this, crypto, this);
    }

    internal World World { get; }

    internal string Id { get; }

    internal byte[] Key => _configuration.Key;

    internal DeviceConfiguration Configuration => _configuration;

    internal MemoryStorage Disk { get; } = new();

    /// <summary>The client; null while the board is off or boots.</summary>
    internal DeviceClient? Client { get; private set; }

    internal SimulatedProgram? Program { get; private set; }

    /// <summary>Whether this boot found a program to run.</summary>
    internal bool LoadedAny { get; private set; }

    /// <summary>Boots so far.</summary>
    internal int Boots { get; private set; }

    public long NowMs => World.Time.NowMs;

    /// <summary>The record that the next boot would read.</summary>
    internal BootRecord StoredRecord => BootRecord.Newest(Disk.Read("boot0", 1 << 20), Disk.Read("boot1", 1 << 20));

    internal void PowerOn() => _fiber = World.Time.Start(Id, Live);

    /// <summary>A message is there, or the connection went, or the power.</summary>
    internal void Interrupt() => World.Time.Wake(_fiber!, 0);

    /// <summary>Resets the board from outside, as soon as it waits for anything.</summary>
    internal void Reset(string cause)
    {
        _reset = cause;
        Interrupt();
    }

    /// <summary>Keeps the board busy for so long.</summary>
    internal void Block(long milliseconds) => Pause(milliseconds, endsByMessage: false);

    internal void Hang()
    {
        if (World.Bug == SeededBug.NoDeadMan)
        {
            _watchdogMs = FarMs;
        }

        while (true)
        {
            Block(FarMs);
        }
    }

    public void Wait(long milliseconds)
    {
        // To be busy takes time too: nothing may be done over and over in one moment.
        if (milliseconds <= 0 || _connection.Waiting > 0)
        {
            Block(World.BusyPollMs);
        }
        else
        {
            Pause(milliseconds, endsByMessage: true);
        }
    }

    public void Reboot() => throw new BoardResetException("It rebooted.");

    public void Start(long timeoutMs)
    {
        _watchdogMs = timeoutMs;
        _fedMs = NowMs;
    }

    public void Feed() => _fedMs = NowMs;

    public void Write(LogLevel level, string text)
    {
        if (World.Trace.On)
        {
            World.Trace.Add(Id, text);
        }
    }

    public ProgramConstructor? Load(byte[] image, out string problem)
    {
        LoadedAny = true;
        World.Promises.ImageRuns(this, Convert.ToHexStringLower(SHA256.HashData(image)));
        Behaviour behaviour = Simulation.World.BehaviourOf(image);
        problem = behaviour == Behaviour.Unloadable ? "The image is no assembly." : "";
        return behaviour == Behaviour.Unloadable ? null : () => Program = new SimulatedProgram(this, behaviour);
    }

    private void Live()
    {
        while (true)
        {
            try
            {
                Boots++;
                LoadedAny = false;
                World.Promises.Boots(this);
                Client = new DeviceClient(_parts, _configuration);
                World.Promises.Booted(this);
                while (true)
                {
                    Wait(Client.Poll());
                }
            }
            catch (RunOverException)
            {
                throw;
            }
            catch (BoardResetException e)
            {
                GoDown(e);
            }
        }
    }

    private void GoDown(BoardResetException cause)
    {
        World.Trace.Add(Id, cause.Message);
        if (cause is PowerCutException)
        {
            Disk.CutAt = -1;
        }
        else
        {
            Disk.LoseUnflushed((Remains)World.Random.Next(4));
        }

        World.Broker.Unblock(Id, "program");
        Client = null;
        Program = null;
        _connection.Close();
        _watchdogMs = FarMs;
        _fedMs = NowMs;
        for (long onMs = NowMs + World.Faults.OffMs(); NowMs < onMs;)
        {
            _fiber!.Wait(onMs - NowMs);
        }

        _reset = null;
    }

    private void Pause(long milliseconds, bool endsByMessage)
    {
        long endMs = NowMs + Math.Min(milliseconds, FarMs);
        bool connected = _connection.Connected;
        while (NowMs < endMs && !(endsByMessage && (_connection.Waiting > 0 || connected != _connection.Connected)))
        {
            _fiber!.Wait(Math.Max(0, Math.Min(endMs, _fedMs + _watchdogMs) - NowMs));
            if (_reset != null)
            {
                throw new BoardResetException(_reset);
            }

            if (NowMs >= _fedMs + _watchdogMs)
            {
                throw new BoardResetException("The dead-man bit.");
            }
        }
    }
}

using System;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Device;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.MicroPython;
using EdgeMesh.Simulation.Time;

namespace EdgeMesh.Simulation.Device;

/// <summary>A board in virtual time, with production firmware on it: boots, runs, is reset, and boots again.</summary>
internal sealed class SimulatedBoard : IClock, IPower, IDeadMan, IDeviceLog, IDisposable
{
    private const long FarMs = 24 * 3600 * 1000;
    private const string Bitten = "The dead-man bit.";
    private readonly IRuntime _runtime;
    private Fiber? _fiber;
    private string? _reset;
    private long _watchdogMs = FarMs;
    private long _fedMs;
    private bool _short;

    internal SimulatedBoard(World world, string id, string configuration, bool microPython)
    {
        World = world;
        Id = id;
        Configuration = DeviceConfiguration.Read(Encoding.UTF8.GetBytes(configuration), out string problem) ?? throw new InvalidOperationException(problem);
        MicroPython = microPython;
        Connection = new BoardConnection(this);
        Disk.Changing = name => world.Faults.OnStorage(this, name);
        Disk.Replaced = name => world.Promises.RecordMayHaveChanged(this);
        _runtime = microPython ? new MicroPythonRuntime(this, configuration) : new NanoRuntime(this);
    }

    internal World World { get; }

    internal string Id { get; }

    /// <summary>Whether it runs the MicroPython agent, not the C# client.</summary>
    internal bool MicroPython { get; }

    /// <summary>The kind of images that it runs.</summary>
    internal string ImageKind => MicroPython ? ImageKinds.MicroPythonApp : ImageKinds.NanoApp;

    internal byte[] Key => Configuration.Key;

    internal DeviceConfiguration Configuration { get; }

    internal BoardConnection Connection { get; }

    internal MemoryStorage Disk { get; } = new();

    /// <summary>Whether the handshake with the hub is made.</summary>
    internal bool Online => _runtime.Online;

    /// <summary>Whether the hub has answered the last report.</summary>
    internal bool ReportHeard => _runtime.ReportHeard;

    /// <summary>Whether the dead-man ended the boot before.</summary>
    internal bool WasBitten { get; private set; }

    /// <summary>Whether memory was short in this boot.</summary>
    internal bool WasShort { get; private set; }

    /// <summary>Whether this boot found a program to run.</summary>
    internal bool LoadedAny { get; private set; }

    /// <summary>Boots so far.</summary>
    internal int Boots { get; private set; }

    public long NowMs => World.Time.NowMs;

    /// <summary>The record that the next boot would read.</summary>
    internal BootRecord StoredRecord => BootRecord.Newest(Disk.Durable("boot0"), Disk.Durable("boot1"));

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
        if ((MicroPython ? World.Bug : World.NanoBug) == SeededBug.NoDeadMan)
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
        if (milliseconds <= 0 || Connection.Waiting > 0)
        {
            Block(World.BusyPollMs);
        }
        else
        {
            Pause(milliseconds, endsByMessage: true);
        }
    }

    public void Reboot() => throw (_short && World.NanoBug == SeededBug.GoOnWithoutMemory ? new LowMemoryException() : new BoardResetException("It rebooted."));

    public void Dispose() => _runtime.Dispose();

    /// <summary>A moment at which the device asks for memory, and may find none.</summary>
    internal void Allocate()
    {
        _short = false;
        if (!MicroPython && LacksMemory())
        {
            _short = true;
            throw new LowMemoryException();
        }
    }

    /// <summary>Whether the device finds no memory at this moment.</summary>
    internal bool LacksMemory()
    {
        bool lacks = _watchdogMs < FarMs && World.Faults.LacksMemory(this);
        WasShort |= lacks;
        return lacks;
    }

    /// <summary>The firmware came to its end, with the power still on.</summary>
    internal void End(string how)
    {
        World.Trace.Add(Id, how);
        while (true)
        {
            Block(FarMs);
        }
    }

    /// <summary>A program is about to run.</summary>
    internal void ProgramRuns(string sha256)
    {
        LoadedAny = true;
        World.Promises.ImageRuns(this, sha256);
    }

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

    private void Live()
    {
        while (true)
        {
            try
            {
                Boots++;
                LoadedAny = false;
                WasShort = false;
                World.Promises.Boots(this);
                _runtime.Run();
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

        WasBitten = cause.Message == Bitten;
        World.Broker.Unblock(Id, "program");
        _runtime.Off();
        Connection.Close();
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
        bool connected = Connection.Connected;
        while (NowMs < endMs && !(endsByMessage && (Connection.Waiting > 0 || connected != Connection.Connected)))
        {
            _fiber!.Wait(Math.Max(0, Math.Min(endMs, _fedMs + _watchdogMs) - NowMs));
            if (_reset != null)
            {
                throw new BoardResetException(_reset);
            }

            if (NowMs >= _fedMs + _watchdogMs)
            {
                throw new BoardResetException(Bitten);
            }
        }
    }
}

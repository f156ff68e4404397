using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Programs;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Simulation.Device;

namespace EdgeMesh.Device.Tests.World;

/// <summary>A board, a broker and a hub in one virtual time.</summary>
public sealed class TestWorld : IClock, IPower, IDeadMan, IDeviceLog, IMqttConnection, IProgramLoader
{
    private const long LatencyMs = 5;
    private static readonly string Key = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly Queue<MqttMessage> _inbox = [];
    private long _order;
    private int _connection;
    private bool _connected;
    private long _watchdogMs;
    private long _fedMs;
    private DeviceClient? _client;

    public TestWorld(string options = "", Dictionary<string, byte[]>? files = null)
    {
        Configuration = Read(options);
        if (files != null) Storage.Restore(files);
        Hub = new ScriptedHub(Configuration.Key, FromHub);
    }

    public DeviceConfiguration Configuration { get; }

    public MemoryStorage Storage { get; } = new();

    public ScriptedHub Hub { get; }

    public long NowMs { get; private set; }

    /// <summary>How long a poll takes that had something to do.</summary>
    public long BusyPollMs { get; set; } = 1;

    public bool BrokerUp { get; set; } = true;

    /// <summary>Whether the broker lets somebody in.</summary>
    public Func<MqttSettings, bool> Admits { get; set; } = _ => true;

    public List<string> Lines { get; } = [];

    /// <summary>What the loader was given, by the first line of the image; "damaged" for what is no image of this test.</summary>
    public List<string> Loaded { get; } = [];

    /// <summary>Every image that may run.</summary>
    public List<byte[]> Images { get; } = [];

    public int Reboots { get; private set; }

    public int DeadManBites { get; private set; }

    public int Connects { get; private set; }

    public MqttSettings? Settings { get; private set; }

    /// <summary>Messages as they left the device.</summary>
    public List<(string Topic, byte[] Payload, int Qos, bool Retain)> Published { get; } = [];

    public TestProgram? Program { get; set; }

    public DeviceClient Client => _client!;

    public bool Connected => _connected;

    public bool Online => _client is { Online: true };

    public static DeviceConfiguration Read(string options)
    {
        string json = $$"""
            {"site":"{{ScriptedHub.Site}}","device":"{{ScriptedHub.Device}}","type":"esp32-nano","key":"{{Key}}","host":"hub.local","port":1883{{options}}}
            """;
        var read = DeviceConfiguration.Read(Encoding.UTF8.GetBytes(json), out string problem);
        Assert.Equal("", problem);
        return read!;
    }

    /// <summary>An image whose first line says what its program does.</summary>
    public byte[] Image(string behaviour, int bytes = 2000)
    {
        byte[] image = new byte[bytes];
        new Random(behaviour.Length).NextBytes(image);
        Encoding.UTF8.GetBytes(behaviour + "\n").CopyTo(image, 0);
        Images.Add(image);
        return image;
    }

    /// <summary>Runs board and hub until something holds, or a limit of virtual time.</summary>
    public void RunUntil(Func<bool> holds, long limitMs = 3_600_000)
    {
        long endMs = NowMs + limitMs;
        while (!holds())
        {
            Assert.True(NowMs < endMs, $"It did not come about in {limitMs} ms. The device's log:\n{string.Join('\n', Lines.TakeLast(40))}");
            try
            {
                _client ??= new DeviceClient(new Board(this, Storage, this, this, this, this, new DotNetCrypto(), this), Configuration);
                long waitMs = _client.Poll();
                Wait(waitMs == 0 ? BusyPollMs : waitMs);
            }
            catch (BoardResetException e)
            {
                Reset(e);
            }
        }
    }

    public void Run(long milliseconds)
    {
        long endMs = NowMs + milliseconds;
        RunUntil(() => NowMs >= endMs, milliseconds + 60_000);
    }

    public void PowerCycle() => Reset(new BoardResetException("The power was switched off and on."));

    public void DropConnection()
    {
        _connection++;
        _connected = false;
        _inbox.Clear();
        Hub.DeviceGone(NowMs);
    }

    public void FromHub(string topic, byte[] payload)
    {
        int connection = _connection;
        After(LatencyMs, () =>
        {
            if (_connected && connection == _connection) _inbox.Enqueue(new MqttMessage(topic, payload));
        });
    }

    /// <summary>A program that neither returns nor sleeps.</summary>
    public void Hang()
    {
        NowMs += _watchdogMs;
        DeadManBites++;
        throw new BoardResetException("The dead-man bit.");
    }

    public void Wait(long milliseconds)
    {
        long endMs = milliseconds >= long.MaxValue - NowMs ? NowMs + 3_600_000 : NowMs + milliseconds;
        for (int i = 0; _inbox.Count == 0; i++)
        {
            Assert.True(i < 100_000, "The hub asks for a moment that is past, for ever.");
            long eventMs = _events.TryPeek(out _, out var at) ? at.Item1 : long.MaxValue;
            long nextMs = Math.Min(eventMs, Math.Max(NowMs, Hub.DueMs));
            if (nextMs > endMs) break;
            NowMs = Math.Max(NowMs, nextMs);
            if (eventMs <= NowMs) _events.Dequeue()();
            else Hub.Tick(NowMs);
        }

        NowMs = _inbox.Count == 0 ? endMs : NowMs + 1;
    }

    void IPower.Reboot()
    {
        Reboots++;
        throw new BoardResetException("Rebooted.");
    }

    void IDeadMan.Start(long timeoutMs)
    {
        _watchdogMs = timeoutMs;
        _fedMs = NowMs;
    }

    void IDeadMan.Feed()
    {
        Assert.True(NowMs - _fedMs < _watchdogMs, $"The dead-man was not fed for {NowMs - _fedMs} ms.");
        _fedMs = NowMs;
    }

    void IDeviceLog.Write(LogLevel level, string text) => Lines.Add($"{NowMs,8} {level} {text}");

    string IMqttConnection.Connect(MqttSettings settings)
    {
        Connects++;
        Settings = settings;
        if (!BrokerUp) return "Nobody listens.";
        if (!Admits(settings)) return "The broker refuses the certificate.";
        _connection++;
        _connected = true;
        _inbox.Clear();
        FromHub(Topic.Format(TopicKind.HubStatus, ScriptedHub.Site), Hub.StatusPayload());
        return "";
    }

    void IMqttConnection.Publish(string topic, byte[] payload, int qos, bool retain)
    {
        if (!_connected) return;
        Published.Add((topic, payload, qos, retain));
        After(LatencyMs, () => Hub.Take(topic, payload, NowMs));
    }

    MqttMessage? IMqttConnection.Receive() => _inbox.TryDequeue(out var message) ? message : null;

    void IMqttConnection.Close() => _connected = false;

    ProgramConstructor? IProgramLoader.Load(byte[] image, out string problem)
    {
        bool known = Images.Exists(i => i.AsSpan().SequenceEqual(image));
        string behaviour = known ? Encoding.UTF8.GetString(image).Split('\n')[0] : "damaged";
        Loaded.Add(behaviour);
        problem = behaviour == "unloadable" ? "The image is no assembly." : "";
        return problem.Length > 0 ? null : () => Program = new TestProgram(this, behaviour);
    }

    private void Reset(BoardResetException cause)
    {
        if (cause is PowerCutException) Storage.CutAt = -1;
        else Storage.LoseUnflushed(Remains.Nothing);
        _client = null;
        Program = null;
        DropConnection();
        NowMs += 100;
    }

    private void After(long milliseconds, Action action) => _events.Enqueue(action, (NowMs + milliseconds, _order++));
}

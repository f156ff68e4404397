using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Boot;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Programs;
using EdgeMesh.Device.Updates;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device;

/// <summary>A device: boots a program, keeps the hub reached, takes updates. Poll-driven, on one thread.</summary>
/// <remarks>
/// Rules it keeps: no image runs whose hash is not the boot record's; nothing unsigned is acted on; the dead-man is fed only here, so
/// that a program which neither returns nor sleeps resets the board. It does not set up the network or the clock.
/// </remarks>
public sealed class DeviceClient
{
    /// <summary>Version of the client, as told to the hub.</summary>
    public const string Version = "0.1.0";

    private readonly Board _board;
    private readonly DeviceConfiguration _configuration;
    private readonly BootStore _boot;
    private readonly HubConnection _hub;
    private readonly Updater _updater;
    private readonly TrialRun _trial;
    private readonly ProgramContext _context;
    private readonly ProgramRunner _runner;
    private readonly BootSequence _sequence;
    private bool _online;
    private long _toldSequence;

    /// <summary>Boots. The board's dead-man runs from here on.</summary>
    public DeviceClient(Board board, DeviceConfiguration configuration)
    {
        _board = board;
        _configuration = configuration;
        board.DeadMan.Start(configuration.WatchdogMs);
        SlotFiles slots = new SlotFiles(board.Storage);
        _boot = new BootStore(board.Storage, board.Log);
        _sequence = new BootSequence(board, _boot, slots);
        byte[]? image = _sequence.Select();
        _hub = new HubConnection(board, configuration, new Refusals(board.Log));
        _updater = new Updater(board, _boot, slots, _hub, Profile(configuration), configuration.Publishers);
        _trial = new TrialRun(board, _boot, _hub, configuration.Trial);
        _context = new ProgramContext(board, _hub, configuration.Device, Sleep);
        _runner = new ProgramRunner(board, _context, TakeProgramEvent);
        _updater.Restore();
        if (image != null)
        {
            _runner.Load(image);
        }
    }

    /// <summary>Whether the handshake with the hub is made.</summary>
    public bool Online => _hub.Online;

    /// <summary>The boot record, to look at.</summary>
    public BootRecord Record => _boot.Record;

    /// <summary>How many messages were refused with one of <see cref="ErrorCodes"/>.</summary>
    public long RefusedCount(string code) => _hub.Refusals.CountOf(code);

    /// <summary>Does one bounded piece of work, and gives the program its turn.</summary>
    /// <returns>How long it may sleep, in milliseconds; a message that arrives ends that.</returns>
    public long Poll()
    {
        long waitMs = PollClient();
        if (_board.Clock.NowMs >= _runner.DueMs)
        {
            _runner.Poll();
            return 0;
        }

        return Math.Min(waitMs, _runner.DueMs - _board.Clock.NowMs);
    }

    private static ReceiverProfile Profile(DeviceConfiguration configuration) => new ReceiverProfile
    {
        DeviceType = configuration.Type,
        Kinds = new[] { ImageKinds.NanoApp },
        SlotBytes = configuration.SlotBytes,
        Window = configuration.Window,
        ChunkBytes = configuration.ChunkBytes,
        Capabilities = configuration.Capabilities,
    };

    private long PollClient()
    {
        _board.DeadMan.Feed();
        _hub.Poll(_board.Clock.NowMs);
        SeeOnline();
        long nowMs = _board.Clock.NowMs;
        bool received = _hub.Receive(nowMs, out HubMessage? message);
        if (message != null)
        {
            Dispatch(message, nowMs);
        }

        SeeOnline();
        _updater.Poll(nowMs);
        if (_updater.ReportWanted)
        {
            _updater.ReportWanted = false;
            _trial.Take(TrialEventKind.ReportWanted);
        }

        _trial.Poll(nowMs);
        if (_online && _toldSequence != _boot.Record.Sequence)
        {
            TellInfo();
        }

        long dueMs = Math.Min(Math.Min(_hub.DueMs, _updater.DueMs), _trial.DueMs);
        if (received)
        {
            return 0;
        }

        // With nothing else to do the dead-man still wants to be fed.
        return Math.Max(0, Math.Min(dueMs - _board.Clock.NowMs, _configuration.WatchdogMs / 2));
    }

    // What the client was about when its memory ran out is half done. The program that it runs under must neither take the blame nor go on
    // over it: the next boot knows what is stored.
    private long PollUnderProgram()
    {
        try
        {
            return PollClient();
        }
        catch (OutOfMemoryException)
        {
            _board.Log.Write(LogLevel.Error, "The client ran out of memory; the board boots.");
            _board.Power.Reboot();
            throw;
        }
    }

    private void Dispatch(HubMessage message, long nowMs)
    {
        switch (message.Kind)
        {
            case TopicKind.Command: _context.Take(message); break;
            case TopicKind.Reported: _trial.Take(message); break;
            default: _updater.Take(message, nowMs); break;
        }
    }

    private void SeeOnline()
    {
        if (_online == _hub.Online)
        {
            return;
        }

        _online = _hub.Online;
        if (_online)
        {
            _board.Log.Write(LogLevel.Info, "The hub is reached.");
            _hub.Send(TopicKind.Status, Codec.Write(new DeviceStatus { Status = DeviceStatus.Online }), 1, true);
            TellInfo();
            _context.PublishState();
        }

        _updater.SetOnline(_online);
        _trial.Take(_online ? TrialEventKind.Online : TrialEventKind.Offline);
    }

    private void TellInfo()
    {
        _toldSequence = _boot.Record.Sequence;
        _hub.Send(TopicKind.Info, Codec.Write(Info()), 1, true);
    }

    private DeviceInfo Info()
    {
        SlotImage? image = _boot.Record.ImageIn(_sequence.Slot);
        return new DeviceInfo
        {
            Type = _configuration.Type,
            Runtime = "nanoframework",
            Agent = Version,
            Kinds = new[] { ImageKinds.NanoApp },
            SlotBytes = _configuration.SlotBytes,
            Window = _configuration.Window,
            ChunkBytes = _configuration.ChunkBytes,
            Capabilities = _configuration.Capabilities,
            Sequence = _boot.Record.Sequence,
            ProgramId = image == null ? "" : image.Id,
            ProgramVersion = image == null ? "" : image.Version,
        };
    }

    private void TakeProgramEvent(string fault) => _trial.Take(fault.Length == 0 ? TrialEventKind.Running : TrialEventKind.Faulted, fault);

    private void Sleep(long milliseconds)
    {
        _runner.TellRunning();
        long endMs = _board.Clock.NowMs + milliseconds;
        while (true)
        {
            long waitMs = PollUnderProgram();
            long leftMs = endMs - _board.Clock.NowMs;
            if (leftMs <= 0)
            {
                return;
            }

            _board.Clock.Wait(Math.Min(waitMs, leftMs));
        }
    }
}

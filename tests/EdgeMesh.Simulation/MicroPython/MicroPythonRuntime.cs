using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.Device;
using EdgeMesh.Simulation.Network;

namespace EdgeMesh.Simulation.MicroPython;

/// <summary>The production MicroPython agent on the real interpreter: what it asks of its board is asked of the simulated one.</summary>
/// <remarks>Only its MQTT client is not its own: messages go whole, as they do for C# devices.</remarks>
internal sealed class MicroPythonRuntime(SimulatedBoard board, string configuration) : IRuntime
{
    private const int NoMemory = -1001;
    private const int Nothing = -1002;
    private const int FileMissing = -2;
    private const int StorageFailed = -5;
    private const int StorageFull = -28;
    private const int ConnectionRefused = -111;
    private const int WatchdogReset = 3;
    private const int PowerOnReset = 1;
    private const int ConnectTimeoutMs = 10_000;
    private static readonly byte[] NoBytes = [];
    private Interpreter _interpreter = Interpreter.Rent();
    private readonly SimulatedCrypto _crypto = new(board.World.Random.Next());
    private readonly JsonArray _patches = JsonSerializer.SerializeToNode(MicroPythonBugs.Patches(board.World.Bug), JsonSerializerOptions.Web)!.AsArray();
    private bool _asked;
    private bool _running;
    private bool _booted;
    private byte[] _payload = NoBytes;

    public bool Online { get; private set; }

    public bool ReportHeard { get; private set; }

    public void Run()
    {
        _booted = false;
        _running = true;
        _interpreter.Boot(JsonSerializer.SerializeToUtf8Bytes(new
        {
            patches = _patches,
            configuration = JsonNode.Parse(configuration),
            reset_cause = board.WasBitten ? WatchdogReset : PowerOnReset,
            now_ms = board.NowMs,
            trace = board.World.Trace.On,
        }));
        while (true)
        {
            Question question = Read();
            _asked = true;
            if (question.Fed)
            {
                board.Feed();
            }

            Answer(question);
        }
    }

    public void Off()
    {
        Online = ReportHeard = false;
        if (_asked)
        {
            _interpreter.Answer(Interpreter.PowerIsOff, board.NowMs, 0, false, false, NoBytes);
        }

        _running &= !_asked;
        _asked = false;
    }

    public void Dispose()
    {
        Off();
        if (_running)
        {
            _interpreter.End();
        }
        else
        {
            _interpreter.Return();
        }
    }

    // Under a locked heap the interpreter itself has been seen to hang; on a board the watchdog ends that.
    private Question Read()
    {
        try
        {
            return _interpreter.Read();
        }
        catch (EndOfStreamException) when (board.WasShort)
        {
            _interpreter.End();
            _interpreter = Interpreter.Rent();
            _running = false;
            board.End("The interpreter hangs for want of memory.");
            throw;
        }
    }

    private void Answer(Question question)
    {
        _payload = NoBytes;
        int status;
        bool lacks = question.Kind is > QuestionKind.Log and not QuestionKind.Watchdog && board.LacksMemory();
        int spell = lacks ? board.World.Faults.LacksMemoryFor() : 0;
        try
        {
            // It fails before the call, or after it: then either at once, or where the agent asks for memory next. To flush takes none.
            status = lacks && spell == 0 && question.Kind != QuestionKind.Flush ? NoMemory : CarryOut(question);
            status = lacks && spell == 1 ? NoMemory : status;
        }
        catch (StorageException e)
        {
            status = e.Code == ErrorCodes.StorageFull ? StorageFull : StorageFailed;
        }

        _asked = false;
        _interpreter.Answer(status, board.NowMs, spell, board.Connection.Waiting > 0, board.Connection.Connected, _payload);
    }

    private int CarryOut(Question question)
    {
        switch (question.Kind)
        {
            case QuestionKind.Ended: End(Text(question, 0)); break;
            case QuestionKind.Log: board.Write(LogLevel.Info, Text(question, 0)); break;
            case QuestionKind.Wait:
                See(question.Flags);
                board.Wait(Number(question, 0));
                break;
            case QuestionKind.Sleep:
                See(question.Flags);
                board.Block(Number(question, 0));
                break;
            case QuestionKind.Busy: board.Block(board.World.BusyPollMs); break;
            case QuestionKind.Connect: return Connect(question);
            case QuestionKind.Subscribe: board.Connection.Subscribe(Text(question, 0).Split('\n')); break;
            case QuestionKind.Publish: board.Connection.Publish(Text(question, 0), question.Words[1], (int)Number(question, 2), Number(question, 3) != 0); break;
            case QuestionKind.Receive: return Receive();
            case QuestionKind.Close: board.Connection.Close(); break;
            case QuestionKind.Random: _payload = _crypto.Random((int)Number(question, 0)); break;
            case QuestionKind.Reset: board.Reboot(); break;
            case QuestionKind.Runs: RunsProgram(Text(question, 0)); break;
            case QuestionKind.Hang: board.Hang(); break;
            case QuestionKind.CutOff: board.World.Broker.Block(board.Id, "program"); break;
            case QuestionKind.Command: board.World.Promises.CommandRan(board, Text(question, 0)); break;
            case QuestionKind.Watchdog: board.Start(Number(question, 0)); break;
            default: return CarryOutOnDisk(question, Text(question, 0));
        }

        return 0;
    }

    private int CarryOutOnDisk(Question question, string name)
    {
        switch (question.Kind)
        {
            case QuestionKind.Read:
                byte[]? bytes = board.Disk.Read(name, int.MaxValue);
                _payload = bytes ?? NoBytes;
                return bytes == null ? FileMissing : 0;
            case QuestionKind.Create: board.Disk.Truncate(name, 0); break;
            case QuestionKind.Write: board.Disk.WriteAt(name, Number(question, 1), question.Words[2], 0, question.Words[2].Length); break;
            case QuestionKind.Flush:
                board.Disk.Flush(name);
                board.World.Promises.RecordMayHaveChanged(board);
                break;
            case QuestionKind.Remove: board.Disk.Delete(name); break;
            case QuestionKind.Rename: board.Disk.Rename(name, Text(question, 1)); break;
            default: throw new InvalidOperationException("A board asked for " + question.Kind + ".");
        }

        return 0;
    }

    private int Connect(Question question)
    {
        // After a watchdog's bite the agent gives the hub a minute first, and then there is no moment to look at.
        if (!_booted && !board.WasBitten)
        {
            _booted = true;
            board.World.Promises.Booted(board);
        }

        string problem = board.Connection.Connect(new MqttSettings
        {
            ClientId = Text(question, 0), WillTopic = Text(question, 1), WillPayload = question.Words[2], TimeoutMs = ConnectTimeoutMs,
        });
        return problem.Length == 0 ? 0 : ConnectionRefused;
    }

    private int Receive()
    {
        if (board.Connection.Receive() is not { } message)
        {
            return Nothing;
        }

        // To take a message takes time.
        board.Block(board.World.BusyPollMs);
        byte[] topic = Encoding.UTF8.GetBytes(message.Topic);
        _payload = [.. topic, .. message.Payload];
        return topic.Length;
    }

    private void RunsProgram(string path)
    {
        byte[]? image = board.Disk.Read(path[(path.LastIndexOf('/') + 1)..], int.MaxValue);
        board.ProgramRuns(image == null ? "" : Convert.ToHexStringLower(SHA256.HashData(image)));
    }

    private void End(string how)
    {
        if (!board.WasShort)
        {
            board.World.Time.Fail($"The agent of {board.Id} ended: {how}");
        }

        board.End("The agent ended: " + how);
    }

    private void See(int flags)
    {
        Online = (flags & 1) != 0;
        ReportHeard = (flags & 2) != 0;
    }

    private static string Text(Question question, int word) => Encoding.UTF8.GetString(question.Words[word]);

    private static long Number(Question question, int word) => long.Parse(Text(question, word), CultureInfo.InvariantCulture);
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.Programs;

/// <summary>Lets the client do its work for so many milliseconds.</summary>
internal delegate void Pump(long milliseconds);

/// <summary>What a program sees of the client.</summary>
internal sealed class ProgramContext : IProgramContext
{
    private const int CommandNameLength = 64;
    private readonly Board _board;
    private readonly HubConnection _hub;
    private readonly Pump _pump;
    private Readings? _state;
    private readonly CommandLedger _ledger;
    private bool _inCommand;

    // What the last numbered command was answered, until the next reset.
    private JsonWriter? _lastAnswer;

    internal ProgramContext(Board board, HubConnection hub, string id, Pump pump)
    {
        _board = board;
        _hub = hub;
        _pump = pump;
        _ledger = new CommandLedger(board.Storage);
        Id = id;
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public long NowMs => _board.Clock.NowMs;

    /// <inheritdoc/>
    public CommandHandler? Command { get; set; }

    /// <inheritdoc/>
    public bool Publish(Readings readings) => _hub.Send(TopicKind.Telemetry, readings.ToJson());

    /// <inheritdoc/>
    public void SetState(Readings readings)
    {
        _state = readings;
        PublishState();
    }

    /// <inheritdoc/>
    public void Log(string text)
    {
        _board.Log.Write(LogLevel.Info, text);
        _hub.Send(TopicKind.Log, Codec.Write(new LogLine { Text = text }));
    }

    /// <inheritdoc/>
    public void Sleep(long milliseconds)
    {
        if (_inCommand)
        {
            throw new InvalidOperationException("A command handler must not sleep; set a field and let the loop do the work.");
        }

        _pump(milliseconds);
    }

    /// <summary>Publishes the last state again: the broker may have lost it.</summary>
    internal void PublishState()
    {
        if (_state != null)
        {
            _hub.Send(TopicKind.State, _state.ToJson(), 1, true);
        }
    }

    /// <summary>Has the program answer a command.</summary>
    internal void Take(HubMessage message)
    {
        JsonObject body = message.Body!;
        string name = body.String("name", CommandNameLength);
        JsonObject? data = body.OptionalObject("data");
        string transaction = body.OptionalString("transaction", CommandNameLength);
        long sequence = body.OptionalInteger("sequence", 0, JsonReader.IntegerMax, 0);
        if (body.Problem.Length > 0)
        {
            _hub.Refusals.Add(ErrorCodes.MessageInvalid, "A command is malformed: " + body.Problem + ".");
            return;
        }

        if (sequence > 0 && sequence <= _ledger.Last)
        {
            JsonWriter again = sequence == _ledger.Last && _lastAnswer != null ? _lastAnswer.Copy()
                : Refuse("The command was begun before and is not run again; its answer was lost.").Add("code", ErrorCodes.CommandRepeated).AddIfAny("transaction", transaction);
            _hub.Send(TopicKind.Response, again);
            return;
        }

        JsonWriter answer = Begin(sequence) ?? Answer(name, data == null ? JsonReader.Parse("{}", out _)! : data);
        answer.AddIfAny("transaction", transaction);
        if (sequence > 0 && sequence == _ledger.Last)
        {
            _lastAnswer = answer.Copy();
        }

        _hub.Send(TopicKind.Response, answer);
    }

    // What to answer where the command must not run; null where it may.
    private JsonWriter? Begin(long sequence)
    {
        if (sequence == 0)
        {
            return null;
        }

        try
        {
            _ledger.Begin(sequence);
            _lastAnswer = null;
            return null;
        }
        catch (StorageException e)
        {
            return Refuse("The command was not run, since its number could not be kept: " + e.Message).Add("code", e.Code);
        }
    }

    private JsonWriter Answer(string name, JsonObject data)
    {
        if (Command == null)
        {
            return Refuse("The program that runs takes no commands.");
        }

        _inCommand = true;
        try
        {
            Readings? answer = Command(name, data);
            JsonWriter ok = new JsonWriter().Add("status", "ok");
            return answer == null ? ok : ok.Add("data", answer.ToJson());
        }
        catch (Exception e) when (e is not BoardResetException)
        {
            // The program's handler, not the client: it is told to whoever sent the command.
            return Refuse("The program failed on the command \"" + name + "\": " + e.Message);
        }
        finally
        {
            _inCommand = false;
        }
    }

    private static JsonWriter Refuse(string reason) => new JsonWriter().Add("status", "error").Add("error", reason);
}

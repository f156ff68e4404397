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
    private bool _inCommand;

    internal ProgramContext(Board board, HubConnection hub, string id, Pump pump)
    {
        _board = board;
        _hub = hub;
        _pump = pump;
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
        if (body.Problem.Length > 0)
        {
            _hub.Refusals.Add(ErrorCodes.MessageInvalid, "A command is malformed: " + body.Problem + ".");
            return;
        }

        JsonWriter answer = Answer(name, data == null ? JsonReader.Parse("{}", out _)! : data);
        _hub.Send(TopicKind.Response, answer.AddIfAny("transaction", transaction));
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

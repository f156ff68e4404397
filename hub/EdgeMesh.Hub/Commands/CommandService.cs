using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Commands;

/// <summary>Takes commands to devices, keeps them until the device is there, and sees to it that none runs twice.</summary>
/// <remarks>
/// One command a device is under way at a time, in the order in which they were given. It is signed when it is sent, under the session of
/// that moment, so a sleeping device gets a fresh signature. The device keeps the number of the last command it began, on its flash and
/// before it runs it: a repetition is answered and not run.
/// </remarks>
public sealed class CommandService(
    CommandStore store, DeviceService devices, DeviceGateway gateway, HubEvents events, IOptions<CommandOptions> options, TimeProvider time, ILogger<CommandService> log)
    : BackgroundService
{
    private const int NameLength = 64;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(10);

    private readonly Channel<Look> _look = Channel.CreateUnbounded<Look>();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _ended = new();

    // When the command under way with a device was sent.
    private readonly Dictionary<string, (long Sequence, long At)> _sent = [];

    /// <summary>Takes a command, and waits for its end where that is asked for.</summary>
    public async Task<Result<CommandView>> GiveAsync(string device, string name, JsonObject? data, TimeSpan? timeToLive, TimeSpan wait, CancellationToken cancellation)
    {
        string text = data?.ToJsonString() ?? "{}";
        TimeSpan life = timeToLive ?? options.Value.TimeToLive;
        if (Problem(name, text, life, wait) is { } problem)
        {
            return problem;
        }

        if (devices.Show(device).Error is { } unknown)
        {
            return unknown;
        }

        DateTimeOffset now = time.GetUtcNow();
        CommandRow row = new()
        {
            Sequence = store.NextSequence(now.ToUnixTimeMilliseconds()), Device = device, Name = name, Data = text, State = CommandStates.Queued,
            Created = now.ToUnixTimeSeconds(), Expires = (now + life).ToUnixTimeSeconds(), Updated = now.ToUnixTimeSeconds(),
        };
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ended[row.Sequence] = ended;
        try
        {
            if (!store.Add(row, options.Value.QueueLength))
            {
                return new Error(
                    ErrorCodes.QueueFull, $"{options.Value.QueueLength} commands wait for {device} already; see `edgemesh commands list {device}`, and cancel what is not needed.");
            }

            _look.Writer.TryWrite(new Look(device));
            if (wait > TimeSpan.Zero)
            {
                await Task.WhenAny(ended.Task, Task.Delay(wait, time, cancellation)).ConfigureAwait(false);
            }

            return CommandView.Of(store.Find(row.Sequence) ?? row);
        }
        finally
        {
            _ended.TryRemove(row.Sequence, out _);
        }
    }

    /// <summary>The latest commands, the newest first.</summary>
    public IReadOnlyList<CommandView> List(string? device, int limit) => [.. store.List(device, Math.Clamp(limit, 1, 1000)).Select(CommandView.Of)];

    /// <summary>Takes a command back that was not sent yet.</summary>
    public Result<CommandView> Cancel(long sequence)
    {
        if (store.Find(sequence) is not CommandRow row)
        {
            return new Error(ErrorCodes.CommandUnknown, $"There is no command {sequence}; see `edgemesh commands list`.");
        }

        if (row.State != CommandStates.Queued)
        {
            return new Error(ErrorCodes.CommandSent, $"The command {sequence} is {row.State}; only one that waits can be taken back.");
        }

        End(row, CommandStates.Cancelled, "", "");
        return CommandView.Of(store.Find(sequence)!);
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        events.Subscribe<DeviceOnline>(e => _look.Writer.TryWrite(new Look(e.Id, Fresh: true)));
        events.Subscribe<DeviceRenamed>(e => store.Rename(e.From, e.To));
        events.Subscribe<DeviceRemoved>(e => store.RemoveDevice(e.Id));
        events.Subscribe<DeviceMessage>(Take);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ITimer timer = time.CreateTimer(_ => _look.Writer.TryWrite(new Look(null)), null, TimeSpan.Zero, LookEvery);
        try
        {
            await foreach (Look look in _look.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                await LookAsync(look, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What waits is in the database.
        }
    }

    private static Error? Problem(string name, string data, TimeSpan life, TimeSpan wait) =>
        string.IsNullOrEmpty(name) || name.Length > NameLength || name.Any(char.IsControl)
            ? new Error(ErrorCodes.InvalidArgument, $"The command's name is refused: it takes 1 to {NameLength} characters.")
        : Encoding.UTF8.GetByteCount(data) > Limits.CommandBytes
            ? new Error(ErrorCodes.MessageTooLarge, $"The command's data is refused: it takes at most {Limits.CommandBytes} bytes of JSON.")
        : life < TimeSpan.FromSeconds(1)
            ? new Error(ErrorCodes.InvalidArgument, "The command's time to live is refused: it takes a second or more.")
        : wait < TimeSpan.Zero || wait > WaitMax
            ? new Error(ErrorCodes.InvalidArgument, $"The wait is refused: it takes 0 to {WaitMax.TotalSeconds} s.")
        : null;

    private async Task LookAsync(Look look, CancellationToken cancellation)
    {
        try
        {
            if (look.Device is string device)
            {
                if (look.Fresh)
                {
                    // What was under way under the session before may be lost.
                    _sent.Remove(device);
                }

                await DeliverAsync(device, cancellation).ConfigureAwait(false);
                return;
            }

            store.RemoveEnded((time.GetUtcNow() - options.Value.KeepEnded).ToUnixTimeSeconds());
            foreach (string waiting in store.Devices())
            {
                await DeliverAsync(waiting, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The next look tries again.
            log.LogError(failure, "Commands for {Device} could not be seen to", look.Device ?? "the devices");
        }
    }

    /// <summary>Ends what is too old, and sends the first of the others unless its answer may still come.</summary>
    private async Task DeliverAsync(string device, CancellationToken cancellation)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        CommandRow? first = null;
        foreach (CommandRow row in store.ListOpen(device))
        {
            if (row.Expires <= now)
            {
                End(row, CommandStates.Expired, ErrorCodes.CommandExpired, row.State == CommandStates.Sent ? "No answer came in time; it may have run." : "The device was not there in time.");
            }
            else
            {
                first ??= row;
            }
        }

        if (first is null || !gateway.IsOnline(device) || Awaited(device, first))
        {
            return;
        }

        _sent[device] = (first.Sequence, time.GetTimestamp());
        if (await gateway.SendAsync(device, TopicKind.Command, Codec.Write(Message(first)), cancellation).ConfigureAwait(false) && first.State == CommandStates.Queued)
        {
            store.Update(first with { State = CommandStates.Sent, Updated = now });
        }
    }

    private bool Awaited(string device, CommandRow row) =>
        _sent.TryGetValue(device, out (long Sequence, long At) sent) && sent.Sequence == row.Sequence && time.GetElapsedTime(sent.At) < options.Value.AnswerTimeout;

    private static Command Message(CommandRow row) => new() { Name = row.Name, Data = row.Data, Transaction = row.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), Sequence = row.Sequence };

    private void Take(DeviceMessage message)
    {
        if (message.Kind != TopicKind.Response)
        {
            return;
        }

        CommandResponse response = Codec.ReadCommandResponse(message.Body);
        if (message.Body.Problem.Length > 0 || !long.TryParse(response.Transaction, out long sequence)
            || store.Find(sequence) is not CommandRow row || row.Device != message.Id || !row.IsOpen)
        {
            gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, message.Body.Problem.Length > 0 ? $"A response is malformed: {message.Body.Problem}." : "The response answers no command that is under way.");
            return;
        }

        string state = response.Status == "ok" ? CommandStates.Done : response.Code == ErrorCodes.CommandRepeated ? CommandStates.Unanswered : CommandStates.Failed;
        End(row with { Answer = JsonNode.Parse(message.Payload)?["data"]?.ToJsonString() }, state, response.Code, response.Error);
        _look.Writer.TryWrite(new Look(row.Device));
    }

    private void End(CommandRow row, string state, string code, string reason)
    {
        if (!store.Update(row with { State = state, Code = code, Reason = reason, Updated = time.GetUtcNow().ToUnixTimeSeconds() }))
        {
            return;
        }

        log.LogInformation("Command {Sequence} '{Name}' to {Device}: {State} {Code} {Reason}", row.Sequence, Printable.Of(row.Name), row.Device, state, Printable.Of(code), Printable.Of(reason));
        if (_ended.TryGetValue(row.Sequence, out TaskCompletionSource? ended))
        {
            ended.TrySetResult();
        }
    }

    /// <summary>A reason to look at a device's commands.</summary>
    /// <param name="Device">The device; null for all.</param>
    /// <param name="Fresh">Whether its connection is a new one.</param>
    private sealed record Look(string? Device, bool Fresh = false);
}

using System;
using System.Collections.Generic;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Commands;

/// <summary>What the hub can be asked about commands.</summary>
public sealed class CommandOperations(CommandService commands) : IOperationSource
{
    private const int DefaultLimit = 50;

    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<GiveCommand, CommandView>(
            "commands-give", "Gives a device's program a command, now or when it is there again; waits for the answer for so many seconds.",
            (r, c) => commands.GiveAsync(r.Device, r.Name, r.Data, r.TtlS is double ttl ? TimeSpan.FromSeconds(ttl) : null, TimeSpan.FromSeconds(r.WaitS ?? 0), c))
            .Recording("device", "name"),
        Operation.Create<ListCommands, IReadOnlyList<CommandView>>(
            "commands-list", "Lists the latest commands, of one device or of all.", r => Result.Of(commands.List(r.Device, r.Limit ?? DefaultLimit))).Reading(),
        Operation.Create<NameCommand, CommandView>("commands-cancel", "Takes a command back that was not sent yet.", r => commands.Cancel(r.Sequence)).Recording("sequence"),
    ];

    private sealed record GiveCommand(string Device, string Name, JsonObject? Data = null, double? TtlS = null, double? WaitS = null);

    private sealed record ListCommands(string? Device = null, int? Limit = null);

    private sealed record NameCommand(long Sequence);
}

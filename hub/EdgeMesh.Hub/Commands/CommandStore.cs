using System.Collections.Generic;
using Dapper;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Commands;

/// <summary>The commands in the database.</summary>
public sealed class CommandStore(Database database)
{
    private const string Open = "state IN ('queued', 'sent')";

    /// <summary>A number above all before it, also where the database was put back from a backup: it is at least the time.</summary>
    public long NextSequence(long unixMilliseconds) => database.Next("command_sequence", unixMilliseconds);

    /// <summary>Adds a command; false where so many wait for its device already.</summary>
    public bool Add(CommandRow row, int queueLength) => database.Change(db => db.Execute(
        $"""
        INSERT INTO command (sequence, device, name, data, state, created, expires, updated)
        SELECT @Sequence, @Device, @Name, @Data, @State, @Created, @Expires, @Updated
        WHERE (SELECT count(*) FROM command WHERE device = @Device AND {Open}) < @queueLength
        """,
        new { row.Sequence, row.Device, row.Name, row.Data, row.State, row.Created, row.Expires, row.Updated, queueLength })) == 1;

    /// <summary>Records where a command stands; false where it has ended already.</summary>
    /// <remarks>That it was sent is eventual: sending it once more is harmless.</remarks>
    public bool Update(CommandRow row) => database.Change(
        db => db.Execute(
            $"UPDATE command SET state = @State, answer = @Answer, code = @Code, reason = @Reason, updated = @Updated WHERE sequence = @Sequence AND {Open}", row),
        row.State == CommandStates.Sent ? Durability.Eventual : Durability.Full) == 1;

    /// <summary>The devices for which commands wait or are under way.</summary>
    public IReadOnlyList<string> Devices()
    {
        using SqliteConnection db = database.Open();
        return db.Query<string>($"SELECT DISTINCT device FROM command WHERE {Open} ORDER BY device").AsList();
    }

    /// <summary>A device's commands that wait or are under way, in their order.</summary>
    public IReadOnlyList<CommandRow> ListOpen(string device)
    {
        using SqliteConnection db = database.Open();
        return db.Query<CommandRow>($"SELECT * FROM command WHERE device = @device AND {Open} ORDER BY sequence", new { device }).AsList();
    }

    /// <summary>The latest commands, of one device or of all, the newest first.</summary>
    public IReadOnlyList<CommandRow> List(string? device, int limit)
    {
        using SqliteConnection db = database.Open();
        return db.Query<CommandRow>("SELECT * FROM command WHERE @device IS NULL OR device = @device ORDER BY sequence DESC LIMIT @limit", new { device, limit }).AsList();
    }

    /// <summary>One command; null where there is none.</summary>
    public CommandRow? Find(long sequence)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<CommandRow>("SELECT * FROM command WHERE sequence = @sequence", new { sequence });
    }

    /// <summary>A device's commands, those that wait too, become another's.</summary>
    public void Rename(string from, string to) => database.Change(db => db.Execute("UPDATE command SET device = @to WHERE device = @from", new { from, to }));

    /// <summary>Forgets a device's commands.</summary>
    public void RemoveDevice(string device) => database.Change(db => db.Execute("DELETE FROM command WHERE device = @device", new { device }));

    /// <summary>Forgets commands that ended before a time.</summary>
    public void RemoveEnded(long before) => database.Change(
        db => db.Execute($"DELETE FROM command WHERE NOT {Open} AND updated < @before", new { before }), Durability.Eventual);
}

using System.Collections.Generic;
using Dapper;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Devices;

/// <summary>The devices in the database. A secret leaves it only to make keys from.</summary>
public sealed class DeviceStore(Database database)
{
    private const string Columns = "id, type, created, last_seen AS LastSeen, info, sequence, program_id AS ProgramId, program_version AS ProgramVersion, revoked, revoked_reason AS RevokedReason";

    /// <summary>Adds a device; false where the id is taken.</summary>
    public bool Add(string id, string type, byte[] secret, long created) => database.Change(db => db.Execute(
        "INSERT INTO device (id, type, secret, created) VALUES (@id, @type, @secret, @created) ON CONFLICT DO NOTHING", new { id, type, secret, created })) == 1;

    /// <summary>Gives a device another secret, and type, once it has them itself, and lets one that was revoked begin anew; false where there is no such device.</summary>
    public bool Replace(string id, string type, byte[] secret) => database.Change(db => db.Execute(
        "UPDATE device SET type = @type, secret = @secret, revoked = 0, revoked_reason = '' WHERE id = @id", new { id, type, secret })) == 1;

    /// <summary>Forgets a device; false where there is none.</summary>
    public bool Remove(string id) => database.Change(db => db.Execute("DELETE FROM device WHERE id = @id", new { id })) == 1;

    /// <summary>All devices, by id.</summary>
    public IReadOnlyList<DeviceRow> List()
    {
        using SqliteConnection db = database.Open();
        return db.Query<DeviceRow>($"SELECT {Columns} FROM device ORDER BY id").AsList();
    }

    /// <summary>One device; null where there is none.</summary>
    public DeviceRow? Find(string id)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<DeviceRow>($"SELECT {Columns} FROM device WHERE id = @id", new { id });
    }

    /// <summary>Revokes a device and erases its secret, so that no key of it is ever known here again; false where there is none, or it is revoked.</summary>
    public bool Revoke(string id, long unixSeconds, string reason) => database.Change(db => db.Execute(
        "UPDATE device SET revoked = @unixSeconds, revoked_reason = @reason, secret = x'' WHERE id = @id AND revoked = 0", new { id, unixSeconds, reason })) == 1;

    /// <summary>Lets a revoked device begin anew, with another secret; false where there is no such device.</summary>
    public bool Restore(string id, byte[] secret) => database.Change(db => db.Execute(
        "UPDATE device SET revoked = 0, revoked_reason = '', secret = @secret WHERE id = @id AND revoked > 0", new { id, secret })) == 1;

    /// <summary>The ids of the devices that are revoked.</summary>
    public IReadOnlyList<string> RevokedIds()
    {
        using SqliteConnection db = database.Open();
        return db.Query<string>("SELECT id FROM device WHERE revoked > 0 ORDER BY id").AsList();
    }

    /// <summary>The long-term secret of every device that is not revoked.</summary>
    public IEnumerable<(string Id, byte[] Secret)> Secrets()
    {
        using SqliteConnection db = database.Open();
        return db.Query<(string Id, byte[] Secret)>("SELECT id, secret FROM device WHERE revoked = 0 ORDER BY id").AsList();
    }

    /// <summary>One device's long-term secret; null where there is no such device, or it is revoked.</summary>
    public byte[]? Secret(string id)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<byte[]>("SELECT secret FROM device WHERE id = @id AND revoked = 0", new { id });
    }

    /// <summary>A handshake was made.</summary>
    public void Seen(string id, long unixSeconds) => Update("last_seen = @unixSeconds", new { id, unixSeconds }, Durability.Eventual);

    /// <summary>The device said what it is, which it does at every handshake.</summary>
    public void SetInfo(string id, string info) => Update("info = @info", new { id, info }, Durability.Eventual);

    /// <summary>The device confirmed a program.</summary>
    public void SetProgram(string id, string programId, string programVersion, long sequence) => Update(
        "program_id = @programId, program_version = @programVersion, sequence = max(sequence, @sequence)", new { id, programId, programVersion, sequence });

    private void Update(string assignments, object parameters, Durability durability = Durability.Full) =>
        database.Change(db => db.Execute($"UPDATE device SET {assignments} WHERE id = @id", parameters), durability);
}

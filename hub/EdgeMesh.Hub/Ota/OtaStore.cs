using System;
using System.Collections.Generic;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Ota;

/// <summary>An update as stored: all that outlives the hub. How far it came is the device's to say.</summary>
public sealed record OtaRow
{
    /// <summary>The update's number; never used twice.</summary>
    public long Session { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The firmware's id.</summary>
    public required string FirmwareId { get; init; }

    /// <summary>The firmware's version.</summary>
    public required string FirmwareVersion { get; init; }

    /// <summary>The image's SHA-256.</summary>
    public required string Sha256 { get; init; }

    /// <summary>base64url of the manifest that is offered.</summary>
    public required string Manifest { get; init; }

    /// <summary>Bytes in a chunk.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>One of <see cref="Contracts.Messages.ChunkEncodings"/>.</summary>
    public required string Encoding { get; init; }

    /// <summary>One of <see cref="OtaStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it ended so; empty otherwise.</summary>
    public string Code { get; init; } = "";

    /// <summary>The cause as a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When it began, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    /// <summary>When its state last changed, in seconds since 1970-01-01 UTC.</summary>
    public required long Updated { get; init; }

    /// <summary>base64url of the publisher's signature over the manifest; empty for none.</summary>
    public string Signature { get; init; } = "";

    /// <summary>The publisher's key in hex; empty for none.</summary>
    public string Publisher { get; init; } = "";

    /// <summary>The statements that lead to that key, with spaces between.</summary>
    public string Keys { get; init; } = "";
}

/// <summary>The updates in the database.</summary>
public sealed class OtaStore(Database database) : IImageUse
{
    private const string Columns =
        "session, device, firmware_id AS FirmwareId, firmware_version AS FirmwareVersion, sha256, manifest, chunk_bytes AS ChunkBytes, encoding, state, code, reason, created, updated, signature, publisher, keys";

    private const string Open = "state NOT IN ('rejected', 'failed', 'confirmed', 'rolled_back')";

    /// <inheritdoc/>
    public IReadOnlyList<string> Images
    {
        get
        {
            using SqliteConnection db = database.Open();
            return db.Query<string>("SELECT DISTINCT sha256 FROM ota_session").AsList();
        }
    }

    /// <inheritdoc/>
    public bool Needs(string sha256)
    {
        using SqliteConnection db = database.Open();
        return db.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 FROM ota_session WHERE {Open} AND sha256 = @sha256)", new { sha256 });
    }

    /// <summary>Adds an update; null where the device has an open one.</summary>
    /// <param name="row">The update; its number is given here.</param>
    /// <param name="alongside">What else is to be written, with the update or not at all; given the update's number.</param>
    public OtaRow? Add(OtaRow row, Action<SqliteConnection, long>? alongside = null) => database.Change(db =>
    {
        using SqliteTransaction transaction = db.BeginTransaction();
        long? session = db.ExecuteScalar<long?>(
            """
            INSERT INTO ota_session (device, firmware_id, firmware_version, sha256, manifest, chunk_bytes, encoding, state, created, updated, signature, publisher, keys)
            VALUES (@Device, @FirmwareId, @FirmwareVersion, @Sha256, @Manifest, @ChunkBytes, @Encoding, @State, @Created, @Updated, @Signature, @Publisher, @Keys)
            ON CONFLICT DO NOTHING RETURNING session
            """,
            row);
        if (session is null)
        {
            return null;
        }

        alongside?.Invoke(db, session.Value);
        transaction.Commit();
        return row with { Session = session.Value };
    });

    /// <summary>Records where an update stands.</summary>
    /// <remarks>How far a delivery came is the device's to say when it is offered again; what it reported it may forget, so that is on the disk by then.</remarks>
    public void Update(long session, string state, string code, string reason, long updated) => database.Change(
        db => db.Execute(
            "UPDATE ota_session SET state = @state, code = @code, reason = @reason, updated = @updated WHERE session = @session",
            new { session, state, code, reason, updated }),
        state is OtaStates.Offered or OtaStates.Transferring or OtaStates.Verifying or OtaStates.Complete ? Durability.Eventual : Durability.Full);

    /// <summary>The updates that have not ended.</summary>
    public IReadOnlyList<OtaRow> ListOpen()
    {
        using SqliteConnection db = database.Open();
        return db.Query<OtaRow>($"SELECT {Columns} FROM ota_session WHERE {Open} ORDER BY session").AsList();
    }

    /// <summary>The latest updates, of one device or of all, the newest first.</summary>
    public IReadOnlyList<OtaRow> List(string? device, int limit)
    {
        using SqliteConnection db = database.Open();
        return db.Query<OtaRow>(
            $"SELECT {Columns} FROM ota_session WHERE @device IS NULL OR device = @device ORDER BY session DESC LIMIT @limit", new { device, limit }).AsList();
    }

    /// <summary>The latest update of each device.</summary>
    public IReadOnlyList<OtaRow> ListLatest()
    {
        using SqliteConnection db = database.Open();
        return db.Query<OtaRow>($"SELECT {Columns} FROM ota_session WHERE session IN (SELECT MAX(session) FROM ota_session GROUP BY device)").AsList();
    }

    /// <summary>One update of a device; null where there is none.</summary>
    public OtaRow? Find(string device, long session)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<OtaRow>($"SELECT {Columns} FROM ota_session WHERE device = @device AND session = @session", new { device, session });
    }

    /// <summary>A device's updates that have ended become another's; one under way ends with the device.</summary>
    public void Rename(string from, string to) => database.Change(
        db => db.Execute($"UPDATE ota_session SET device = @to WHERE device = @from AND NOT {Open}", new { from, to }));

    /// <summary>Forgets updates that ended before a time; gives how many.</summary>
    public int RemoveEnded(long before) => database.Change(
        db => db.Execute($"DELETE FROM ota_session WHERE NOT {Open} AND updated < @before", new { before }), Durability.Eventual);
}

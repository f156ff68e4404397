using System.Collections.Generic;
using Dapper;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Firmware;

/// <summary>The list of firmware in the database.</summary>
public sealed class FirmwareStore(Database database)
{
    private const string Columns = "id, version, kind, device_type AS DeviceType, size, sha256, sequence, created, manifest, signature, publisher, keys";

    /// <summary>All firmware, the newest first.</summary>
    public IReadOnlyList<FirmwareRow> List()
    {
        using SqliteConnection db = database.Open();
        return db.Query<FirmwareRow>($"SELECT {Columns} FROM firmware ORDER BY sequence DESC").AsList();
    }

    /// <summary>One firmware, without a version the newest of that id; null where there is none.</summary>
    public FirmwareRow? Find(string id, string? version)
    {
        using SqliteConnection db = database.Open();
        return db.QueryFirstOrDefault<FirmwareRow>(
            $"SELECT {Columns} FROM firmware WHERE id = @id AND (@version IS NULL OR version = @version) ORDER BY sequence DESC LIMIT 1", new { id, version });
    }

    /// <summary>The SHA-256 of every image in the list.</summary>
    public IReadOnlyList<string> Images()
    {
        using SqliteConnection db = database.Open();
        return db.Query<string>("SELECT sha256 FROM firmware").AsList();
    }

    /// <summary>Whether an image is in the list, by its SHA-256.</summary>
    public bool Names(string sha256)
    {
        using SqliteConnection db = database.Open();
        return db.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM firmware WHERE sha256 = @sha256)", new { sha256 });
    }

    /// <summary>Writes a firmware; of one that is there the manifest, its signature and what follows from it.</summary>
    public FirmwareRow Write(FirmwareRow row)
    {
        database.Change(db => db.Execute(
            """
            INSERT INTO firmware (id, version, kind, device_type, size, sha256, sequence, created, manifest, signature, publisher, keys)
            VALUES (@Id, @Version, @Kind, @DeviceType, @Size, @Sha256, @Sequence, @Created, @Manifest, @Signature, @Publisher, @Keys)
            ON CONFLICT (id, version) DO UPDATE SET sequence = excluded.sequence, created = excluded.created, manifest = excluded.manifest,
                signature = excluded.signature, publisher = excluded.publisher, keys = excluded.keys
            """,
            row));
        return row;
    }

    /// <summary>Removes a firmware.</summary>
    public void Remove(string id, string version) =>
        database.Change(db => db.Execute("DELETE FROM firmware WHERE id = @id AND version = @version", new { id, version }));

    /// <summary>The next sequence for a manifest: above all before, and at least <paramref name="atLeast"/>.</summary>
    public long NextSequence(long atLeast) => database.Next("sequence", atLeast);
}

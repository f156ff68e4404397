using System;
using System.Collections.Generic;
using System.Linq;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Packages and what became of them, in the database. Nothing of it is ever changed or removed.</summary>
public sealed class ProgramStore(Database database, HubEvents events, TimeProvider time)
{
    private const string EventColumns = "time AS Time, device AS Device, version AS Version, kind AS Kind, actor AS Actor, sha256 AS Sha256, session AS Session, code AS Code, reason AS Reason";
    private const string PackageColumns = "device AS Device, version AS Version, package AS Json, sha256 AS Sha256, created AS Created";

    /// <summary>Keeps a package as the device's next version.</summary>
    /// <param name="device">The device.</param>
    /// <param name="content">The package.</param>
    /// <param name="actor">Who made it.</param>
    /// <param name="approval">Why it is approved at once, as a sentence; null for not.</param>
    public CodePackage Add(string device, PackageContent content, string actor, string? approval)
    {
        string json = content.ToJson();
        List<ProgramEvent> told = [];
        CodePackage package = database.Change(db =>
        {
            using SqliteTransaction transaction = db.BeginTransaction();
            long version = db.ExecuteScalar<long>("SELECT coalesce(max(version), 0) + 1 FROM program WHERE device = @device", new { device });
            CodePackage added = new(device, version, json, CodePackage.HashOf(json), time.GetUtcNow().ToUnixTimeSeconds());
            db.Execute("INSERT INTO program (device, version, package, sha256, created) VALUES (@Device, @Version, @Json, @Sha256, @Created)", added);
            told.Add(Write(db, added, ProgramEvent.Created, actor, 0, content.GateCode, content.GateReason));
            if (approval is not null)
            {
                told.Add(Write(db, added, ProgramStates.Approved, "hub", 0, "", approval));
            }

            transaction.Commit();
            return added;
        });
        told.ForEach(e => events.Publish(new ProgramChanged(e)));
        return package;
    }

    /// <summary>Keeps what became of a package.</summary>
    public void Record(CodePackage package, string kind, string actor, string code = "", string reason = "") =>
        events.Publish(new ProgramChanged(database.Change(db => Write(db, package, kind, actor, 0, code, reason))));

    /// <summary>A version of a device's program; without a version its newest. Not one that was tampered with.</summary>
    public Result<CodePackage> Find(string device, long? version = null)
    {
        using SqliteConnection db = database.Open();
        CodePackage? package = db.QueryFirstOrDefault<CodePackage>(
            $"SELECT {PackageColumns} FROM program WHERE device = @device AND (@version IS NULL OR version = @version) ORDER BY version DESC LIMIT 1", new { device, version });
        return package is null
            ? version is null
                ? new Error(ErrorCodes.ProgramUnknown, $"{device} has no program; make one with `edgemesh program new {device} \"what it should do\"`.")
                : new Error(ErrorCodes.ProgramUnknown, $"There is no program {device}@{version}; see `edgemesh program history {device}`.")
            : package.IsWhole ? package
            : new Error(ErrorCodes.ProgramDamaged, $"What the database holds as {package.Name} is not what was stored there: its SHA-256 is another. It is neither shown nor sent; restore the database from a backup.");
    }

    /// <summary>What became of a device's programs, the latest last.</summary>
    public IReadOnlyList<ProgramEvent> Events(string device)
    {
        using SqliteConnection db = database.Open();
        return db.Query<ProgramEvent>($"SELECT {EventColumns} FROM program_event WHERE device = @device ORDER BY id", new { device }).AsList();
    }

    /// <summary>The same without what an earlier device of that id left.</summary>
    public IReadOnlyList<ProgramEvent> Current(string device)
    {
        using SqliteConnection db = database.Open();
        return db.Query<ProgramEvent>(
            $"""
            SELECT {EventColumns} FROM program_event
            WHERE device = @device AND id > coalesce((SELECT event FROM program_former WHERE device = @device), 0)
                AND session NOT IN (SELECT session FROM program_deployment WHERE device = @device AND former = 1)
            ORDER BY id
            """,
            new { device }).AsList();
    }

    /// <summary>A device is no more: what was approved for it, and what it ran, says nothing of the next one of its id.</summary>
    public void Leave(string device) => database.Change(db =>
    {
        using SqliteTransaction transaction = db.BeginTransaction();
        db.Execute(
            """
            INSERT INTO program_former (device, event) SELECT device, max(id) FROM program_event WHERE device = @device GROUP BY device
            ON CONFLICT DO UPDATE SET event = excluded.event
            """,
            new { device });
        db.Execute("UPDATE program_deployment SET former = 1 WHERE device = @device", new { device });
        transaction.Commit();
        return 0;
    });

    /// <summary>The ids that have programs.</summary>
    public IReadOnlyList<string> Devices()
    {
        using SqliteConnection db = database.Open();
        return db.Query<string>("SELECT DISTINCT device FROM program").AsList();
    }

    /// <summary>Who approved just this package, for the device as it is now.</summary>
    public IReadOnlyList<ProgramEvent> Approvals(CodePackage package) =>
        [.. Current(package.Device).Where(e => e.Version == package.Version && e.Kind == ProgramStates.Approved && e.Sha256 == package.Sha256)];

    /// <summary>The newest version of every device, or all versions of one.</summary>
    public IReadOnlyList<ProgramSummary> List(string? device)
    {
        using SqliteConnection db = database.Open();
        return [.. db.Query<SummaryRow>(
            """
            SELECT p.device AS Device, p.version AS Version, json_extract(p.package, '$.gate') AS State,
                json_extract(p.package, '$.origin') AS Origin, json_extract(p.package, '$.request') AS Request, p.created AS Created
            FROM program p
            WHERE (@device IS NOT NULL AND p.device = @device)
                OR (@device IS NULL AND p.version = (SELECT max(version) FROM program WHERE device = p.device))
            ORDER BY p.device, p.version DESC
            """,
            new { device }).Select(r => new ProgramSummary(r.Device, r.Version, r.State, r.Origin, r.Request, r.Created, ""))];
    }

    /// <summary>A device's programs follow it to its new id; where that has programs already, they stay as they are.</summary>
    public void Rename(string from, string to) => database.Change(db =>
    {
        using SqliteTransaction transaction = db.BeginTransaction();
        if (db.ExecuteScalar<long>("SELECT count(*) FROM program WHERE device = @to", new { to }) == 0)
        {
            // What was approved for the device is so under its new id too, and the way back from a program is there as well.
            db.Execute("UPDATE program SET device = @to WHERE device = @from", new { from, to });
            db.Execute("UPDATE OR REPLACE program_former SET device = @to WHERE device = @from", new { from, to });
            db.Execute(
                """
                UPDATE program_deployment SET previous = @to || substr(previous, length(@from) + 1)
                WHERE device = @to AND EXISTS (SELECT 1 FROM program p WHERE p.device = @to AND previous = @from || '@' || p.version)
                """,
                new { from, to });
        }

        transaction.Commit();
        return 0;
    });

    /// <summary>Writes an event, within the caller's transaction where there is one.</summary>
    internal ProgramEvent Write(SqliteConnection db, CodePackage package, string kind, string actor, long session, string code, string reason)
    {
        ProgramEvent e = new(time.GetUtcNow().ToUnixTimeSeconds(), package.Device, package.Version, kind, actor, package.Sha256, session, code, Printable.Of(reason));
        db.Execute(
            """
            INSERT INTO program_event (time, device, version, kind, actor, sha256, session, code, reason)
            VALUES (@Time, @Device, @Version, @Kind, @Actor, @Sha256, @Session, @Code, @Reason)
            """,
            e);
        return e;
    }

    // By its setters: what json_extract gives has no declared type that a constructor could be chosen by.
    private sealed class SummaryRow
    {
        public string Device { get; set; } = "";

        public long Version { get; set; }

        public string State { get; set; } = "";

        public string Origin { get; set; } = "";

        public string Request { get; set; } = "";

        public long Created { get; set; }
    }
}

using System;
using System.Collections.Generic;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Audit;

/// <summary>The audit log: append-only, a chain of hashes, bounded.</summary>
/// <remarks>
/// A table, since SQLite is crash-safe already: an entry and the head that names it are one transaction, flushed before
/// <see cref="Append"/> returns. Triggers refuse changes by mistake; the chain shows changes on purpose. Who can write the file can
/// also make a whole new chain: against that helps only a head kept elsewhere, see <see cref="Verify"/>.
/// </remarks>
public sealed class AuditLog(Database database, IOptions<AuditOptions> options, TimeProvider time)
{
    // Long enough for every id and reason, short enough that nobody fills the disk with one entry.
    private const int FieldLength = 256;
    private const int DetailLength = 1024;
    private const string Columns = "seq, time, actor, origin, action, subject, outcome, detail, hash";

    /// <summary>Appends an entry; it is on the disk when this returns. Never give it a secret.</summary>
    /// <param name="caller">Who, and from where.</param>
    /// <param name="action">What, by <see cref="Names"/>.</param>
    /// <param name="subject">To what; empty for the hub.</param>
    /// <param name="outcome"><c>ok</c>, or an error code.</param>
    /// <param name="detail">What else is worth keeping, as <c>name=value</c>.</param>
    public void Append(Caller caller, string action, string subject, string outcome = "ok", string detail = "") => database.Change(db =>
    {
        using SqliteTransaction transaction = db.BeginTransaction();
        (long seq, string hash) = End(db, "head");
        AuditEntry entry = new()
        {
            Seq = seq + 1, Time = time.GetUtcNow().ToUnixTimeMilliseconds(), Actor = Clean(caller.Actor), Origin = Clean(caller.Origin), Action = Clean(action),
            Subject = Clean(subject), Outcome = Clean(outcome), Detail = Clean(detail, DetailLength),
        };
        entry = entry with { Hash = entry.HashAfter(hash) };
        db.Execute($"INSERT INTO audit ({Columns}) VALUES (@Seq, @Time, @Actor, @Origin, @Action, @Subject, @Outcome, @Detail, @Hash)", entry, transaction);
        db.Execute("UPDATE audit_end SET seq = @Seq, hash = @Hash WHERE name = 'head'", entry, transaction);
        Drop(db, transaction, entry.Seq);
        transaction.Commit();
        return entry.Seq;
    });

    /// <summary>The newest entries, the newest first.</summary>
    /// <param name="sinceMs">Only those from this time on, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<AuditEntry> List(long sinceMs, int limit)
    {
        using SqliteConnection db = database.Open();
        return db.Query<AuditEntry>($"SELECT {Columns} FROM audit WHERE time >= @sinceMs ORDER BY seq DESC LIMIT @limit", new { sinceMs, limit }).AsList();
    }

    /// <summary>Checks the whole chain.</summary>
    /// <param name="known">A head that an earlier check gave and that was kept elsewhere, as <c>seq:hash</c>; null for none.</param>
    /// <returns>Fails with <c>audit_broken</c>, naming the first bad entry.</returns>
    public Result<AuditCheck> Verify(string? known)
    {
        using SqliteConnection db = database.Open();
        using SqliteTransaction oneMoment = db.BeginTransaction(deferred: true);
        (long dropped, string hash) = End(db, "anchor");
        long last = dropped;
        bool met = known is null || known == $"{last}:{hash}";
        long entries = 0;
        foreach (AuditEntry entry in db.Query<AuditEntry>($"SELECT {Columns} FROM audit ORDER BY seq", transaction: oneMoment, buffered: false))
        {
            if (entry.Seq != last + 1)
            {
                return entry.Seq > last
                    ? Broken(last + 1, $"is missing; the next one there is {entry.Seq}")
                    : Broken(entry.Seq, $"is there, although all up to {last} were dropped for age");
            }

            if (entry.HashAfter(hash) != entry.Hash)
            {
                return Broken(entry.Seq, "is not what was written, or the one before it is not");
            }

            (last, hash, entries) = (entry.Seq, entry.Hash, entries + 1);
            met |= known == $"{last}:{hash}";
        }

        (long headSeq, string headHash) = End(db, "head");
        if (headSeq != last || headHash != hash)
        {
            return headSeq > last ? Broken(last + 1, $"is missing, and all up to {headSeq}") : Broken(last, "is not the head that was written last");
        }

        return met ? new AuditCheck(entries, entries == 0 ? 0 : dropped + 1, dropped, $"{last}:{hash}") : NotMet(known!, dropped, last);
    }

    /// <summary>Text for one field: bounded, without control characters.</summary>
    private static string Clean(string text, int length = FieldLength) =>
        Printable.Of(text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]);

    private static (long Seq, string Hash) End(SqliteConnection db, string name) =>
        db.QuerySingle<(long, string)>("SELECT seq, hash FROM audit_end WHERE name = @name", new { name });

    // A tenth at a time, so that it is rare; the anchor moves first, which is what the trigger asks.
    private void Drop(SqliteConnection db, SqliteTransaction transaction, long newest)
    {
        long kept = newest - End(db, "anchor").Seq;
        if (kept <= options.Value.Entries)
        {
            return;
        }

        long through = newest - (options.Value.Entries * 9 / 10);
        db.Execute(
            "UPDATE audit_end SET seq = @through, hash = (SELECT hash FROM audit WHERE seq = @through) WHERE name = 'anchor'; DELETE FROM audit WHERE seq <= @through",
            new { through },
            transaction);
    }

    private static Error Broken(long seq, string how) => new(
        ErrorCodes.AuditBroken,
        $"The audit log is broken: entry {seq} {how}. Somebody changed the hub's database, or the disk did; compare with a backup of hub.db.");

    private static Error NotMet(string known, long dropped, long last) =>
        known.Split(':') is [string seq, { Length: 64 }] && long.TryParse(seq, out long number)
            ? number < dropped
                ? new Error(ErrorCodes.InvalidArgument, $"Entry {number} was dropped for age, so the head {known} proves nothing any more; keep a newer one.")
                : Broken(Math.Min(number, last + 1), $"is not the one of the head {known} that was given: the log was rewritten")
            : new Error(ErrorCodes.InvalidArgument, $"\"{known}\" is no head: it is a number, a colon and 64 hex digits, as `edgemesh audit verify` shows it.");
}

using System;
using System.IO;
using System.Linq;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Audit;

/// <summary>What the chain of the audit log shows, and what a power cut leaves of it.</summary>
public sealed class AuditLogTests : IDisposable
{
    private const int Entries = 8;
    private static readonly string[] Texts = ["actor", "origin", "action", "subject", "outcome", "detail"];

    private readonly TempFolder _folder = new();

    [Fact]
    public void Every_altered_removed_swapped_or_inserted_entry_is_found_and_the_first_bad_one_named()
    {
        string sound = Written("sound.db", Entries);
        int tried = 0;
        for (int i = 1; i <= Entries; i++)
        {
            foreach (string column in Texts)
            {
                Found(i, $"UPDATE audit SET {column} = {column} || 'x' WHERE seq = {i}");
                Found(i, $"UPDATE audit SET {column} = '' WHERE seq = {i} AND {column} <> ''", onlyIfChanged: true);
            }

            Found(i, $"UPDATE audit SET time = time + 1 WHERE seq = {i}");
            Found(i, $"UPDATE audit SET hash = '{new string('0', 64)}' WHERE seq = {i}");
            Found(i, $"DELETE FROM audit WHERE seq = {i}");
            Found(i, $"DELETE FROM audit WHERE seq >= {i}");
            Found(i, $"DELETE FROM audit WHERE seq = {i}; UPDATE audit SET seq = seq - 1 WHERE seq > {i}");
            // From one field to its neighbour: the bytes in a row are the same, the entry is not.
            Found(i, $"UPDATE audit SET actor = actor || substr(origin, 1, 1), origin = substr(origin, 2) WHERE seq = {i}");
            Found(i, $"INSERT INTO audit SELECT seq + 1000, time, actor, origin, action, subject, outcome, detail, hash FROM audit WHERE seq = {i}", Entries + 1);
            for (int j = i + 1; j <= Entries; j++)
            {
                Found(i, $"UPDATE audit SET seq = 0 WHERE seq = {i}; UPDATE audit SET seq = {i} WHERE seq = {j}; UPDATE audit SET seq = {j} WHERE seq = 0");
            }
        }

        Found(0, "INSERT INTO audit SELECT 0, time, actor, origin, action, subject, outcome, detail, hash FROM audit WHERE seq = 1");
        Found(Entries + 1, $"INSERT INTO audit SELECT {Entries + 1}, time, actor, origin, action, subject, outcome, detail, hash FROM audit WHERE seq = {Entries}");
        Found(1, "UPDATE audit_end SET seq = 1 WHERE name = 'anchor'");
        Found(Entries, $"UPDATE audit_end SET hash = '{new string('0', 64)}' WHERE name = 'head'");
        Assert.InRange(tried, 150, int.MaxValue);

        void Found(int first, string tampering, int? named = null, bool onlyIfChanged = false)
        {
            string copy = _folder.File($"copy-{tried++}.db");
            File.Copy(sound, copy);
            Database database = new(copy);
            using (SqliteConnection db = database.Open())
            {
                foreach (string trigger in db.Query<string>("SELECT name FROM sqlite_master WHERE type = 'trigger'").AsList())
                {
                    db.Execute($"DROP TRIGGER {trigger}");
                }

                if (db.Execute(tampering) == 0 && onlyIfChanged)
                {
                    return;
                }
            }

            Result<AuditCheck> check = Log(database).Verify(null);
            Assert.True(check.Error?.Code == ErrorCodes.AuditBroken, $"not found: {tampering}");
            Assert.Contains($"entry {named ?? first} ", check.Error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_asks_the_database_to_change_or_remove_an_entry_is_refused()
    {
        using SqliteConnection db = new Database(Written("sound.db", Entries)).Open();
        foreach (string change in new[]
        {
            "UPDATE audit SET outcome = 'ok'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 8", "DELETE FROM audit_end", "UPDATE audit_end SET seq = 0",
        })
        {
            Assert.Contains("append-only", Assert.Throws<SqliteException>(() => db.Execute(change)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_whole_new_chain_is_shown_by_a_head_that_was_kept_elsewhere_and_by_nothing_else()
    {
        AuditLog honest = Log(new Database(Written("honest.db", Entries)));
        string head = honest.Verify(null).Value.Head;
        AuditLog forged = Log(new Database(Written("forged.db", Entries + 3, "nobody")));
        Assert.True(forged.Verify(null).IsOk);
        Assert.Equal(ErrorCodes.AuditBroken, forged.Verify(head).Error?.Code);
        honest.Append(Caller.Hub, "later", "");
        Assert.True(honest.Verify(head).IsOk);
        Assert.Equal(ErrorCodes.AuditBroken, honest.Verify("99:" + head.Split(':')[1]).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, honest.Verify("not a head").Error?.Code);
    }

    [Fact]
    public void It_does_not_grow_beyond_its_limit_and_the_chain_goes_on_from_what_was_dropped()
    {
        Database database = new(_folder.File("bounded.db"));
        AuditLog log = Log(database, 100);
        for (int i = 1; i <= 350; i++)
        {
            log.Append(Caller.Hub, "try", $"{i}");
            AuditCheck check = log.Verify(null).Value;
            Assert.InRange(check.Entries, Math.Min(i, 90), 100);
            Assert.Equal(i, check.Dropped + check.Entries);
        }

        Assert.Equal("350", log.List(0, 1).Single().Subject);
        Assert.Equal(ErrorCodes.InvalidArgument, log.Verify("3:" + AuditEntry.NoHash).Error?.Code);
    }

    /// <summary>The write-ahead log is where an append goes first; a cut leaves any part of what was written to it.</summary>
    [Fact]
    public void A_power_cut_at_any_byte_leaves_a_chain_that_verifies_and_goes_on()
    {
        string file = Written("cut.db", 1);
        Database database = new(file);
        using SqliteConnection held = database.Open();
        AuditLog log = Log(database);
        for (int i = 0; i < 6; i++)
        {
            log.Append(Caller.Hub, "try", $"{i}");
        }

        byte[] data = ReadShared(file), wal = ReadShared(file + "-wal");
        Assert.NotEmpty(wal);
        long most = 0;
        // Around the frames of a page each, byte by byte; in between with strides.
        foreach (int length in Enumerable.Range(0, wal.Length + 1).Where(l => l == wal.Length || (l - 32) % 4120 < 30 || l % 337 == 0))
        {
            string copy = _folder.File("after-cut.db");
            File.WriteAllBytes(copy, data);
            File.WriteAllBytes(copy + "-wal", wal[..length]);
            File.Delete(copy + "-shm");
            Database after = new(copy);
            Result<AuditCheck> check = Log(after).Verify(null);
            Assert.True(check.IsOk, $"cut at {length}: {check.Error?.Message}");
            Assert.InRange(check.Value.Entries, most, 7);
            most = check.Value.Entries;
            Log(after).Append(Caller.Hub, "after", "");
            Assert.Equal(most + 1, Log(after).Verify(null).Value.Entries);
            SqliteConnection.ClearAllPools();
        }

        Assert.Equal(7, most);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static AuditLog Log(Database database, long entries = 100_000) =>
        new(database, Options.Create(new AuditOptions { Entries = entries }), TimeProvider.System);

    private static byte[] ReadShared(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private string Written(string name, int entries, string actor = "pi")
    {
        Database database = new(_folder.File(name));
        for (int i = 1; i <= entries; i++)
        {
            Log(database).Append(new Caller(actor, $"socket pid {i}"), "devices-add", $"lamp-{i}", i % 3 == 0 ? "device_exists" : "ok", "type=relay");
        }

        // Everything into the one file, so that it can be copied.
        SqliteConnection.ClearAllPools();
        return database.File;
    }
}

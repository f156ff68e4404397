using Dapper;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The identities in the database.</summary>
public sealed class IdentityStore(Database database)
{
    /// <summary>A number above all before it, also where the database was put back from a backup: it is at least the time.</summary>
    public long NextSequence(long unixMilliseconds) => database.Next("identity_sequence", unixMilliseconds);

    /// <summary>Keeps an identity; what was wanted is done with by that.</summary>
    public void Add(IdentityRow row) => database.Change(db => db.Execute(
        """
        DELETE FROM identity WHERE device = @Device AND state = 'wanted';
        INSERT INTO identity (sequence, device, authority, serial, state, sent) VALUES (@Sequence, @Device, @Authority, @Serial, @State, @Sent);
        """,
        row));

    /// <summary>A device's newest; null for none.</summary>
    public IdentityRow? Newest(string device)
    {
        using SqliteConnection db = database.Open();
        return db.QueryFirstOrDefault<IdentityRow>("SELECT * FROM identity WHERE device = @device ORDER BY sequence DESC", new { device });
    }

    /// <summary>One of a device's; null where there is none.</summary>
    public IdentityRow? Find(string device, long sequence)
    {
        using SqliteConnection db = database.Open();
        return db.QuerySingleOrDefault<IdentityRow>("SELECT * FROM identity WHERE device = @device AND sequence = @sequence", new { device, sequence });
    }

    /// <summary>Records how far one came; one that is in use stays so.</summary>
    public void Update(long sequence, string state) => database.Change(db => db.Execute(
        "UPDATE identity SET state = @state WHERE sequence = @sequence AND state <> 'in_use'", new { sequence, state }));

    /// <summary>The device was here with this one: those before are over, and the certificates in none that are left are revoked.</summary>
    public void Adopt(IdentityRow row, long now) => database.Change(db =>
    {
        using SqliteTransaction transaction = db.BeginTransaction();
        db.Execute(
            """
            DELETE FROM identity WHERE device = @Device AND sequence < @Sequence;
            UPDATE identity SET state = 'in_use' WHERE sequence = @Sequence;
            UPDATE certificate SET revoked = @now, reason = 'superseded' WHERE kind = 'device' AND subject = @Device AND revoked = 0
                AND serial NOT IN (SELECT serial FROM identity WHERE device = @Device);
            INSERT INTO device_authority (device, authority) VALUES (@Device, @Authority) ON CONFLICT (device) DO UPDATE SET authority = excluded.authority;
            """,
            new { row.Device, row.Sequence, row.Authority, now },
            transaction);
        transaction.Commit();
        return row.Sequence;
    });

    /// <summary>One was not sent after all.</summary>
    public void Remove(long sequence) => database.Change(db => db.Execute("DELETE FROM identity WHERE sequence = @sequence", new { sequence }));

    /// <summary>A device is gone, or begins anew.</summary>
    public void Forget(string device) => database.Change(db => db.Execute("DELETE FROM identity WHERE device = @device", new { device }));

    /// <summary>The newest authority that a device was told of; 0 for none.</summary>
    public long ToldOf(string device)
    {
        using SqliteConnection db = database.Open();
        return db.ExecuteScalar<long>("SELECT coalesce(max(authority), 0) FROM device_authority WHERE device = @device", new { device });
    }

    /// <summary>The certificate that a device uses: of the identity it was here with, else the oldest that is good, its configuration's; null for none.</summary>
    public IssuedCertificate? InUse(string device)
    {
        using SqliteConnection db = database.Open();
        return db.QueryFirstOrDefault<IssuedCertificate>(
            """
            SELECT serial, kind, subject, authority, issued, not_before AS NotBefore, not_after AS NotAfter, revoked, reason FROM certificate
            WHERE kind = 'device' AND subject = @device AND revoked = 0
            ORDER BY serial IN (SELECT serial FROM identity WHERE device = @device AND state = 'in_use') DESC, issued, certificate.rowid LIMIT 1
            """,
            new { device });
    }
}

using System.Collections.Generic;
using Dapper;
using EdgeMesh.Hub.Storage;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The certificates in the database: what was issued, what is revoked, and which device was told of which authority.</summary>
public sealed class CertificateStore(Database database)
{
    private const string Columns = "serial, kind, subject, authority, issued, not_before AS NotBefore, not_after AS NotAfter, revoked, reason";

    /// <summary>Keeps what was issued. One that is there already stays: an authority whose file came first is told again at every start.</summary>
    public void Add(IssuedCertificate issued) => database.Change(db => db.Execute(
        """
        INSERT INTO certificate (serial, kind, subject, authority, issued, not_before, not_after)
        VALUES (@Serial, @Kind, @Subject, @Authority, @Issued, @NotBefore, @NotAfter) ON CONFLICT DO NOTHING
        """,
        issued));

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<IssuedCertificate> List()
    {
        using SqliteConnection db = database.Open();
        return db.Query<IssuedCertificate>($"SELECT {Columns} FROM certificate ORDER BY issued DESC, rowid DESC").AsList();
    }

    /// <summary>Those revoked that have not ended by themselves.</summary>
    public IReadOnlyList<IssuedCertificate> Revoked(long authority, long now)
    {
        using SqliteConnection db = database.Open();
        return db.Query<IssuedCertificate>(
            $"SELECT {Columns} FROM certificate WHERE authority = @authority AND revoked > 0 AND not_after > @now ORDER BY serial", new { authority, now }).AsList();
    }

    /// <summary>Marks all certificates of a device as revoked; gives how many were not yet.</summary>
    public int RevokeDevice(string device, long now, string reason) => database.Change(db => db.Execute(
        "UPDATE certificate SET revoked = @now, reason = @reason WHERE kind = 'device' AND subject = @device AND revoked = 0", new { device, now, reason }));

    /// <summary>Whether a device holds a certificate of this authority that is good.</summary>
    public bool IsInUse(long authority, long now)
    {
        using SqliteConnection db = database.Open();
        return db.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM certificate WHERE kind = 'device' AND authority = @authority AND revoked = 0 AND not_after > @now)", new { authority, now });
    }

    /// <summary>A device was told to trust this authority and those before.</summary>
    public void Told(string device, long authority) => database.Change(db => db.Execute(
        "INSERT INTO device_authority (device, authority) VALUES (@device, @authority) ON CONFLICT (device) DO UPDATE SET authority = excluded.authority",
        new { device, authority }));

    /// <summary>A device is gone, and what it was told does not matter any more.</summary>
    public void Forget(string device) => database.Change(db => db.Execute("DELETE FROM device_authority WHERE device = @device", new { device }));

    /// <summary>The devices that were told of some authority, and not of this one.</summary>
    public IReadOnlyList<string> NotTold(long authority)
    {
        using SqliteConnection db = database.Open();
        return db.Query<string>("SELECT device FROM device_authority WHERE authority < @authority ORDER BY device", new { authority }).AsList();
    }

    /// <summary>A number for the next revocation list and its time: both only grow.</summary>
    /// <remarks>Mosquitto keeps the lists it has read before, and OpenSSL takes the one that says it is the newest, to the second.</remarks>
    public (long Number, long UnixSeconds) NextRevocationList(long atLeastUnixSeconds) => (database.Next("crl_number", 1), database.Next("crl_time", atLeastUnixSeconds));
}

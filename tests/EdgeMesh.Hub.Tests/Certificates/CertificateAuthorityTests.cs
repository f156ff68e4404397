using System;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Results;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>What the authority issues, when, and what it does with a clock that cannot be right.</summary>
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_device_gets_a_certificate_in_its_name_for_a_year_that_cannot_serve_and_the_hub_one_that_can()
    {
        Authority authority = Made();
        DeviceTrust trust = authority.Ca.Issue("lamp").Value!;
        using X509Certificate2 device = X509Certificate2.CreateFromPem(trust.Certificate!, trust.PrivateKey!);
        Assert.Equal("CN=lamp", device.Subject);
        Assert.Equal(Today.AddDays(365).UtcDateTime, device.NotAfter.ToUniversalTime());
        Assert.True(device.NotBefore.ToUniversalTime() <= Today.AddDays(-1).UtcDateTime);
        Assert.Equal(ECCurve.NamedCurves.nistP256.Oid.Value, device.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
        Assert.True(Authority.IsGood(device, Authority.Pem(trust.Ca), Today));
        Assert.Equal(["1.3.6.1.5.5.7.3.2"], Uses(device));
        Assert.Equal(["1.3.6.1.5.5.7.3.1"], Uses(authority.Hub));
        Assert.True(Authority.IsGood(authority.Hub, Authority.Pem(trust.Ca), Today));
        X509Certificate2 root = Authority.Pem(trust.Ca)[0];
        Assert.Equal(10, root.NotAfter.Year - root.NotBefore.Year);
        Assert.True(root.Extensions.OfType<X509BasicConstraintsExtension>().Single() is { CertificateAuthority: true, Critical: true, PathLengthConstraint: 0 });
        HubNames names = HubNames.Of(authority.Hub);
        Assert.Contains(Environment.MachineName.Split('.')[0].ToLowerInvariant() + ".local", names.Dns);
        Assert.Contains("more.example", names.Dns);
        Assert.Contains(System.Net.IPAddress.Loopback, names.Addresses);
        Assert.Contains(System.Net.IPAddress.Parse("192.0.2.7"), names.Addresses);
    }

    [Fact]
    public void Every_private_key_is_the_hubs_alone_and_a_devices_is_not_kept()
    {
        Authority authority = Made();
        DeviceTrust trust = authority.Ca.Issue("lamp").Value!;
        string folder = Path.Combine(_folder.Path, "certificates");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        string[] files = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);
        string key = trust.PrivateKey!.Split('\n')[1];
        foreach (string file in files.Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith("-wal", StringComparison.Ordinal)))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        SqliteConnection.ClearAllPools();
        Assert.All(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), f => Assert.DoesNotContain(key, File.ReadAllText(f), StringComparison.Ordinal));
        Assert.DoesNotContain(key, trust.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:30Z")]
    [InlineData("2000-01-01T00:00:00Z")]
    [InlineData("2025-12-31T23:59:59Z")]
    public void With_a_clock_that_cannot_be_right_nothing_is_issued_until_it_is(string wrong)
    {
        Authority authority = new(_folder.Path, new SettableClock(DateTimeOffset.Parse(wrong, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(ErrorCodes.ClockImplausible, authority.Ca.Ensure()?.Code);
        Assert.Equal(ErrorCodes.ClockImplausible, authority.Ca.Issue("lamp").Error?.Code);
        Assert.Null(authority.Ca.Current);
        Assert.Empty(authority.Store.List());
        authority.Clock.Now = Today;
        Assert.Null(authority.Ca.Ensure());
        Assert.NotNull(authority.Ca.Current);
        Assert.Single(authority.Changes);
    }

    [Fact]
    public void A_clock_that_fell_back_issues_nothing_yet_revokes_and_what_there_is_stays_in_use()
    {
        Authority authority = Made();
        DeviceTrust trust = authority.Ca.Issue("lamp").Value!;
        string before = authority.Text("hub.pem");
        // After a restart too: a Pi starts again where it was switched off, or in 1970.
        Authority again = new(_folder.Path, new SettableClock(Today.AddDays(-40)));
        Assert.Equal(ErrorCodes.ClockImplausible, again.Ca.Ensure()?.Code);
        Assert.Equal(ErrorCodes.ClockImplausible, again.Ca.Issue("fan").Error?.Code);
        Assert.NotNull(again.Ca.Current);
        Assert.Equal(before, again.Text("hub.pem"));
        again.Ca.Revoke("lamp", "lost");
        Assert.Contains(Serial(trust), Revoked(again));
    }

    [Fact]
    public void What_was_issued_under_a_lagging_clock_is_issued_again_once_it_is_right()
    {
        Authority authority = new(_folder.Path, new SettableClock(Today.AddDays(-80)));
        Assert.Null(authority.Ca.Ensure());
        string early = authority.Text("hub.pem");
        authority.Clock.Now = Today;
        Assert.Null(authority.Ca.Ensure());
        Assert.NotEqual(early, authority.Text("hub.pem"));
        Assert.True(Authority.IsGood(authority.Hub, authority.Trusted, Today.AddDays(80)));
    }

    [Fact]
    public void The_hubs_certificate_is_renewed_before_it_ends_for_years_and_is_never_not_valid()
    {
        Authority authority = Made();
        X509Certificate2Collection roots = authority.Trusted;
        int renewals = 0;
        string last = authority.Text("hub.pem");
        for (DateTimeOffset now = Today; now < Today.AddYears(3); now += TimeSpan.FromDays(14))
        {
            authority.Clock.Now = now;
            Assert.Null(authority.Ca.Ensure());
            renewals += authority.Text("hub.pem") == last ? 0 : 1;
            last = authority.Text("hub.pem");
            Assert.True(Authority.IsGood(authority.Hub, roots, now.AddDays(14)));
            // A device whose clock stands where its authority began must be let in, to be told the time.
            Assert.True(Authority.IsGood(authority.Hub, roots, Today.AddDays(-1).AddMinutes(1)));
        }

        Assert.InRange(renewals, 3 * 365 / 90, 3 * 365 / 45);
    }

    [Fact]
    public void A_rotation_trusts_both_and_moves_only_when_its_time_has_come_and_every_device_knows()
    {
        Authority authority = Made();
        DeviceTrust old = authority.Ca.Issue("lamp").Value!;
        X509Certificate2Collection oldRoots = Authority.Pem(old.Ca);
        Assert.True(authority.Ca.Rotate(false).IsOk);
        Assert.Equal(2, authority.Trusted.Count);
        Assert.Equal(2, Authority.Pem(authority.Ca.Export().Value.Pem).Count);
        Assert.Equal(ErrorCodes.RotationInProgress, authority.Ca.Rotate(false).Error?.Code);
        authority.Clock.Now = Today.AddDays(60);
        Assert.Null(authority.Ca.Ensure());
        // The time has come, but the lamp would be cut off.
        Assert.True(Authority.IsGood(authority.Hub, oldRoots, authority.Clock.Now));
        Assert.Equal(["lamp"], authority.Ca.Show().Value.NotTold);
        DeviceTrust fresh = authority.Ca.Issue("lamp").Value!;
        Assert.Null(authority.Ca.Ensure());
        Assert.False(Authority.IsGood(authority.Hub, oldRoots, authority.Clock.Now));
        Assert.True(Authority.IsGood(authority.Hub, Authority.Pem(fresh.Ca), authority.Clock.Now));
        // The old certificate of the lamp is good until it ends: then the old authority goes, with its key.
        Assert.Equal(2, authority.Trusted.Count);
        authority.Clock.Now = Today.AddDays(366);
        authority.Changes.Clear();
        Assert.Null(authority.Ca.Ensure());
        Assert.Single(authority.Trusted);
        Assert.Contains(authority.Changes, c => c.Restart);
        Assert.DoesNotContain("PRIVATE", authority.Text("retired-1.pem"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "certificates", "authority-1.pem")));
    }

    [Fact]
    public void An_authority_whose_key_got_out_is_trusted_no_more_at_once()
    {
        Authority authority = Made();
        X509Certificate2Collection oldRoots = authority.Trusted;
        authority.Changes.Clear();
        AuthoritiesView view = authority.Ca.Rotate(immediately: true).Value;
        Assert.Equal([(2L, "serving")], view.Authorities.Select(a => (a.Number, a.State)));
        Assert.Single(authority.Trusted);
        Assert.False(Authority.IsGood(authority.Hub, oldRoots, Today));
        Assert.Contains(authority.Changes, c => c.Restart);
    }

    [Fact]
    public void Each_revocation_list_is_newer_than_the_one_before_also_within_a_second()
    {
        Authority authority = Made();
        string[] devices = ["a", "b", "c"];
        DeviceTrust[] trusts = [.. devices.Select(d => authority.Ca.Issue(d).Value!)];
        (DateTimeOffset last, BigInteger number) = (DateTimeOffset.MinValue, BigInteger.Zero);
        for (int i = 0; i < devices.Length; i++)
        {
            authority.Ca.Revoke(devices[i], "lost");
            CertificateRevocationListBuilder.LoadPem(authority.Text("crl.pem"), out BigInteger next);
            DateTimeOffset thisUpdate = ThisUpdate(authority.Text("crl.pem"));
            Assert.True(next > number && thisUpdate > last && thisUpdate <= Today);
            (number, last) = (next, thisUpdate);
            Assert.Equal(trusts.Take(i + 1).Select(Serial).Order(), Revoked(authority).Order());
        }

        authority.Changes.Clear();
        authority.Ca.Revoke("a", "again");
        Assert.Empty(authority.Changes);
    }

    [Fact]
    public void A_power_cut_between_any_two_files_leaves_what_the_next_start_completes()
    {
        Authority whole = Made();
        whole.Ca.Issue("lamp");
        SqliteConnection.ClearAllPools();
        string[] files = ["hub.pem", "ca.pem", "crl.pem", "clock"];
        for (int lost = 0; lost < 1 << files.Length; lost++)
        {
            foreach (string file in files.Where((_, i) => (lost & (1 << i)) != 0))
            {
                File.Delete(Path.Combine(_folder.Path, "certificates", file));
            }

            string root = whole.Text("authority-1.pem");
            Authority after = new(_folder.Path, new SettableClock(Today));
            Assert.Null(after.Ca.Ensure());
            Assert.NotNull(after.Ca.Current);
            Assert.Equal(root, after.Text("authority-1.pem"));
            Assert.True(Authority.IsGood(after.Hub, after.Trusted, Today));
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static string Serial(DeviceTrust trust) => X509Certificate2.CreateFromPem(trust.Certificate!).SerialNumber.ToLowerInvariant();

    private static string[] Uses(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(o => o.Value!)];

    /// <summary>What OpenSSL, which is what Mosquitto reads the list with, says of it.</summary>
    private static string OpenSsl(string crl)
    {
        using System.Diagnostics.Process openssl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("openssl", ["crl", "-noout", "-text"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        openssl.StandardInput.Write(crl);
        openssl.StandardInput.Close();
        return openssl.StandardOutput.ReadToEnd();
    }

    private static string[] Revoked(Authority authority) => [.. OpenSsl(authority.Text("crl.pem")).Split('\n').Where(l => l.Contains("Serial Number:", StringComparison.Ordinal))
        .Select(l => l.Split(':')[1].Trim().ToLowerInvariant())];

    private static DateTimeOffset ThisUpdate(string crl)
    {
        string line = OpenSsl(crl).Split('\n').Single(l => l.Contains("Last Update:", StringComparison.Ordinal));
        return DateTimeOffset.ParseExact(
            line.Split("Last Update:")[1].Trim(), "MMM d HH:mm:ss yyyy 'GMT'", System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AllowInnerWhite | System.Globalization.DateTimeStyles.AssumeUniversal);
    }

    private Authority Made()
    {
        Authority authority = new(_folder.Path, new SettableClock(Today), new CertificateOptions { Names = "more.example, 192.0.2.7" });
        Assert.Null(authority.Ca.Ensure());
        return authority;
    }
}

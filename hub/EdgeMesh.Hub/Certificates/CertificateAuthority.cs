using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The hub's certificate authority: issues, renews, revokes and rotates, and keeps the broker's files in line.</summary>
/// <remarks>
/// The files say which authorities there are, the database what was issued and who was told of what; all else follows from those two in
/// <see cref="Ensure()"/>, which may be called at any time and be killed at any time.
/// </remarks>
public sealed partial class CertificateAuthority(
    CertificateFolder folder, CertificateStore store, IdentityStore identities, PlausibleClock clock, AuditLog audit, HubEvents events, HubIdentity identity,
    IOptions<CertificateOptions> options, IOptions<BrokerOptions> broker, TimeProvider time) : IBrokerCertificates
{
    private const int RootYears = 10;

    // For clocks that lag behind the hub's.
    private static readonly TimeSpan Backdating = TimeSpan.FromDays(1);

    private readonly CertificateOptions _options = options.Value;
    private readonly BrokerOptions _broker = broker.Value;
    private readonly Lock _gate = new();

    /// <summary>Whether the embedded broker speaks TLS, which is what the authority is for.</summary>
    public bool Enabled => _broker.Url.Length == 0 && _broker.TlsPort > 0;

    /// <inheritdoc/>
    public BrokerCertificates? Current => Enabled && folder.IsComplete ? folder.Files : null;

    private DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Makes what is missing, renews what is due, drops what is over; tells the broker where anything changed.</summary>
    /// <returns>Why nothing can be issued now; null where all is well. What exists stays in use either way.</returns>
    public Error? Ensure() => Ensure(dropped: false);

    /// <summary>Begins a rotation: a new authority is trusted beside the present one, and takes over when its time has come.</summary>
    /// <param name="immediately">It takes over now, and older ones are trusted no more: for a key that got out. Devices must be told anew.</param>
    public Result<AuthoritiesView> Rotate(bool immediately)
    {
        lock (_gate)
        {
            if (!Enabled)
            {
                return Disabled();
            }

            if (Ensure() is { } problem)
            {
                return problem;
            }

            SortedDictionary<long, X509Certificate2> all = folder.Authorities();
            long newest = all.Keys.Last();
            bool underWay = Serving(all) != newest;
            if (underWay && !immediately)
            {
                AuthoritiesView view = Show().Value;
                return new Error(
                    ErrorCodes.RotationInProgress,
                    $"Authority {newest} is to take over already. It waits for {(view.NotTold.Count > 0 ? string.Join(", ", view.NotTold) + " to be told of it" : "its time")}; "
                    + "see `edgemesh ca show`, or end the wait with `edgemesh ca rotate --now`, which cuts off every device that was not told.");
            }

            if (!underWay)
            {
                NewAuthority(newest + 1);
            }

            foreach ((long number, X509Certificate2 old) in immediately ? all.Where(a => !underWay || a.Key < newest) : [])
            {
                Retire(number, old);
            }

            return Ensure(dropped: immediately) is { } failed ? failed : Show();
        }
    }

    /// <summary>How the authority stands.</summary>
    public Result<AuthoritiesView> Show()
    {
        if (!Enabled)
        {
            return Disabled();
        }

        lock (_gate)
        {
            SortedDictionary<long, X509Certificate2> all = folder.Authorities();
            X509Certificate2? hub = folder.Hub();
            long serving = all.Count > 0 ? Serving(all) : 0, newest = all.Keys.LastOrDefault();
            bool rotating = serving != newest;
            return new AuthoritiesView(
                [.. all.Select(a => new AuthorityView(
                    a.Key, a.Value.GetNameInfo(X509NameType.SimpleName, false), a.Value.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), Unix(a.Value.NotAfter),
                    a.Key == serving ? "serving" : a.Key > serving ? "next" : "old"))],
                hub is null ? [] : [.. HubNames.Of(hub).Dns.Order(StringComparer.Ordinal), .. HubNames.Of(hub).Addresses.Select(a => a.ToString()).Order(StringComparer.Ordinal)],
                hub is null ? 0 : Unix(hub.NotAfter),
                rotating ? TakesOver(all[newest]).ToUnixTimeSeconds() : 0,
                rotating ? store.NotTold(newest) : [],
                clock.Problem()?.Message ?? "");
        }
    }

    /// <summary>What devices are to trust: during a rotation both authorities.</summary>
    public Result<AuthoritiesPem> Export()
    {
        lock (_gate)
        {
            SortedDictionary<long, X509Certificate2> all = folder.Authorities();
            return !Enabled ? Disabled() : all.Count == 0 ? clock.Problem() ?? Disabled()
                : new AuthoritiesPem(string.Concat(all.Where(a => a.Key >= Serving(all)).Select(a => Issuer.Pem(a.Value))));
        }
    }

    /// <summary>Every certificate ever issued, the newest first.</summary>
    public IReadOnlyList<IssuedCertificate> List() =>
        [.. store.List().Select(c => c with { RenewBy = RenewBy(c) })];

    private static Error Disabled() => new(
        ErrorCodes.CertificatesDisabled, "This hub keeps no certificates: its broker does not speak TLS. Set Broker:TlsPort (8883 is MQTT's own), or use the external broker's certificates.");

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static long Unix(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds();

    private static bool Signed(X509Certificate2 authority, X509Certificate2 certificate) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData);

    // At most a third of its life, so that a short one is not due from its first day.
    private TimeSpan RenewalSpan(double lifeSeconds) => TimeSpan.FromSeconds(double.Min(_options.RenewDays * 86_400.0, lifeSeconds / 3));

    private DateTimeOffset TakesOver(X509Certificate2 next) => next.NotBefore + Backdating + TimeSpan.FromDays(_options.OverlapDays);

    /// <summary>
    /// The authority whose certificate the broker shows: the newest, once the overlap is over and every device was told of it. Devices that
    /// were not told could never be reached again.
    /// </summary>
    private long Serving(SortedDictionary<long, X509Certificate2> all)
    {
        long[] newestFirst = [.. all.Keys.Reverse()];
        X509Certificate2 newest = all[newestFirst[0]];
        bool moved = folder.Hub() is { } hub && Signed(newest, hub);
        return newestFirst.Length == 1 || moved || (Now >= TakesOver(newest) && store.NotTold(newestFirst[0]).Count == 0) ? newestFirst[0] : newestFirst[1];
    }

    private X509Certificate2 NewAuthority(long number)
    {
        string name = $"EdgeMesh {identity.Site} {number} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        X509Certificate2 authority = Issuer.Root(name, Now - Backdating, (Now - Backdating).AddYears(RootYears));
        folder.WriteAuthority(number, authority);
        Keep(Row(authority, "authority", number));
        return authority;
    }

    private Error? Ensure(bool dropped)
    {
        if (!Enabled)
        {
            return null;
        }

        lock (_gate)
        {
            if (clock.Problem() is { } problem)
            {
                return problem;
            }

            clock.Keep();
            SortedDictionary<long, X509Certificate2> all = folder.Authorities();
            if (all.Count == 0)
            {
                all[1] = NewAuthority(1);
            }

            foreach ((long number, X509Certificate2 authority) in all)
            {
                // Its file came first; the database hears of it now where the power failed in between.
                store.Add(Row(authority, "authority", number));
            }

            dropped |= Drop(all);
            bool changed = EnsureHub(all);
            changed |= folder.Write(folder.Files.Authorities, string.Concat(all.Values.Select(Issuer.Pem)));
            changed |= WriteRevocationLists(all);
            if (changed || dropped)
            {
                events.Publish(new BrokerCertificatesChanged(dropped));
            }

            return null;
        }
    }

    private bool EnsureHub(SortedDictionary<long, X509Certificate2> all)
    {
        HubNames names = HubNames.OfThisMachine([_broker.DeviceHost, .. _options.Names.Split(',')]);
        long serving = Serving(all);
        X509Certificate2 authority = all[serving];
        TimeSpan life = TimeSpan.FromDays(_options.HubDays);
        if (folder.Hub() is { } hub && Signed(authority, hub) && HubNames.Of(hub).Cover(names) && hub.NotBefore <= Now && Now < hub.NotAfter - RenewalSpan(life.TotalSeconds))
        {
            return false;
        }

        // As early as its authority: a device that starts with a clock of then must be able to connect, to be told the time.
        X509Certificate2 made = Issuer.Server(authority, Environment.MachineName, names, authority.NotBefore, Earlier(Now + life, authority.NotAfter));
        Keep(Row(made, "hub", serving));
        return folder.Write(folder.Files.Certificate, Issuer.PemWithKey(made));
    }

    /// <summary>Drops older authorities of which no device needs a certificate any more.</summary>
    private bool Drop(SortedDictionary<long, X509Certificate2> all)
    {
        long serving = Serving(all), now = Now.ToUnixTimeSeconds();
        KeyValuePair<long, X509Certificate2>[] over = [.. all.Where(a => a.Key < serving && !store.IsInUse(a.Key, now))];
        foreach ((long number, X509Certificate2 authority) in over)
        {
            Retire(number, authority);
            all.Remove(number);
        }

        return over.Length > 0;
    }

    private void Retire(long number, X509Certificate2 authority)
    {
        folder.Retire(number, authority);
        audit.Append(Caller.Hub, "authority-retired", authority.SerialNumber.ToLowerInvariant(), "ok", $"number={number}");
    }

    /// <summary>Writes the lists anew where they would say something else; the first line tells what they say.</summary>
    private bool WriteRevocationLists(SortedDictionary<long, X509Certificate2> all)
    {
        long now = Now.ToUnixTimeSeconds();
        (X509Certificate2 Authority, IReadOnlyList<IssuedCertificate> Revoked)[] lists = [.. all.Select(a => (a.Value, store.Revoked(a.Key, now)))];
        string says = string.Join('\n', lists.Select(l => l.Authority.Thumbprint + " " + string.Join(' ', l.Revoked.Select(c => c.Serial))));
        string first = "EdgeMesh " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(says))) + "\n";
        string file = folder.Files.RevocationList;
        if (all.Count == 0 || (System.IO.File.Exists(file) && System.IO.File.ReadAllText(file).StartsWith(first, StringComparison.Ordinal)))
        {
            return false;
        }

        (long number, long thisUpdate) = store.NextRevocationList((Now - Backdating).ToUnixTimeSeconds());
        return folder.Write(file, first + string.Concat(lists.Select(l => Issuer.RevocationList(
            l.Authority, l.Revoked, number, Later(DateTimeOffset.FromUnixTimeSeconds(thisUpdate), l.Authority.NotBefore), l.Authority.NotAfter))));
    }

    private void Keep(IssuedCertificate issued)
    {
        store.Add(issued);
        audit.Append(Caller.Hub, "certificate-issued", issued.Serial, "ok", $"kind={issued.Kind} subject={issued.Subject} authority={issued.Authority}");
    }

    private IssuedCertificate Row(X509Certificate2 certificate, string kind, long authority) => new()
    {
        Serial = certificate.SerialNumber.ToLowerInvariant(), Kind = kind, Subject = certificate.GetNameInfo(X509NameType.SimpleName, false), Authority = authority,
        Issued = Now.ToUnixTimeSeconds(), NotBefore = Unix(certificate.NotBefore), NotAfter = Unix(certificate.NotAfter),
    };
}

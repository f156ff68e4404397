using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Certificates;

/// <summary>What devices are given, by their configuration or over MQTT, and what is taken from them.</summary>
public sealed partial class CertificateAuthority
{
    /// <summary>Makes what a device needs to connect: the authorities, and where the broker asks for one, a certificate of its own.</summary>
    /// <returns>Null where the broker does not speak TLS; fails with <c>clock_implausible</c>.</returns>
    public Result<DeviceTrust?> Issue(string device)
    {
        lock (_gate)
        {
            if (Ensure() is { } problem)
            {
                return problem;
            }

            if (!Enabled)
            {
                return (DeviceTrust?)null;
            }

            (DeviceTrust trust, long newest, _) = Make(device);
            store.Told(device, newest);
            return trust;
        }
    }

    /// <summary>PEM of what devices are to trust; empty where the broker does not speak TLS, or cannot yet.</summary>
    public string Trusted()
    {
        lock (_gate)
        {
            if (Ensure() is not null || !Enabled)
            {
                return "";
            }

            SortedDictionary<long, X509Certificate2> all = folder.Authorities();
            long serving = Serving(all);
            return string.Concat(all.Where(a => a.Key >= serving).Select(a => Issuer.Pem(a.Value)));
        }
    }

    /// <summary>Refuses every certificate of a device from now on. Works with whatever clock: a revocation does not wait.</summary>
    public void Revoke(string device, string reason)
    {
        lock (_gate)
        {
            store.Forget(device);
            identities.Forget(device);
            int revoked = store.RevokeDevice(device, long.Max(1, Now.ToUnixTimeSeconds()), reason);
            TellRevoked(device, revoked);
        }
    }

    /// <summary>Whether a device is to be sent an identity: it was not told of the newest authority, its certificate is due, or somebody asked for it.</summary>
    public bool IsDue(string device)
    {
        lock (_gate)
        {
            if (!Enabled || clock.Problem() is not null || folder.Authorities() is not { Count: > 0 } all)
            {
                return false;
            }

            return identities.Newest(device)?.State == IdentityStates.Wanted
                || identities.ToldOf(device) < all.Keys.Last()
                || (_broker.MutualTls && (identities.InUse(device) is not { } own || Now.ToUnixTimeSeconds() >= RenewBy(own)));
        }
    }

    /// <summary>Makes the identity that a device is to be sent: all authorities to trust and, where the broker asks for one, a certificate with its key.</summary>
    /// <returns>Fails with <c>clock_implausible</c> or <c>certificates_disabled</c>.</returns>
    public Result<Identity> Renew(string device)
    {
        lock (_gate)
        {
            if (Ensure() is { } problem)
            {
                return problem;
            }

            if (!Enabled)
            {
                return Disabled();
            }

            (DeviceTrust trust, long newest, string serial) = Make(device);
            long sequence = identities.NextSequence(Now.ToUnixTimeMilliseconds());
            identities.Add(new IdentityRow
            {
                Sequence = sequence, Device = device, Authority = newest, Serial = serial, State = IdentityStates.Sent, Sent = Now.ToUnixTimeSeconds(),
            });
            return new Identity { Sequence = sequence, Authority = trust.Ca, Certificate = trust.Certificate ?? "", PrivateKey = trust.PrivateKey ?? "" };
        }
    }

    /// <summary>A device was here with an identity: only now it counts as told, and what it had before is revoked.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Adopted(string device, long sequence)
    {
        lock (_gate)
        {
            if (identities.Find(device, sequence) is not { } row || row.State == IdentityStates.InUse)
            {
                return false;
            }

            identities.Adopt(row, long.Max(1, Now.ToUnixTimeSeconds()));
            audit.Append(Caller.Hub, "identity-in-use", device, "ok", $"sequence={sequence} authority={row.Authority} certificate={row.Serial}");
            TellRevoked(device, row.Serial.Length > 0 ? 1 : 0);
            // A rotation may have waited for this one.
            Ensure();
            return true;
        }
    }

    private long RenewBy(IssuedCertificate c) => c.NotAfter - (long)RenewalSpan(c.NotAfter - c.Issued).TotalSeconds;

    private (DeviceTrust Trust, long Newest, string Serial) Make(string device)
    {
        SortedDictionary<long, X509Certificate2> all = folder.Authorities();
        long serving = Serving(all);
        (long newest, X509Certificate2 authority) = all.Last();
        X509Certificate2? certificate = null;
        if (_broker.MutualTls)
        {
            certificate = Issuer.Device(authority, device, Later(Now - Backdating, authority.NotBefore), Earlier(Now.AddDays(_options.DeviceDays), authority.NotAfter));
            Keep(Row(certificate, "device", newest) with { Subject = device });
        }

        DeviceTrust trust = new(
            string.Concat(all.Where(a => a.Key >= serving).Select(a => Issuer.Pem(a.Value))),
            certificate is null ? null : Issuer.Pem(certificate),
            certificate is null ? null : Issuer.KeyPem(certificate));
        return (trust, newest, certificate?.SerialNumber.ToLowerInvariant() ?? "");
    }

    private void TellRevoked(string device, int count)
    {
        if (Enabled && WriteRevocationLists(folder.Authorities()))
        {
            audit.Append(Caller.Hub, "certificates-revoked", device, "ok", $"count={count}");
            events.Publish(new BrokerCertificatesChanged());
        }
    }
}

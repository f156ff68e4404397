using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The names and addresses by which devices may reach the broker.</summary>
/// <param name="Dns">Host names, in lower case.</param>
/// <param name="Addresses">Addresses.</param>
public sealed record HubNames(IReadOnlySet<string> Dns, IReadOnlySet<IPAddress> Addresses)
{
    /// <summary>This machine's own, and these: names or addresses, in whatever order. What is neither is left out.</summary>
    public static HubNames OfThisMachine(params IEnumerable<string> more)
    {
        string machine = Environment.MachineName.ToLowerInvariant();
        string first = machine.Split('.')[0];
        IEnumerable<string> all = ["localhost", machine, first + ".local", .. more.Select(n => n.Trim().ToLowerInvariant())];
        IEnumerable<IPAddress> own = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus == OperationalStatus.Up)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).Where(a => !a.IsIPv6LinkLocal);
        return new HubNames(
            all.Where(n => Uri.CheckHostName(n) == UriHostNameType.Dns).ToHashSet(StringComparer.Ordinal),
            own.Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Concat(all.Where(n => IPAddress.TryParse(n, out _)).Select(IPAddress.Parse)).ToHashSet());
    }

    /// <summary>What a certificate carries.</summary>
    public static HubNames Of(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return new HubNames(names?.EnumerateDnsNames().ToHashSet() ?? [], names?.EnumerateIPAddresses().ToHashSet() ?? []);
    }

    /// <summary>Whether everything of <paramref name="wanted"/> is here. More is no harm: an address may come back.</summary>
    public bool Cover(HubNames wanted) => Dns.IsSupersetOf(wanted.Dns) && Addresses.IsSupersetOf(wanted.Addresses);
}

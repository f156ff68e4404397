using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>A certificate authority without a hub around it, on a folder that outlives it, with a clock to set.</summary>
internal sealed class Authority
{
    private readonly IOptions<HubOptions> _hub;

    public Authority(string folder, SettableClock clock, CertificateOptions? options = null, bool mutual = true)
    {
        Path = folder;
        Clock = clock;
        _hub = Options.Create(new HubOptions { StateFolder = folder, Site = "home" });
        Database database = new(_hub);
        Store = new CertificateStore(database);
        Identities = new IdentityStore(database);
        Events.Subscribe<BrokerCertificatesChanged>(Changes.Add);
        Ca = new CertificateAuthority(
            new CertificateFolder(_hub), Store, Identities, new PlausibleClock(_hub, clock), new AuditLog(database, Options.Create(new AuditOptions()), clock), Events,
            new HubIdentity(_hub), Options.Create(options ?? new CertificateOptions()), Options.Create(new BrokerOptions { TlsPort = 8883, MutualTls = mutual }), clock);
    }

    public string Path { get; }

    public SettableClock Clock { get; }

    public CertificateAuthority Ca { get; }

    public CertificateStore Store { get; }

    public IdentityStore Identities { get; }

    public HubEvents Events { get; } = new(NullLogger<HubEvents>.Instance);

    public List<BrokerCertificatesChanged> Changes { get; } = [];

    public X509Certificate2 Hub => X509Certificate2.CreateFromPem(Text("hub.pem"));

    public X509Certificate2Collection Trusted => Pem(Text("ca.pem"));

    public string Text(string file) => File.ReadAllText(System.IO.Path.Combine(Path, "certificates", file));

    public static X509Certificate2Collection Pem(string text)
    {
        X509Certificate2Collection all = [];
        all.ImportFromPem(text);
        return all;
    }

    /// <summary>Whether a certificate is good for somebody who trusts these roots and no others, at that time.</summary>
    public static bool IsGood(X509Certificate2 certificate, X509Certificate2Collection roots, DateTimeOffset at)
    {
        using X509Chain chain = new()
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, VerificationTime = at.UtcDateTime,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        return chain.Build(certificate);
    }
}

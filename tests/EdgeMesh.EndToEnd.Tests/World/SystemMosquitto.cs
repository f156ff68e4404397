using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Mqtt;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>
/// Debian's Mosquitto with a file in <c>conf.d</c> as docs/brokers.md has it: TLS, a password file, an ACL file. Accounts are the administrator's.
/// </summary>
internal sealed class SystemMosquitto(int port) : ExternalBroker(port)
{
    private readonly string _password = Guid.NewGuid().ToString("N");

    // mosquitto_passwd reads the whole file and writes it anew: of two at once, one account would be lost.
    private readonly SemaphoreSlim _passwordFile = new(1, 1);
    private string _folder = "";

    public override string[] HubOptions =>
    [
        "--Broker:Url", $"mqtts://localhost:{Port}", "--Broker:User", HubUser, "--Broker:PasswordFile", File("hub.password"), "--Broker:CaFile", File("ca.pem"),
    ];

    protected override string Program => "/usr/sbin/mosquitto";

    public override async Task AdmitAsync(string device, string password)
    {
        await AddPasswordAsync(device, password);
        // As `systemctl reload mosquitto` does.
        Process!.HangUp();
    }

    public override MqttClientOptions Everything(string clientId) => new()
    {
        ClientId = clientId,
        Credentials = new MqttClientCredentials(HubUser, Encoding.UTF8.GetBytes(_password)),
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = new DnsEndPoint("localhost", Port),
            TlsOptions = new MqttClientTlsOptions { UseTls = true, TargetHost = "localhost", TrustChain = [X509CertificateLoader.LoadCertificateFromFile(File("ca.pem"))] },
        },
    };

    protected override async Task<string[]> ConfigureAsync(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(File("conf.d"));
        Directory.CreateDirectory(File("lib"));
        MakeCertificates();
        await System.IO.File.WriteAllTextAsync(File("hub.password"), _password);
        await AddPasswordAsync(HubUser, _password);
        string site = Topic.SiteFilter(Site.Name);
        await System.IO.File.WriteAllTextAsync(File("acl"), $"""
            user {HubUser}
            topic readwrite {site}
            topic readwrite {Topic.EnrollUp("+")}
            topic readwrite {Topic.EnrollDown("+")}
            pattern write {Topic.UpFilter(Site.Name, "%u")}
            pattern read {Topic.DownFilter(Site.Name, "%u")}
            pattern read {Topic.Format(TopicKind.HubStatus, Site.Name)}

            """);
        // Debian's own file, with its paths moved.
        await System.IO.File.WriteAllTextAsync(File("mosquitto.conf"), $"""
            pid_file {File("mosquitto.pid")}
            persistence true
            persistence_location {File("lib")}/
            log_dest stderr
            include_dir {File("conf.d")}

            """);
        await System.IO.File.WriteAllTextAsync(File("conf.d/edgemesh.conf"), $"""
            user {Environment.UserName}
            listener {Port.ToString(CultureInfo.InvariantCulture)}
            cafile {File("ca.pem")}
            certfile {File("server.pem")}
            keyfile {File("server.key")}
            allow_anonymous false
            password_file {File("passwords")}
            acl_file {File("acl")}

            """);
        return ["-c", File("mosquitto.conf")];
    }

    private string File(string name) => Path.Combine(_folder, name);

    private async Task AddPasswordAsync(string user, string password)
    {
        await _passwordFile.WaitAsync();
        try
        {
            string[] create = System.IO.File.Exists(File("passwords")) ? [] : ["-c"];
            using RunningProcess passwords = RunningProcess.Start("mosquitto_passwd", [.. create, "-b", File("passwords"), user, password]);
            Assert.True(await passwords.ExitedAsync() == 0, string.Join('\n', passwords.Lines));
        }
        finally
        {
            _passwordFile.Release();
        }
    }

    private void MakeCertificates()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=The house's own authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 ca = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        CertificateRequest server = new("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = server.Create(ca, now.AddDays(-1), now.AddDays(20), [1, 2, 3, 4]);
        System.IO.File.WriteAllText(File("ca.pem"), ca.ExportCertificatePem());
        System.IO.File.WriteAllText(File("server.pem"), certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(File("server.key"), serverKey.ExportPkcs8PrivateKeyPem());
    }
}

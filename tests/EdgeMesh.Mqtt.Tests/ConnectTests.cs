using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EdgeMesh.Mqtt.Tests;

public sealed class ConnectTests
{
    private const string WithPasswords = "allow_anonymous false\npassword_file {folder}/passwords\n";

    [Theory]
    [InlineData("hub", "right", MqttClientConnectResultCode.Success)]
    [InlineData("hub", "wrong", MqttClientConnectResultCode.NotAuthorized)]
    [InlineData(null, null, MqttClientConnectResultCode.NotAuthorized)]
    public async Task The_brokers_verdict_on_credentials_is_a_result(string? userName, string? password, MqttClientConnectResultCode expected)
    {
        await using var broker = await MosquittoProcess.StartAsync(WithPasswords, WritePasswords);
        await using var client = new MqttClient();
        var options = broker.Options();
        if (userName is not null) options.Credentials = new MqttClientCredentials(userName, Encoding.UTF8.GetBytes(password!));

        var result = await client.ConnectAsync(options);

        Assert.Equal(expected, result.ResultCode);
        Assert.Equal(expected == MqttClientConnectResultCode.Success, client.IsConnected);
        Assert.DoesNotContain("wrong", result.ReasonString, StringComparison.Ordinal);
    }

    [Fact]
    public void No_password_is_not_an_empty_password()
    {
        Assert.Null(new MqttClientCredentials("hub").Password);
        Assert.Equal(0, new MqttClientCredentials("hub", []).Password!.Value.Length);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_communication_error_that_names_it()
    {
        await using var client = new MqttClient();
        int port = MosquittoProcess.FreePort();
        var options = new MqttClientOptions { ChannelOptions = { RemoteEndpoint = new DnsEndPoint("localhost", port) } };
        var thrown = await Assert.ThrowsAsync<MqttCommunicationException>(() => client.ConnectAsync(options));
        Assert.Contains($"localhost:{port} cannot be reached", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pings_keep_an_idle_connection_that_the_broker_would_end_without_them()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var watcher = await broker.ConnectAsync();
        var wills = new TaskCompletionSource<string>();
        watcher.ApplicationMessageReceivedAsync += arguments =>
        {
            wills.TrySetResult(arguments.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await watcher.SubscribeAsync("gone");
        await using var pinging = await broker.ConnectAsync(Idle(broker, "pinging"));
        // The counter-proof: a socket that says the same CONNECT and then nothing is thrown off by this broker.
        using var silent = new System.Net.Sockets.TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, broker.Port);
        await silent.GetStream().WriteAsync(PacketArbitrary.Encode(Connections.MqttHandshake.Connect(Idle(broker, "silent"))));

        Assert.Equal("silent", await wills.Task.WaitAsync(Eventually.Limit));
        Assert.True(pinging.IsConnected);
        await pinging.PublishStringAsync("still", "here", MqttQualityOfServiceLevel.AtLeastOnce);
    }

    [Fact]
    public async Task TLS_connects_to_the_pinned_CA_and_refuses_another_CA_and_another_name()
    {
        using var authority = Authority("right");
        using var stranger = Authority("wrong");
        await using var broker = await MosquittoProcess.StartAsync(
            "allow_anonymous true\ncafile {folder}/ca.pem\ncertfile {folder}/cert.pem\nkeyfile {folder}/key.pem\n",
            folder => WriteServerCertificate(authority, folder));

        await using (var client = new MqttClient())
        {
            var result = await client.ConnectAsync(Tls(broker, authority, "localhost"));
            Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
            await client.PublishStringAsync("over", "tls", MqttQualityOfServiceLevel.AtLeastOnce);
        }
        foreach (var (ca, name) in new[] { (stranger, "localhost"), (authority, "elsewhere") })
        {
            await using var client = new MqttClient();
            var thrown = await Assert.ThrowsAsync<MqttCommunicationException>(() => client.ConnectAsync(Tls(broker, ca, name)));
            Assert.Contains("TLS handshake", thrown.Message, StringComparison.Ordinal);
            Assert.False(client.IsConnected);
        }
    }

    private static MqttClientOptions Tls(MosquittoProcess broker, X509Certificate2 authority, string name)
    {
        var options = broker.Options();
        options.ChannelOptions.TlsOptions.UseTls = true;
        options.ChannelOptions.TlsOptions.TargetHost = name;
        options.ChannelOptions.TlsOptions.TrustChain = [X509CertificateLoader.LoadCertificate(authority.RawData)];
        return options;
    }

    private static MqttClientOptions Idle(MosquittoProcess broker, string name)
    {
        var options = broker.Options(name);
        options.KeepAlivePeriod = TimeSpan.FromSeconds(1);
        options.WillTopic = "gone";
        options.WillPayload = Encoding.UTF8.GetBytes(name);
        return options;
    }

    private static void WritePasswords(string folder)
    {
        string file = Path.Combine(folder, "passwords");
        File.WriteAllText(file, "hub:right\n");
        using var hashing = Process.Start("mosquitto_passwd", ["-U", file]);
        hashing.WaitForExit();
        Assert.Equal(0, hashing.ExitCode);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static void WriteServerCertificate(X509Certificate2 authority, string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}

using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Tests.Certificates;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;
using Xunit.Abstractions;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Who gets in by the enrolments' port while the real broker asks for certificates, and who does not.</summary>
public sealed class EnrollmentDoorTests(ITestOutputHelper output) : IAsyncLifetime
{
    // What an agent on MicroPython takes of one message.
    private const int AgentBufferBytes = 8192;

    private TlsHub _hub = null!;

    public async Task InitializeAsync() => _hub = await TlsHub.StartAsync(mutual: true);

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task A_device_without_a_certificate_gets_one_there_even_in_a_rotation_and_nobody_comes_in_once_it_is_over()
    {
        Assert.True(_hub.Hub.Get<CertificateAuthority>().Rotate(immediately: false).IsOk);
        NewEnrollment made = await OpenAsync("porch");
        Assert.Equal((_hub.EnrollmentPort, true), (made.Port, made.Tls));
        await using EnrollingDevice shut = new(made.Secret);
        await Assert.ThrowsAsync<MqttCommunicationException>(() => shut.ConnectAsync(_hub.TlsPort, tls: true));

        await using EnrollingDevice device = new(made.Secret);
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(made.Port, tls: true));
        await device.RunAsync();
        Assert.True(device.Exchange.IsDone, device.Exchange.Reason);
        DeviceConfiguration configuration = JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!;
        int sealedBytes = (device.Exchange.Configuration!.Length + 16) * 4 / 3;
        output.WriteLine($"measured: a configuration with two authorities and a certificate is {device.Exchange.Configuration!.Length} bytes, {sealedBytes} sealed");
        Assert.Equal(2, Authority.Pem(configuration.Ca!).Count);
        Assert.InRange(sealedBytes, 1, AgentBufferBytes - 512);
        Assert.Equal(_hub.TlsPort, configuration.Port);
        using X509Certificate2 own = TlsHub.CertificateOf(configuration);
        Assert.Equal("Success", await _hub.VerdictAsync(configuration, own, ca: configuration.Ca));

        await Eventually.TrueAsync(() => !device.IsConnected, "who enrolled is thrown off");
        await ClosedAsync();
        NewEnrollment next = await OpenAsync("barn");
        await using EnrollingDevice barn = new(next.Secret);
        Assert.Equal(MqttClientConnectResultCode.Success, await barn.ConnectAsync(next.Port, tls: true));
        Assert.True((await Service.CancelAsync(next.Secret[..EnrollmentSecret.TokenLength], default)).IsOk);
        await ClosedAsync();
        await Eventually.TrueAsync(() => !barn.IsConnected, "whose enrolment is cancelled is thrown off");
    }

    [Fact]
    public async Task Every_other_account_is_refused_there_with_its_certificate_or_without()
    {
        DeviceConfiguration lamp = await _hub.AddAsync("lamp");
        using X509Certificate2 own = TlsHub.CertificateOf(lamp);
        await OpenAsync("porch");
        Assert.Equal("NotAuthorized", await _hub.VerdictAsync(lamp, port: _hub.EnrollmentPort));
        Assert.Equal("NotAuthorized", await _hub.VerdictAsync(lamp, own, port: _hub.EnrollmentPort));
        Assert.Equal("NotAuthorized", await _hub.VerdictAsync(null, port: _hub.EnrollmentPort));
        // A client id of an enrolment is not its account.
        Assert.Equal("NotAuthorized", await _hub.VerdictAsync(lamp, clientId: EnrollmentSecret.UserPrefix + "00000000", port: _hub.EnrollmentPort));
        string hubSecret = File.ReadAllText(Path.Combine(_hub.Folder, "broker", "hub.secret")).Trim();
        Assert.Equal([0x20, 2, 0, 5], await SayAsync(Connect("hub", "hub", hubSecret)));
        // An enrolment's account that does not exist is the broker's to refuse.
        Assert.Equal([0x20, 2, 0, 5], await SayAsync(Connect("enroll-00000000", "enroll-00000000", "00000000")));
        Assert.Equal("Success", await _hub.VerdictAsync(lamp, own));
    }

    [Fact]
    public async Task What_is_no_CONNECT_or_too_long_or_does_not_come_is_cut_off_and_a_second_CONNECT_gets_nobody_in()
    {
        DeviceConfiguration lamp = await _hub.AddAsync("lamp");
        NewEnrollment made = await OpenAsync("porch");
        string token = made.Secret[..EnrollmentSecret.TokenLength], user = EnrollmentSecret.UserPrefix + token;
        Stopwatch clock = Stopwatch.StartNew();
        Task<byte[]> silent = SayAsync([]), half = SayAsync(Connect(user, user, token)[..20]);

        byte[] oversize = Connect(user, user, new string('x', 1100));
        foreach (byte[] strange in new[] { oversize, oversize[..8], "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0xC0, 0], [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x10, 2, 0, 9], [.. Enumerable.Repeat((byte)0xFF, 4096)] })
        {
            Assert.Empty(await SayAsync(strange));
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "these are cut off at once, not for their silence");
        byte[] good = Connect(user, user, token), other = Connect("lamp", "lamp", TlsHub.PasswordOf(lamp));
        // The broker's own answer to it, and whatever follows is a protocol error.
        Assert.Equal([0x20, 2, 0, 0], await SayAsync([.. good, .. other]));
        Assert.Equal([0x20, 2, 0, 0], await SayAsync([.. good, .. good]));
        Assert.False(_hub.Hub.Get<DeviceGateway>().IsOnline("lamp"));
        Assert.Empty(await silent);
        Assert.Empty(await half);
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(4), "who is slow has its five seconds");
    }

    [Fact]
    public async Task Eight_connect_at_once_and_a_ninth_when_one_of_them_has_gone()
    {
        NewEnrollment made = await OpenAsync("porch");
        TcpClient[] held = [.. Enumerable.Range(0, 8).Select(_ => new TcpClient())];
        foreach (TcpClient client in held)
        {
            await client.ConnectAsync(IPAddress.Loopback, made.Port);
        }

        using (TcpClient ninth = new())
        {
            await ninth.ConnectAsync(IPAddress.Loopback, made.Port);
            Assert.Equal(0, await ReadAsync(ninth));
        }

        held[0].Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using EnrollingDevice device = new(made.Secret);
                    return await device.ConnectAsync(made.Port, tls: true) == MqttClientConnectResultCode.Success;
                }
                catch (MqttCommunicationException)
                {
                    return false;
                }
            },
            "another comes in");
        foreach (TcpClient client in held)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task Where_it_is_off_or_its_port_is_taken_no_enrolment_opens_and_it_says_why()
    {
        using (TcpListener other = TcpListener.Create(_hub.EnrollmentPort))
        {
            other.Start();
            Error taken = (await Service.OpenAsync("pin", null, null, null, default)).Error!;
            Assert.Equal(ErrorCodes.BrokerUnavailable, taken.Code);
            Assert.Contains("Enrollment:Port", taken.Message, StringComparison.Ordinal);
        }

        await OpenAsync("porch");
        await using TlsHub off = await TlsHub.StartAsync(mutual: true, "--Enrollment:Port", "0");
        Assert.Contains("Enrollment:Port", (await off.Hub.Get<EnrollmentService>().OpenAsync("pin", null, null, null, default)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_mutual_TLS_it_stays_shut_and_devices_enrol_at_the_TLS_listener()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: false);
        NewEnrollment made = (await hub.Hub.Get<EnrollmentService>().OpenAsync("code", "porch", null, null, default)).Value;
        Assert.Equal((hub.TlsPort, true), (made.Port, made.Tls));
        using TcpClient probe = new();
        await Assert.ThrowsAsync<SocketException>(() => probe.ConnectAsync(IPAddress.Loopback, hub.EnrollmentPort));
        await using EnrollingDevice device = new(made.Secret);
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(made.Port, tls: true));
        await device.RunAsync();
        DeviceConfiguration configuration = JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!;
        Assert.Equal("Success", await hub.VerdictAsync(configuration, ca: configuration.Ca));
    }

    private EnrollmentService Service => _hub.Hub.Get<EnrollmentService>();

    private async Task<NewEnrollment> OpenAsync(string device) => (await Service.OpenAsync("pin", device, null, null, default)).Value;

    private Task ClosedAsync() => Eventually.TrueAsync(
        async () =>
        {
            using TcpClient probe = new();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, _hub.EnrollmentPort);
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        },
        "the port is shut");

    // All that is answered, until the connection is ended from there.
    private async Task<byte[]> SayAsync(byte[] said)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, _hub.EnrollmentPort);
        await using SslStream tls = new(tcp.GetStream(), false, (_, certificate, _, _) => certificate!.Issuer.StartsWith("CN=EdgeMesh home", StringComparison.Ordinal));
        await tls.AuthenticateAsClientAsync("localhost");
        using MemoryStream answer = new();
        using CancellationTokenSource limit = new(Eventually.Limit);
        try
        {
            await tls.WriteAsync(said, limit.Token);
            await tls.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // Reset, since it had not read all: the end as well.
        }

        return answer.ToArray();
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], limit.Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // MQTT 3.1.1, 3.1: flags for user, password, clean session; keep alive of 60 s.
    private static byte[] Connect(string user, string clientId, string password)
    {
        byte[] body = [0, 4, .. "MQTT"u8, 4, 0xC2, 0, 60, .. Text(clientId), .. Text(user), .. Text(password)];
        byte[] length = body.Length < 128 ? [(byte)body.Length] : [(byte)(body.Length & 0x7F | 0x80), (byte)(body.Length >> 7)];
        return [0x10, .. length, .. body];
    }

    private static byte[] Text(string text) => [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
}

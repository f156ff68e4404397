using System;
using System.Diagnostics;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;
using Xunit.Abstractions;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>Who gets in at the real broker's TLS listener, and who does not.</summary>
public sealed class TlsTests(ITestOutputHelper output)
{
    private const string In = "Success";
    private const string Out = "NotAuthorized";

    [Fact]
    public async Task Over_TLS_a_device_gets_in_with_its_password_and_a_stolen_account_with_another_client_id_does_not()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: false);
        DeviceConfiguration lamp = await hub.AddAsync("lamp");
        Assert.NotNull(lamp.Ca);
        Assert.Null(lamp.Certificate);
        Assert.Equal(In, await hub.VerdictAsync(lamp, ca: lamp.Ca));
        Assert.Equal(Out, await hub.VerdictAsync(lamp, clientId: "thief"));
        Assert.Equal(Out, await hub.VerdictAsync(lamp, clientId: "hub-home"));
        Assert.Equal(Out, await hub.VerdictAsync(lamp with { Key = new string('0', 64) }));
        Assert.Equal(Out, await hub.VerdictAsync(null));
    }

    [Fact]
    public async Task A_device_does_not_talk_to_a_broker_of_another_authority_or_name()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: false);
        DeviceConfiguration lamp = await hub.AddAsync("lamp");
        using X509Certificate2 foreign = Issuer.Root("EdgeMesh home 1", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Refused(await hub.VerdictAsync(lamp, ca: Issuer.Pem(foreign)));
        Refused(await hub.VerdictAsync(lamp, host: "elsewhere.example"));
    }

    [Fact]
    public async Task With_mutual_TLS_it_takes_a_good_certificate_and_the_password_with_the_client_id_bound()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        DeviceConfiguration lamp = await hub.AddAsync("lamp");
        using X509Certificate2 own = TlsHub.CertificateOf(lamp);
        Assert.Equal(In, await hub.VerdictAsync(lamp, own));

        // A password without a certificate, and a certificate without the password.
        Refused(await hub.VerdictAsync(lamp));
        Assert.Equal(Out, await hub.VerdictAsync(null, own));
        Assert.Equal(Out, await hub.VerdictAsync(null, own, clientId: "lamp"));
        Assert.Equal(Out, await hub.VerdictAsync(lamp with { Key = new string('0', 64) }, own));
        Assert.Equal(Out, await hub.VerdictAsync(lamp, own, clientId: "thief"));

        // Signed by whom nobody knows, under the authority's own name; by itself; by the authority, but over, or not yet begun.
        using X509Certificate2 authority = hub.AuthorityWithKey();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 impostor = Issuer.Root(authority.GetNameInfo(X509NameType.SimpleName, false), now.AddDays(-1), now.AddDays(1));
        foreach (X509Certificate2 bad in new[]
        {
            Issuer.Device(impostor, "lamp", now.AddHours(-1), now.AddHours(1)), impostor, Issuer.Device(authority, "lamp", now.AddHours(-20), now.AddHours(-1)),
            Issuer.Device(authority, "lamp", now.AddHours(1), now.AddHours(2)),
        })
        {
            Refused(await hub.VerdictAsync(lamp, bad));
            bad.Dispose();
        }
    }

    /// <summary>Mosquitto does not compare a certificate's name with the account. So it takes two stolen things, and revoking either device ends it.</summary>
    [Fact]
    public async Task With_another_devices_certificate_and_a_stolen_password_one_gets_in_until_the_certificates_owner_is_revoked()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        (DeviceConfiguration lamp, DeviceConfiguration fan) = (await hub.AddAsync("lamp"), await hub.AddAsync("fan"));
        using X509Certificate2 fans = TlsHub.CertificateOf(fan);
        Assert.Equal(In, await hub.VerdictAsync(lamp, fans));
        Assert.True((await hub.Hub.Get<DeviceService>().RevokeAsync("fan", "stolen", default)).IsOk);
        await Eventually.TrueAsync(() => hub.VerdictAsync(lamp, fans).GetAwaiter().GetResult() != In, "the fan's certificate to be refused");
        Refused(await hub.VerdictAsync(lamp, fans));
        using X509Certificate2 lamps = TlsHub.CertificateOf(lamp);
        Assert.Equal(In, await hub.VerdictAsync(lamp, lamps));
    }

    [Fact]
    public async Task A_revoked_device_is_cut_off_within_a_second_and_stays_out_over_restarts_while_others_stay_connected()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        DeviceService devices = hub.Hub.Get<DeviceService>();
        (DeviceConfiguration lamp, DeviceConfiguration fan) = (await hub.AddAsync("lamp"), await hub.AddAsync("fan"));
        using X509Certificate2 lamps = TlsHub.CertificateOf(lamp), fans = TlsHub.CertificateOf(fan);
        (MqttClient connected, string verdict) = await hub.ConnectAsync(lamp, lamps);
        (MqttClient other, string otherVerdict) = await hub.ConnectAsync(fan, fans);
        await using (connected)
        await using (other)
        {
            Assert.Equal((In, In), (verdict, otherVerdict));
            int broker = hub.BrokerProcess;
            Stopwatch clock = Stopwatch.StartNew();
            RevocationView view = (await devices.RevokeAsync("lamp", "left on a train", default)).Value;
            await Eventually.TrueAsync(() => !connected.IsConnected, "the revoked device is thrown off");
            output.WriteLine($"measured: thrown off {clock.ElapsedMilliseconds} ms after it was asked for");
            Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
            Assert.Equal("enforced", view.Broker);
            Assert.True(view.Device.Revoked > 0);
            await Eventually.TrueAsync(() => hub.VerdictAsync(lamp, lamps).GetAwaiter().GetResult().StartsWith("no connection", StringComparison.Ordinal), "the certificate is refused");
            // The other's certificate with the revoked account: the password is refused by itself.
            Assert.Equal(Out, await hub.VerdictAsync(lamp, fans));
            Assert.True(other.IsConnected);
            Assert.Equal(broker, hub.BrokerProcess);
        }

        await hub.RestartAsync();
        Refused(await hub.VerdictAsync(lamp, lamps));
        Assert.Equal(Out, await hub.VerdictAsync(lamp, fans));
        Assert.Equal(In, await hub.VerdictAsync(fan, fans));
        devices = hub.Hub.Get<DeviceService>();
        Assert.Equal("left on a train", devices.Show("lamp").Value.RevokedReason);
        Assert.Equal(ErrorCodes.DeviceRevoked, hub.Hub.Ota.Start("lamp", "any", null).Error?.Code);

        DeviceConfiguration anew = (await devices.RestoreAsync("lamp", default)).Value;
        using X509Certificate2 news = TlsHub.CertificateOf(anew);
        Assert.Equal(In, await hub.VerdictAsync(anew, news));
        Refused(await hub.VerdictAsync(anew, lamps));
        Assert.Equal(Out, await hub.VerdictAsync(lamp, news));
        Assert.Equal(ErrorCodes.DeviceNotRevoked, (await devices.RestoreAsync("lamp", default)).Error?.Code);
        Assert.Equal(0, devices.Show("lamp").Value.Revoked);
        Assert.True(hub.Hub.Get<AuditLog>().Verify(null).IsOk);
        Assert.Contains(hub.Hub.Get<AuditLog>().List(0, 100), e => e is { Action: "certificates-revoked", Subject: "lamp" });
    }

    [Fact]
    public async Task A_disabled_device_with_a_good_certificate_does_not_get_in()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        DeviceConfiguration lamp = await hub.AddAsync("lamp");
        using X509Certificate2 own = TlsHub.CertificateOf(lamp);
        (MqttClient connected, string verdict) = await hub.ConnectAsync(lamp, own);
        await using (connected)
        {
            Assert.Equal(In, verdict);
            Assert.True((await hub.Hub.Get<Hub.Broker.IBrokerAccounts>().DisableDeviceAsync("lamp")).IsOk);
            await Eventually.TrueAsync(() => !connected.IsConnected, "the disabled device is thrown off");
            Assert.Equal(Out, await hub.VerdictAsync(lamp, own));
        }
    }

    [Fact]
    public async Task A_rotated_authority_is_taken_up_without_a_restart_and_one_that_is_trusted_no_more_is_forgotten()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        CertificateAuthority ca = hub.Hub.Get<CertificateAuthority>();
        DeviceConfiguration lamp = await hub.AddAsync("lamp");
        using X509Certificate2 lamps = TlsHub.CertificateOf(lamp);
        int broker = hub.BrokerProcess;
        Assert.True(ca.Rotate(immediately: false).IsOk);
        DeviceConfiguration fan = await hub.AddAsync("fan");
        using X509Certificate2 fans = TlsHub.CertificateOf(fan);
        await Eventually.TrueAsync(() => hub.VerdictAsync(fan, fans, ca: fan.Ca).GetAwaiter().GetResult() == In, "the next authority's device gets in");
        Assert.Equal(In, await hub.VerdictAsync(lamp, lamps, ca: lamp.Ca));
        Assert.Equal(broker, hub.BrokerProcess);

        Assert.True(ca.Rotate(immediately: true).IsOk);
        await Eventually.TrueAsync(
            () => hub.BrokerProcess != broker && hub.VerdictAsync(fan, fans, ca: fan.Ca).GetAwaiter().GetResult() == In, "the broker has started anew");
        Refused(await hub.VerdictAsync(lamp, lamps));
        Refused(await hub.VerdictAsync(lamp, fans, ca: lamp.Ca));
    }

    [Fact]
    public async Task A_device_revoked_in_mid_update_ends_it_with_that_cause_and_is_believed_no_more()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: false);
        await hub.Hub.AddFirmwareAsync(new byte[200_000]);
        await using TestDevice device = await hub.Hub.ConnectNewAsync("lamp", options: new TestDeviceOptions { StopAfter = 5 });
        Assert.True(hub.Hub.Ota.Start("lamp", "blink", null).IsOk);
        await hub.Hub.StateAsync("lamp", OtaStates.Transferring);
        Assert.True((await hub.Hub.Get<DeviceService>().RevokeAsync("lamp", "stolen", default)).IsOk);
        await hub.Hub.StateAsync("lamp", OtaStates.Failed);
        OtaView ended = hub.Hub.Latest("lamp");
        Assert.Equal((ErrorCodes.DeviceRevoked, "The device was revoked: stolen"), (ended.Code, ended.Reason));
        Assert.False(hub.Hub.Get<DeviceGateway>().IsOnline("lamp"));
    }

    [Fact]
    public async Task While_the_clock_cannot_be_right_the_hub_runs_without_TLS_and_turns_it_on_by_itself()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Path, "certificates"));
        // Its clock was seen a century ahead: now it is certainly wrong.
        string clock = Path.Combine(folder.Path, "certificates", "clock");
        await File.WriteAllTextAsync(clock, "4900000000\n");
        int tlsPort = BrokerHub.FreePort();
        await using RunningHub hub = await RunningHub.StartAsync(folder.Path, BrokerHub.FreePort(), "--Broker:TlsPort", $"{tlsPort}");
        Assert.Equal(ErrorCodes.ClockImplausible, (await hub.Get<DeviceService>().AddAsync("lamp", "test", default)).Error?.Code);
        Assert.Empty(hub.Get<DeviceService>().List());
        Assert.Null(Hub.Broker.Embedded.LinuxProcesses.ListenerOf(tlsPort));
        File.Delete(clock);
        await Eventually.TrueAsync(() => Hub.Broker.Embedded.LinuxProcesses.ListenerOf(tlsPort) is not null, "the TLS listener is there");
        await Eventually.TrueAsync(() => hub.Get<DeviceService>().AddAsync("lamp", "test", default).GetAwaiter().GetResult().IsOk, "a device can be added");
    }

    private static void Refused(string verdict) => Assert.StartsWith("no connection", verdict, StringComparison.Ordinal);
}

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>When a device is sent new certificates and authorities, and what follows from its answer.</summary>
public sealed class IdentityTests
{
    private static readonly DateTimeOffset Today = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_certificate_is_due_a_month_before_its_end_and_the_next_one_a_month_before_its_own_for_ten_years()
    {
        using TempFolder folder = new();
        Authority authority = new(folder.Path, new SettableClock(Today));
        authority.Ca.Issue("lamp");
        int renewals = 0;
        for (DateTimeOffset now = Today; now < Today.AddYears(9); now += TimeSpan.FromDays(10))
        {
            authority.Clock.Now = now;
            IssuedCertificate inUse = authority.Identities.InUse("lamp")!;
            Assert.True(inUse.NotAfter > now.ToUnixTimeSeconds(), "it never ends before it is renewed");
            Assert.Equal(inUse.NotAfter - now.ToUnixTimeSeconds() <= 30 * 86_400, authority.Ca.IsDue("lamp"));
            if (authority.Ca.IsDue("lamp"))
            {
                Identity identity = authority.Ca.Renew("lamp").Value;
                Assert.Equal(inUse.Serial, authority.Identities.InUse("lamp")!.Serial);
                Assert.True(authority.Ca.IsDue("lamp"), "a device that was sent one is not yet a device that has one");
                Assert.True(authority.Ca.Adopted("lamp", identity.Sequence));
                Assert.False(authority.Ca.Adopted("lamp", identity.Sequence));
                Assert.Equal("superseded", authority.Store.List().Single(c => c.Serial == inUse.Serial).Reason);
                using X509Certificate2 own = X509Certificate2.CreateFromPem(identity.Certificate, identity.PrivateKey);
                Assert.Equal("CN=lamp", own.Subject);
                renewals++;
            }
        }

        Assert.InRange(renewals, 9, 10);
    }

    [Fact]
    public void A_rotation_completes_once_every_device_was_here_with_the_new_authority_and_not_when_it_only_stored_it()
    {
        using TempFolder folder = new();
        Authority authority = new(folder.Path, new SettableClock(Today), new CertificateOptions { OverlapDays = 0 });
        authority.Ca.Issue("lamp");
        authority.Ca.Issue("fan");
        Assert.Equal(["fan", "lamp"], authority.Ca.Rotate(false).Value.NotTold);
        Assert.True(authority.Ca.IsDue("lamp") && authority.Ca.IsDue("fan"));
        Identity lamp = authority.Ca.Renew("lamp").Value;
        Assert.Equal(2, Authority.Pem(lamp.Authority).Count);
        authority.Identities.Update(lamp.Sequence, IdentityStates.Stored);
        Assert.Equal(["fan", "lamp"], authority.Ca.Show().Value.NotTold);
        authority.Ca.Adopted("lamp", lamp.Sequence);
        Assert.Equal(["fan"], authority.Ca.Show().Value.NotTold);
        Assert.Equal("serving", authority.Ca.Show().Value.Authorities[0].State);
        Assert.False(authority.Ca.IsDue("lamp"));

        // The last one: the broker's certificate moves, and the old authority goes with the last certificate that it signed.
        authority.Ca.Adopted("fan", authority.Ca.Renew("fan").Value.Sequence);
        Assert.Equal([(2L, "serving")], authority.Ca.Show().Value.Authorities.Select(a => (a.Number, a.State)));
        Assert.True(Authority.IsGood(authority.Hub, Authority.Pem(lamp.Authority), Today));
        Assert.False(File.Exists(Path.Combine(folder.Path, "certificates", "authority-1.pem")));
    }

    [Fact]
    public void An_identity_with_two_authorities_fits_the_smallest_buffer_of_a_device()
    {
        using TempFolder folder = new();
        Authority authority = new(folder.Path, new SettableClock(Today));
        string longest = new('x', Limits.NameLength);
        authority.Ca.Issue(longest);
        authority.Ca.Rotate(false);
        int bytes = Codec.Write(authority.Ca.Renew(longest).Value).ToBytes().Length;
        Assert.InRange(bytes, 2000, 3400);
    }

    [Fact]
    public async Task A_due_device_is_sent_its_identity_by_TLS_only_and_what_it_had_is_refused_once_it_was_here_with_the_new_one()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        IdentityDelivery delivery = hub.Hub.Get<IdentityDelivery>();
        DeviceConfiguration configuration = await hub.AddAsync("lamp");
        await using TestDevice plain = await hub.Hub.ConnectNewAsync("fan");
        hub.Hub.Sql($"UPDATE certificate SET not_after = {DateTimeOffset.UtcNow.AddDays(20).ToUnixTimeSeconds()}, issued = issued - 86400 * 345 WHERE subject IN ('lamp', 'fan')");
        await using TestDevice lamp = new(configuration, new TestDeviceOptions { Tls = true });
        await lamp.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        Identity sent = await IdentityAsync(lamp, 1);
        using X509Certificate2 old = TlsHub.CertificateOf(configuration), news = X509Certificate2.CreateFromPem(sent.Certificate, sent.PrivateKey);
        await AnswerAsync(lamp, sent.Sequence, IdentityAnswer.Stored);
        await Eventually.TrueAsync(() => hub.Hub.Get<IdentityStore>().Newest("lamp")!.State == IdentityStates.Stored, "the answer is kept");

        // Until it was here with it both are good; nothing is sent twice meanwhile, also when it comes back.
        Assert.Equal("Success", await hub.VerdictAsync(configuration, old));
        await lamp.LosePowerAsync();
        await lamp.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        await hub.Hub.OnlineAsync("lamp");
        await lamp.LosePowerAsync();
        lamp.Identity = sent.Sequence;
        await lamp.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        await Eventually.TrueAsync(() => hub.Hub.Get<IdentityStore>().Newest("lamp")!.State == IdentityStates.InUse, "it is seen with the new one");
        await Eventually.TrueAsync(() => hub.VerdictAsync(configuration, old).GetAwaiter().GetResult().StartsWith("no connection", StringComparison.Ordinal), "the old one is refused");
        Assert.Equal("Success", await hub.VerdictAsync(configuration, news));
        Assert.Equal(1, lamp.Received.Count(m => m.Kind == TopicKind.Identity));
        string[] audited = [.. hub.Hub.Get<AuditLog>().List(0, 100).Where(e => e.Subject == "lamp").Select(e => e.Action)];
        Assert.Superset(new[] { "identity-sent", "identity-stored", "identity-in-use", "certificates-revoked" }.ToHashSet(), audited.ToHashSet());

        // The fan is as due, and not by TLS: no private key for it. What was asked for waits.
        await plain.LosePowerAsync();
        await plain.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        await hub.Hub.OnlineAsync("fan");
        RenewalView view = (await delivery.RenewAsync("fan", default)).Value;
        Assert.Equal(IdentityStates.Wanted, view.State);
        Assert.Contains("not connected by TLS", view.Waits, StringComparison.Ordinal);
        Assert.DoesNotContain(plain.Received, m => m.Kind == TopicKind.Identity);
    }

    [Fact]
    public async Task What_was_asked_for_waits_for_the_device_and_a_refusal_is_not_answered_by_another_at_once()
    {
        await using TlsHub hub = await TlsHub.StartAsync(mutual: true);
        IdentityDelivery delivery = hub.Hub.Get<IdentityDelivery>();
        Assert.Equal(ErrorCodes.DeviceUnknown, (await delivery.RenewAsync("lamp", default)).Error?.Code);
        await using TestDevice lamp = new(await hub.AddAsync("lamp"), new TestDeviceOptions { Tls = true });
        Assert.Equal(IdentityStates.Wanted, (await delivery.RenewAsync("lamp", default)).Value.State);
        await lamp.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        Identity first = await IdentityAsync(lamp, 1);
        await AnswerAsync(lamp, first.Sequence, IdentityAnswer.Rejected, ErrorCodes.StorageFull);
        await Eventually.TrueAsync(() => hub.Hub.Get<IdentityStore>().Newest("lamp")!.State == IdentityStates.Rejected, "the refusal is kept");
        await lamp.LosePowerAsync();
        await lamp.ConnectAsync(hub.Hub.Host, hub.Hub.Port);
        await hub.Hub.OnlineAsync("lamp");

        // Answers to what was never sent, or to another device's, are refused.
        await AnswerAsync(lamp, first.Sequence + 1, IdentityAnswer.Stored);
        await hub.Hub.RefusedAsync("lamp", ErrorCodes.MessageInvalid);
        Assert.Equal(1, lamp.Received.Count(m => m.Kind == TopicKind.Identity));
        Assert.Equal(IdentityStates.Sent, (await delivery.RenewAsync("lamp", default)).Value.State);
        Assert.True((await IdentityAsync(lamp, 2)).Sequence > first.Sequence);
        Assert.True((await hub.Hub.Get<DeviceService>().RevokeAsync("lamp", "", default)).IsOk);
        Assert.Equal(ErrorCodes.DeviceRevoked, (await delivery.RenewAsync("lamp", default)).Error?.Code);
        Assert.Null(hub.Hub.Get<IdentityStore>().Newest("lamp"));
    }

    private static async Task<Identity> IdentityAsync(TestDevice device, int count)
    {
        await Eventually.TrueAsync(() => device.Received.Count(m => m.Kind == TopicKind.Identity) >= count, $"{count} identities are received");
        return Codec.ReadIdentity(device.Received.Where(m => m.Kind == TopicKind.Identity).ElementAt(count - 1).Body!);
    }

    private static Task AnswerAsync(TestDevice device, long sequence, string state, string code = "") =>
        device.SendAsync(TopicKind.IdentityAnswer, Codec.Write(new IdentityAnswer { Sequence = sequence, State = state, Code = code }));
}

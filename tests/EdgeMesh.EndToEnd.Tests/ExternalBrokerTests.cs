using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using EdgeMesh.Mqtt;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>The product on somebody else's broker, which knows nothing of it: no dynamic security, so signatures have to hold.</summary>
public abstract class ExternalBrokerTests(ITestOutputHelper output)
{
    private const int ImageBytes = 40_000;
    private static readonly string[] Runtimes = [Device.NanoFramework, Device.MicroPython];

    // What a device answers to what it takes for the hub's word.
    private static readonly TopicKind[] Answers =
        [TopicKind.OtaAccept, TopicKind.OtaReject, TopicKind.OtaChunkAck, TopicKind.OtaVerify, TopicKind.OtaAbortUp, TopicKind.OtaReport, TopicKind.Response, TopicKind.IdentityAnswer];

    private protected abstract ExternalBroker Broker();

    [Fact]
    public async Task Updates_go_on_over_a_killed_hub_strangers_and_revoked_devices_are_refused_by_signature_and_the_hub_says_what_it_cannot_enforce()
    {
        // One site for all of it, since starting one takes longer than a promise.
        await using Site site = await Site.StartAsync(Broker());
        await site.WatchAsync(output, async () =>
        {
            Device[] devices = await Task.WhenAll(Runtimes.Select(r => site.AddDeviceAsync(r, r)));
            await SaysWhatItCannotEnforceAsync(site);
            await UpdatedOverAKilledHubAsync(site, devices);
            await StrangersAreRefusedAsync(site, devices);
            await Task.WhenAll(devices.Select(d => RolledBackAsync(site, d)));
            await Task.WhenAll(devices.Select(d => RevokedAsync(site, d)));
            Assert.Contains(site.Hub.Lines, l => l.Contains(": " + ErrorCodes.DeviceRevoked, StringComparison.Ordinal));
        });
    }

    private static async Task UpdatedOverAKilledHubAsync(Site site, Device[] devices)
    {
        await Task.WhenAll(devices.Select(d => d.AddFirmwareAsync(d.Id, "1.1.0", d.Heartbeat(), ImageBytes)));
        Task<Message> midway = site.Wire.NextAsync(m => m.Kind == TopicKind.OtaChunkAck && m.Next >= 40, "a transfer is on its way", site.KillHub);
        Task<Message> gone = site.Wire.NextAsync(m => m.Says(TopicKind.HubStatus, "status", "offline"), "the hub's will");
        Task<Ran[]> started = Task.WhenAll(devices.Select(d => site.RunAsync("ota", "start", d.Id, d.Id)));
        await midway;
        await gone;
        Ran[] orders = await started;
        await site.StartHubAsync();
        await Task.WhenAll(devices.Zip(orders).Select(async pair =>
        {
            (Device d, Ran order) = pair;
            if (order.ExitCode != 0)
            {
                // The kill came before the answer, and perhaps before the order: then there is none, else this one is refused.
                await site.RunAsync("ota", "start", d.Id, d.Id);
            }

            await EndsAsync(site, d, OtaStates.Confirmed);
            // A report that is not answered yet would be said again, and pass for a stranger's doing.
            await Eventually.TrueAsync(() => site.Wire.Seen.Any(m => m.Topic.Name == d.Id && m.Says(TopicKind.Reported, "state", OtaStates.Confirmed)), $"{d}'s report is answered");
        }));
    }

    private static async Task RolledBackAsync(Site site, Device device)
    {
        (byte[] crash, string cause) = device.CrashAtStart();
        await device.AddFirmwareAsync(device.Id + "-crash", "2.0.0", crash);
        await site.MustAsync("ota", "start", device.Id, device.Id + "-crash");
        await EndsAsync(site, device, OtaStates.RolledBack);
        Message update = site.Wire.Latest(TopicKind.PublicOta, device.Id)!;
        Assert.Equal(ErrorCodes.CrashLoop, (string?)update.Json["code"]);
        Assert.Contains(cause, (string?)update.Json["reason"], StringComparison.Ordinal);
        await Eventually.TrueAsync(() => site.Wire.Latest(TopicKind.Info, device.Id)!.Says(TopicKind.Info, "program_version", "1.1.0"), $"{device} runs the old program");
    }

    private static async Task StrangersAreRefusedAsync(Site site, Device[] devices)
    {
        await using MqttClient stranger = new();
        await stranger.ConnectAsync(site.Viewer());
        int before = site.Wire.Seen.Length;
        foreach (Device device in devices)
        {
            await AttackAsync(site, stranger, device);
        }

        // Each says itself what it refused; neither does anything else. What is retained meets a device that starts, too; then it works as before.
        await Task.WhenAll(devices.Select(async device =>
        {
            await Eventually.TrueAsync(
                () => device.Processes.Any(p => p.Lines.Any(l => l.Contains("Refused (" + ErrorCodes.SignatureInvalid, StringComparison.Ordinal))), $"{device} refuses");
            Task<Message> lost = site.Wire.NextAsync(m => m.Topic.Name == device.Id && m.Says(TopicKind.PublicAvailability, "cause", "its connection broke"), $"{device}'s will");
            Task<Message> back = site.Wire.NextAsync(m => m.Topic.Name == device.Id && m.Says(TopicKind.Status, "status", "online"), $"{device} is back");
            device.Kill();
            await lost;
            await device.RestartAsync();
            await back;
            await site.RunAsync("commands", "give", device.Id, "nothing");
        }));
        Message[] after = [.. site.Wire.Seen.Skip(before).Where(m => !m.Retained && Answers.Contains(m.Kind))];
        Assert.Equal(devices.Length, after.Count(m => m.Kind == TopicKind.Response));
        Assert.DoesNotContain(after, m => m.Kind != TopicKind.Response);
    }

    private static async Task SaysWhatItCannotEnforceAsync(Site site)
    {
        string[] told = [.. site.Hub.Lines.Where(l => l.Contains("cannot enforce", StringComparison.Ordinal))];
        Assert.True(told.Length == 1, "One warning in the log: " + string.Join('\n', told));
        Ran status = await site.RunAsync("status");
        Assert.Equal(0, status.ExitCode);
        Assert.Contains(status.Lines, l => l.StartsWith("WARNING: ", StringComparison.Ordinal) && l.Contains("cannot enforce accounts, topics and instant revocation", StringComparison.Ordinal));
        Assert.DoesNotContain(status.Lines, l => l.Contains("viewer", StringComparison.Ordinal));
        await using Wire late = await site.ViewAsync();
        await Eventually.TrueAsync(() => late.Latest(TopicKind.HubStatus)?.Says(TopicKind.HubStatus, "accounts", "not_enforced") == true, "hub/status says it, retained");
    }

    private static Task EndsAsync(Site site, Device device, string state) => Eventually.TrueAsync(
        () => site.Wire.Latest(TopicKind.PublicOta, device.Id)?.Says(TopicKind.PublicOta, "state", state) == true, $"{device} ends {state}");

    // All that the device was ever sent, again and retained; the same of nobody's; and what no hub signed.
    private static async Task AttackAsync(Site site, MqttClient stranger, Device device)
    {
        Message[] sent = [.. site.Wire.Seen.Where(m => !m.Retained && m.Topic.Name == device.Id && m.Topic.ToString().StartsWith(
            Topic.DownFilter(Site.Name, device.Id)[..^1], StringComparison.Ordinal))];
        Assert.Contains(sent, m => m.Kind == TopicKind.OtaComplete);
        string mac = new('0', 64);
        foreach (TopicKind kind in new[] { TopicKind.Command, TopicKind.Reported, TopicKind.OtaOffer, TopicKind.OtaComplete, TopicKind.OtaAbortDown, TopicKind.OtaChunk, TopicKind.Identity })
        {
            foreach (string payload in new[] { """{"name":"on","session":1}""", $$"""{"name":"on","session":1,"n":1,"mac":"{{mac}}"}""" })
            {
                await stranger.PublishBinaryAsync(Topic.Format(kind, Site.Name, device.Id), Encoding.UTF8.GetBytes(payload), MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
            }
        }

        foreach (Message message in sent)
        {
            await stranger.PublishBinaryAsync(message.Topic.ToString(), message.Payload, MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        }
    }

    private static async Task RevokedAsync(Site site, Device device)
    {
        Assert.Contains("\"not_enforced\"", await site.MustAsync("devices", "revoke", device.Id, "--json"), StringComparison.Ordinal);
        int at = site.Wire.Seen.Length;
        Task<Message> hello = site.Wire.NextAsync(m => m.Kind == TopicKind.Hello && m.Topic.Name == device.Id, "the broker lets the revoked device in");
        device.Kill();
        await device.RestartAsync();
        await hello;
        // It says hello again, since nobody has answered.
        await site.Wire.NextAsync(m => m.Kind == TopicKind.Hello && m.Topic.Name == device.Id, "the revoked device asks in vain");
        Assert.DoesNotContain(site.Wire.Seen.Skip(at), m => !m.Retained && m.Topic.Name == device.Id && m.Kind is TopicKind.Welcome or TopicKind.OtaOffer);
        Assert.True(site.Wire.Latest(TopicKind.PublicAvailability, device.Id)!.Says(TopicKind.PublicAvailability, "state", "offline"));
    }
}

/// <summary>Debian's Mosquitto by TLS, with accounts and ACLs that its administrator keeps.</summary>
public sealed class SystemMosquittoTests(ITestOutputHelper output) : ExternalBrokerTests(output)
{
    private protected override ExternalBroker Broker() => new SystemMosquitto(Site.FreePort());
}

/// <summary>Debian's nats-server, open to everybody.</summary>
public sealed class NatsServerTests(ITestOutputHelper output) : ExternalBrokerTests(output)
{
    private protected override ExternalBroker Broker() => new NatsServer(Site.FreePort());
}

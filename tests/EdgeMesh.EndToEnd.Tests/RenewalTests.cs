using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>Certificates and authorities change under a connected device of either runtime, over mutual TLS, and it stays the hub's.</summary>
public abstract class RenewalTests(string runtime, ITestOutputHelper output)
{
    [Fact]
    public async Task A_certificate_is_renewed_over_MQTT_and_a_rotation_of_the_authority_completes_with_the_device_connected()
    {
        await using Site site = await Site.StartAsync("--Broker:MutualTls", "true", "--Broker:DeviceHost", "127.0.0.1", "--Certificates:OverlapDays", "0");
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime);
            Task<Message> renewed = HelloAsync(site, 0);
            Assert.Contains("sent", await site.MustAsync("ca", "renew", "porch"), StringComparison.Ordinal);
            long first = IdentityOf(await renewed);
            JsonNode[] good = await CertificatesAsync(site, c => c.Length == 1);
            Assert.Equal(1, (long)good[0]["authority"]!);

            // The old authority goes by itself as soon as the device was here with a certificate of the new one; the broker starts anew then.
            Task<Message> moved = HelloAsync(site, first);
            Task<Message> back = site.Wire.NextAsync(
                m => m.Kind == TopicKind.Hello && moved.IsCompleted && IdentityOf(m) == IdentityOf(moved.Result), "it is back after the broker's restart");
            await site.MustAsync("ca", "rotate");
            await moved;
            JsonNode view = await UntilAsync(site, v => v["authorities"]!.AsArray().Count == 1, "ca", "show", "--json");
            Assert.Equal((2, "serving"), ((int)view["authorities"]![0]!["number"]!, (string)view["authorities"]![0]!["state"]!));
            Assert.Empty(view["not_told"]!.AsArray());
            good = await CertificatesAsync(site, c => c.Length == 1);
            Assert.Equal(2, (long)good[0]["authority"]!);
            await back;

            // After a power cycle too, from what it was given over MQTT: the authority of its configuration is no more.
            device.Kill();
            Task<Message> online = site.Wire.NextAsync(m => m.Says(TopicKind.PublicAvailability, "state", "online"), "the device is back");
            await device.RestartAsync();
            await online;
            string audited = await site.MustAsync("audit", "list", "--json");
            Assert.Contains("ca-renew", audited, StringComparison.Ordinal);
            Assert.Contains("identity-in-use", audited, StringComparison.Ordinal);

            // Who looks at the site with the viewer's account sees the answers and no private key; nor do logs hold any.
            Assert.Contains(site.Wire.Seen, m => m.Kind == TopicKind.IdentityAnswer);
            Assert.DoesNotContain(site.Wire.Seen, m => m.Kind == TopicKind.Identity);
            Assert.DoesNotContain(site.Hub.Lines.Concat(device.Processes.SelectMany(p => p.Lines)), l => l.Contains("PRIVATE KEY", StringComparison.Ordinal));
        });
    }

    private static long IdentityOf(Message hello) => (long?)hello.Json["identity"] ?? 0;

    private static Task<Message> HelloAsync(Site site, long above) =>
        site.Wire.NextAsync(m => m.Kind == TopicKind.Hello && IdentityOf(m) > above, "a hello by a new identity");

    private static async Task<JsonNode[]> CertificatesAsync(Site site, Func<JsonNode[], bool> holds)
    {
        JsonNode[] Good(JsonNode list) => [.. list.AsArray().Where(c => (string)c!["kind"]! == "device" && (long)c["revoked"]! == 0).Select(c => c!)];
        return Good(await UntilAsync(site, list => holds(Good(list)), "ca", "list", "--json"));
    }

    private static async Task<JsonNode> UntilAsync(Site site, Func<JsonNode, bool> holds, params string[] command)
    {
        JsonNode last = JsonNode.Parse(await site.MustAsync(command))!;
        for (int tries = 0; !holds(last); tries++)
        {
            Assert.True(tries < 60, $"edgemesh {string.Join(' ', command)} still says {last}");
            last = JsonNode.Parse(await site.MustAsync(command))!;
        }

        return last;
    }
}

public sealed class NanoFrameworkRenewalTests(ITestOutputHelper output) : RenewalTests(Device.NanoFramework, output);

public sealed class MicroPythonRenewalTests(ITestOutputHelper output) : RenewalTests(Device.MicroPython, output);

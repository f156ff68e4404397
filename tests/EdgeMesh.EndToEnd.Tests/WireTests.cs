using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Security;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>The wire as who uses MQTT Explorer sees it, and what an account may not do there.</summary>
public sealed class WireTests(ITestOutputHelper output)
{
    private const string Marker = "not to be seen by anybody";

    [Fact]
    public async Task A_viewer_who_comes_late_reads_how_everything_stands_in_small_JSON()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            foreach (string runtime in new[] { Device.NanoFramework, Device.MicroPython })
            {
                Device device = await site.AddDeviceAsync(runtime, runtime);
                await device.AddFirmwareAsync(runtime, "1.1.0", device.Heartbeat());
                await site.MustAsync("ota", "start", runtime, runtime, "--wait", "--timeout", "60s");
            }

            await using Wire late = await site.ViewAsync();
            (TopicKind Kind, string Name, string Member, string Value)[] kept =
            [
                (TopicKind.HubStatus, "", "status", "online"),
                .. new[] { Device.NanoFramework, Device.MicroPython }.SelectMany(id => new[]
                {
                    (TopicKind.PublicAvailability, id, "state", "online"), (TopicKind.Status, id, "status", "online"),
                    (TopicKind.Info, id, "runtime", id), (TopicKind.Info, id, "program_version", "1.1.0"), (TopicKind.PublicOta, id, "state", OtaStates.Confirmed),
                }),
            ];
            foreach (var (kind, name, member, value) in kept)
            {
                await Eventually.TrueAsync(
                    () => late.Latest(kind, name)?.Says(kind, member, value) == true, $"{Topic.Format(kind, Site.Name, name)} says {member}: {value}");
            }

            // JSON throws where a payload is none.
            Message[] json = [.. site.Wire.Seen.Where(m => m.Kind != TopicKind.OtaChunk)];
            int largest = json.Where(m => m.Json is JsonObject).Max(m => m.Payload.Length);
            Assert.InRange(largest, 1, Limits.JsonPayloadBytes);
            Assert.Equal(json.Length, json.Count(m => m.Json is JsonObject));
            output.WriteLine($"measured: {json.Length} JSON messages of two updates on the wire, the largest of {largest} bytes");
        });
    }

    [Fact]
    public async Task The_viewer_cannot_publish_and_a_device_can_neither_read_nor_write_what_is_another_s()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            await site.MustAsync("devices", "add", "porch", "--type", "esp32-nano");
            await using MqttClient viewer = new();
            await ConnectAsync(viewer, site.Viewer());
            await using MqttClient device = new();
            await ConnectAsync(device, await DeviceAccountAsync(site, "garden"));

            foreach (string filter in new[] { Topic.UpFilter(Site.Name, "porch"), Topic.DownFilter(Site.Name, "porch"), Topic.UpFilter(Site.Name, "garden"), Topic.SiteFilter(Site.Name), "#", "$SYS/#", "$CONTROL/#" })
            {
                Assert.Equal(MqttClientSubscribeResultCode.UnspecifiedError, await SubscribeAsync(device, filter));
            }

            Assert.NotEqual(MqttClientSubscribeResultCode.UnspecifiedError, await SubscribeAsync(device, Topic.DownFilter(Site.Name, "garden")));

            TopicKind[] kinds = [TopicKind.Telemetry, TopicKind.Command, TopicKind.OtaOffer, TopicKind.PublicAvailability, TopicKind.PublicOta, TopicKind.HubStatus];
            foreach (TopicKind kind in kinds)
            {
                await PublishAsync(viewer, Topic.Format(kind, Site.Name, "porch"));
                await PublishAsync(device, Topic.Format(kind, Site.Name, "porch"));
            }

            // What the broker lets through comes in order: after this one, nothing of the above can still come.
            Task<Message> own = site.Wire.NextAsync(m => m.Kind == TopicKind.Log && m.Topic.Name == "garden", "the device's own log");
            await PublishAsync(device, Topic.Format(TopicKind.Log, Site.Name, "garden"));
            await own;
            Assert.Single(site.Wire.Seen, m => Encoding.UTF8.GetString(m.Payload).Contains(Marker, StringComparison.Ordinal));
        });
    }

    private static async Task ConnectAsync(MqttClient client, MqttClientOptions account) =>
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(account)).ResultCode);

    private static async Task<MqttClientSubscribeResultCode> SubscribeAsync(MqttClient client, string filter) =>
        (await client.SubscribeAsync(filter)).Items.Single().ResultCode;

    private static Task<MqttClientPublishResult> PublishAsync(MqttClient client, string topic) =>
        client.PublishStringAsync(topic, $$"""{"text":"{{Marker}}"}""", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);

    private static async Task<MqttClientOptions> DeviceAccountAsync(Site site, string id)
    {
        string file = Path.Combine(site.Folder, "account.json");
        await site.MustAsync("devices", "add", id, "--type", "esp32-mpy", "--out", file);
        byte[] key = Hex.Decode((string)JsonNode.Parse(await File.ReadAllTextAsync(file))!["key"]!)!;
        return site.Account(id, id, new DeviceKey(new DotNetCrypto(), key, Site.Name, id).BrokerPassword());
    }
}

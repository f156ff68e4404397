using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Mqtt;
using static EdgeMesh.Mqtt.MqttClientConnectResultCode;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>Every topic of EdgeMesh, in both directions, for a device, a client that was never enrolled, and one without a name.</summary>
public sealed class AclTests
{
    private static readonly DeviceAccount Lamp = new("lamp", new string('a', 64));
    private static readonly DeviceAccount Fan = new("fan", new string('b', 64));

    /// <summary>Each topic with each device's name where it takes one, and whether the lamp may write it, and read it.</summary>
    private static (string Topic, bool Writes, bool Reads)[] Rows =>
    [
        .. Enum.GetValues<TopicKind>().SelectMany(kind => new[] { "lamp", "fan" }.Select(name => (
            Topic.Format(kind, "home", name, "detail"),
            Topic.IsUp(kind) && name == "lamp",
            (Topic.PatternOf(kind).StartsWith("devices/{}/down/", StringComparison.Ordinal) && name == "lamp") || kind == TopicKind.HubStatus))).Distinct(),
    ];

    [Fact]
    public async Task A_device_writes_and_reads_its_own_rows_and_no_other_row_in_either_direction()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        Assert.True((await hub.Accounts.EnsureDevicesAsync([Lamp, Fan])).IsOk);
        (BrokerHub.Client lamp, MqttClientConnectResultCode verdict) = await hub.ConnectAsync("lamp", "lamp", Lamp.Password);
        (BrokerHub.Client witness, _) = await hub.ConnectAsync("witness", "hub", (await File.ReadAllTextAsync(hub.BrokerFile("hub.secret"))).Trim());
        Assert.Equal(Success, verdict);
        Assert.Contains(Rows, r => r.Writes);
        Assert.Contains(Rows, r => r.Reads);
        await using (lamp)
        await using (witness)
        {
            Assert.True(await witness.MaySubscribeAsync("#"));
            foreach ((string topic, _, bool reads) in Rows)
            {
                Assert.True(await lamp.MaySubscribeAsync(topic) == reads, $"subscribing to {topic}");
            }

            foreach ((string topic, _, _) in Rows)
            {
                await lamp.Mqtt.PublishStringAsync(topic, "by the lamp", MqttQualityOfServiceLevel.AtLeastOnce);
            }

            await UntilAsync(witness, "marker", witness);
            IEnumerable<string> written = witness.Received.Where(m => m.ConvertPayloadToString() == "by the lamp").Select(m => m.Topic);
            Assert.Equal(Rows.Where(r => r.Writes).Select(r => r.Topic).Order(), written.Order());

            // The other direction: what the hub writes reaches the lamp where it may read, and nowhere else.
            foreach ((string topic, _, _) in Rows)
            {
                await witness.Mqtt.PublishStringAsync(topic, "by the hub", MqttQualityOfServiceLevel.AtLeastOnce);
            }

            await UntilAsync(witness, Topic.Format(TopicKind.Welcome, "home", "lamp"), lamp);
            IEnumerable<string> read = lamp.Received.Where(m => m.ConvertPayloadToString() == "by the hub").Select(m => m.Topic).Distinct();
            Assert.Equal(Rows.Where(r => r.Reads).Select(r => r.Topic).Order(), read.Order());
        }
    }

    [Theory]
    [InlineData("stranger", "stranger")]
    [InlineData("lamp", "lamp")]
    [InlineData("fan", null)]
    [InlineData("", null)]
    public async Task A_client_that_was_never_enrolled_or_has_no_name_has_no_row_since_it_does_not_get_in(string clientId, string? user)
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        (BrokerHub.Client nobody, MqttClientConnectResultCode verdict) = await hub.ConnectAsync(clientId, user, "guess");
        await using (nobody)
        {
            Assert.Equal(NotAuthorized, verdict);
            foreach ((string topic, _, _) in Rows.Take(3))
            {
                await Assert.ThrowsAnyAsync<Exception>(() => nobody.Mqtt.PublishStringAsync(topic, "x", MqttQualityOfServiceLevel.AtLeastOnce));
                await Assert.ThrowsAnyAsync<Exception>(() => nobody.MaySubscribeAsync(topic));
            }
        }
    }

    /// <summary>What the broker lets through comes in order: after this message, nothing that was sent before it can still come.</summary>
    private static async Task UntilAsync(BrokerHub.Client sender, string topic, BrokerHub.Client receiver)
    {
        string last = "last " + Guid.NewGuid();
        await sender.Mqtt.PublishStringAsync(topic, last, MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => receiver.Received.Any(m => m.ConvertPayloadToString() == last), "the last message");
    }
}

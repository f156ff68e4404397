using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;
using static EdgeMesh.Mqtt.MqttClientConnectResultCode;

namespace EdgeMesh.Hub.Tests.Broker;

public class BrokerAccountsTests(ITestOutputHelper output)
{
    private static readonly DeviceAccount Lamp = new("lamp", new string('a', 64));
    private static readonly DeviceAccount Fan = new("fan", new string('b', 64));

    [Fact]
    public async Task Nobody_gets_in_without_an_account()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        Assert.Equal(NotAuthorized, (await hub.ConnectAsync("anybody")).Verdict);
        Assert.Equal(NotAuthorized, (await hub.ConnectAsync("lamp", "lamp", "guess")).Verdict);
    }

    [Fact]
    public async Task The_viewer_reads_the_site_and_writes_nothing()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        BrokerInfo info = hub.Get<BrokerInfo>();
        (BrokerHub.Client viewer, MqttClientConnectResultCode verdict) =
            await hub.ConnectAsync("explorer", info.ViewerUser, File.ReadAllText(info.ViewerPasswordFile).Trim());
        Assert.Equal(Success, verdict);
        Assert.True(await viewer.MaySubscribeAsync(info.ViewerFilter));
        Assert.False(await viewer.MaySubscribeAsync("$CONTROL/#"));
        Assert.False(await viewer.MaySubscribeAsync("#"));
        await Eventually.TrueAsync(() => viewer.Received.Any(m => m.Topic == Topic.Format(TopicKind.HubStatus, "home")), "hub/status to reach the viewer");
        await ForbiddenAsync(hub, viewer, Topic.Format(TopicKind.Command, "home", "lamp"));
        await ForbiddenAsync(hub, viewer, Topic.Format(TopicKind.Set, "home", "lamp", "on"));
    }

    [Fact]
    public async Task A_device_writes_its_own_up_and_reads_its_own_down_and_nothing_else()
    {
        await using BrokerHub hub = await WithLampAsync();
        (BrokerHub.Client lamp, MqttClientConnectResultCode verdict) = await hub.ConnectAsync("lamp", "lamp", Lamp.Password);
        Assert.Equal(Success, verdict);
        foreach (TopicKind kind in Enum.GetValues<TopicKind>().Where(k => Topic.PatternOf(k).StartsWith("devices/{}/up/", StringComparison.Ordinal)))
        {
            await AllowedAsync(hub, lamp, Topic.Format(kind, "home", "lamp"));
            await ForbiddenAsync(hub, lamp, Topic.Format(kind, "home", "fan"));
        }

        await ForbiddenAsync(hub, lamp, Topic.Format(TopicKind.Command, "home", "lamp"));
        await ForbiddenAsync(hub, lamp, Topic.Format(TopicKind.Command, "home", "fan"));
        await ForbiddenAsync(hub, lamp, Topic.Format(TopicKind.HubStatus, "home"));
        await ForbiddenAsync(hub, lamp, Topic.Format(TopicKind.PublicState, "home", "lamp"));
        Assert.True(await lamp.MaySubscribeAsync(Topic.DownFilter("home", "lamp")));
        Assert.True(await lamp.MaySubscribeAsync(Topic.Format(TopicKind.Welcome, "home", "lamp")));
        Assert.True(await lamp.MaySubscribeAsync(Topic.Format(TopicKind.HubStatus, "home")));
        Assert.False(await lamp.MaySubscribeAsync(Topic.DownFilter("home", "fan")));
        Assert.False(await lamp.MaySubscribeAsync(Topic.DownFilter("home", "+")));
        Assert.False(await lamp.MaySubscribeAsync(Topic.UpFilter("home", "fan")));
        Assert.False(await lamp.MaySubscribeAsync(Topic.SiteFilter("home")));
        Assert.False(await lamp.MaySubscribeAsync("$CONTROL/#"));
    }

    [Fact]
    public async Task An_account_is_bound_to_its_client_id()
    {
        await using BrokerHub hub = await WithLampAsync();
        Assert.Equal(NotAuthorized, (await hub.ConnectAsync("fan", "lamp", Lamp.Password)).Verdict);
        Assert.Equal(NotAuthorized, (await hub.ConnectAsync("hub-home", "lamp", Lamp.Password)).Verdict);
        Assert.True(hub.Connection.IsConnected);
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("remove")]
    public async Task A_device_disabled_or_removed_is_thrown_off_and_stays_out(string how)
    {
        await using BrokerHub hub = await WithLampAsync();
        (BrokerHub.Client lamp, _) = await hub.ConnectAsync("lamp", "lamp", Lamp.Password);
        Ok(how == "disable" ? await hub.Accounts.DisableDeviceAsync("lamp") : await hub.Accounts.RemoveDeviceAsync("lamp"));
        await Eventually.TrueAsync(() => !lamp.Mqtt.IsConnected, "the device to be thrown off");
        Assert.Equal(NotAuthorized, (await hub.ConnectAsync("lamp", "lamp", Lamp.Password)).Verdict);
        if (how == "disable")
        {
            // Ensuring accounts at the next connect must not let it in again; enabling does.
            Ok(await hub.Accounts.EnsureDevicesAsync([Lamp with { Password = new string('c', 64) }]));
            Assert.Equal(NotAuthorized, (await hub.ConnectAsync("lamp", "lamp", new string('c', 64))).Verdict);
            Ok(await hub.Accounts.EnableDeviceAsync("lamp"));
            Assert.Equal(Success, (await hub.ConnectAsync("lamp", "lamp", new string('c', 64))).Verdict);
        }
        else
        {
            Ok(await hub.Accounts.RemoveDeviceAsync("lamp"));
            Assert.Equal(ErrorCodes.DeviceUnknown, (await hub.Accounts.DisableDeviceAsync("lamp")).Error?.Code);
        }
    }

    [Fact]
    public async Task A_disconnected_device_may_come_back()
    {
        await using BrokerHub hub = await WithLampAsync();
        (BrokerHub.Client lamp, _) = await hub.ConnectAsync("lamp", "lamp", Lamp.Password);
        Ok(await hub.Accounts.DisconnectDeviceAsync("lamp"));
        await Eventually.TrueAsync(() => !lamp.Mqtt.IsConnected, "the device to be thrown off");
        Assert.Equal(Success, (await hub.ConnectAsync("lamp", "lamp", Lamp.Password)).Verdict);
    }

    [Fact]
    public async Task Ensuring_again_leaves_what_is_right_connected_and_changes_only_what_differs()
    {
        await using BrokerHub hub = await WithLampAsync();
        (BrokerHub.Client lamp, _) = await hub.ConnectAsync("lamp", "lamp", Lamp.Password);
        DateTime written = File.GetLastWriteTimeUtc(hub.BrokerFile("dynamic-security.json"));
        Ok(await hub.Accounts.EnsureDevicesAsync([Lamp]));
        Assert.Equal(written, File.GetLastWriteTimeUtc(hub.BrokerFile("dynamic-security.json")));
        Ok(await hub.Accounts.EnsureDevicesAsync([Lamp, Fan]));
        await AllowedAsync(hub, lamp, Topic.Format(TopicKind.State, "home", "lamp"));
        Assert.True(lamp.Mqtt.IsConnected);
        Assert.Equal(Success, (await hub.ConnectAsync("fan", "fan", Fan.Password)).Verdict);
    }

    [Fact]
    public async Task Accounts_can_be_made_from_a_message_handler()
    {
        await using BrokerHub hub = new();
        TaskCompletionSource<Result<AccountEnforcement>> done = new();
        hub.Connection.Subscribe(Topic.AllUpFilter("home"), async _ => done.TrySetResult(await hub.Accounts.EnsureDevicesAsync([Lamp])));
        await hub.StartAsync();
        await hub.ConnectedAsync();
        await hub.Connection.PublishAsync(Topic.Format(TopicKind.Hello, "home", "lamp"), "{}"u8.ToArray());
        Ok(await done.Task.WaitAsync(Eventually.Limit));
    }

    [Theory]
    [InlineData("hub")]
    [InlineData("viewer")]
    [InlineData("hub-home")]
    [InlineData("hub-home-control")]
    [InlineData("Lamp")]
    [InlineData("a/#")]
    public async Task An_id_that_is_the_hubs_own_or_invalid_gets_no_account(string id)
    {
        await using BrokerHub hub = new();
        Assert.Equal(ErrorCodes.InvalidArgument, (await hub.Accounts.EnsureDevicesAsync([Lamp with { Id = id }])).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await hub.Accounts.RemoveDeviceAsync(id)).Error?.Code);
    }

    [Fact]
    public async Task A_second_start_keeps_accounts_and_secrets()
    {
        await using BrokerHub first = await WithLampAsync();
        string[] secrets = Secrets(first);
        await first.StopAsync();
        await using BrokerHub second = await BrokerHub.StartAsync(stateFolder: first.StateFolder);
        Assert.Equal(secrets, Secrets(second));
        Assert.Equal(Success, (await second.ConnectAsync("lamp", "lamp", Lamp.Password)).Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"clients\":[{")]
    [InlineData("[1]")]
    [InlineData("{\"clients\":[],\"roles\":[]}")]
    [InlineData("{\"clients\":[null],\"roles\":7}")]
    public async Task A_damaged_account_file_is_put_aside_and_made_anew(string damage)
    {
        await using BrokerHub first = await WithLampAsync();
        await first.StopAsync();
        await File.WriteAllTextAsync(first.BrokerFile("dynamic-security.json"), damage);
        await using BrokerHub second = await BrokerHub.StartAsync(stateFolder: first.StateFolder);
        Assert.Equal(damage, await File.ReadAllTextAsync(second.BrokerFile("dynamic-security.json.damaged")));
        Assert.Contains(second.Log.Lines, l => l.Level == LogLevel.Error && l.Text.Contains("put aside", StringComparison.Ordinal));
        Ok(await second.Accounts.EnsureDevicesAsync([Lamp]));
        Assert.Equal(Success, (await second.ConnectAsync("lamp", "lamp", Lamp.Password)).Verdict);
    }

    [Fact]
    public async Task Five_hundred_devices_are_made_in_a_few_messages()
    {
        await using BrokerHub hub = await BrokerHub.StartAsync();
        DeviceAccount[] fleet = [.. Enumerable.Range(0, 500).Select(i => new DeviceAccount($"device-number-{i:000}-of-the-fleet", $"{i:000}" + new string('d', 61)))];
        Stopwatch clock = Stopwatch.StartNew();
        Ok(await hub.Accounts.EnsureDevicesAsync(fleet));
        output.WriteLine($"500 new accounts: {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        Ok(await hub.Accounts.EnsureDevicesAsync(fleet));
        output.WriteLine($"500 accounts as they were: {clock.ElapsedMilliseconds} ms");
        JsonNode accounts = JsonNode.Parse(await File.ReadAllTextAsync(hub.BrokerFile("dynamic-security.json")))!;
        Assert.Equal(503, accounts["clients"]!.AsArray().Count);
        Assert.True(hub.Connection.IsConnected);
        Assert.Equal(1, hub.Connects);
        Assert.Equal(Success, (await hub.ConnectAsync(fleet[499].Id, fleet[499].Id, fleet[499].Password)).Verdict);
    }

    private static string[] Secrets(BrokerHub hub) =>
        [.. new[] { "hub.secret", "viewer.secret" }.Select(f => File.ReadAllText(hub.BrokerFile(f)))];

    private static void Ok(Result<AccountEnforcement> result) => Assert.Equal((null, AccountEnforcement.Enforced), (result.Error, result.Value));

    private static async Task<BrokerHub> WithLampAsync()
    {
        BrokerHub hub = await BrokerHub.StartAsync();
        Ok(await hub.Accounts.EnsureDevicesAsync([Lamp]));
        return hub;
    }

    private static async Task AllowedAsync(BrokerHub hub, BrokerHub.Client client, string topic) =>
        Assert.Contains(topic, await PublishedAsync(hub, client, topic));

    private static async Task ForbiddenAsync(BrokerHub hub, BrokerHub.Client client, string topic) =>
        Assert.DoesNotContain(topic, await PublishedAsync(hub, client, topic));

    /// <summary>What a witness with all rights sees of one publish. The broker acknowledges a forbidden one too, so a marker behind it tells when to look.</summary>
    private static async Task<string[]> PublishedAsync(BrokerHub hub, BrokerHub.Client client, string topic)
    {
        (BrokerHub.Client witness, _) = await hub.ConnectAsync("witness", "hub", (await File.ReadAllTextAsync(hub.BrokerFile("hub.secret"))).Trim());
        await using (witness)
        {
            Assert.True(await witness.MaySubscribeAsync("#"));
            await client.Mqtt.PublishStringAsync(topic, "probe", MqttQualityOfServiceLevel.AtLeastOnce);
            await witness.Mqtt.PublishStringAsync("marker", "", MqttQualityOfServiceLevel.AtLeastOnce);
            await Eventually.TrueAsync(() => witness.Received.Any(m => m.Topic == "marker"), "the marker");
            return [.. witness.Received.Where(m => !m.Retain).Select(m => m.Topic)];
        }
    }
}

using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Who has the secret is enrolled, once; and a secret ends.</summary>
public sealed class EnrollmentTests : EnrollmentWorld
{
    [Theory]
    [InlineData("pin")]
    [InlineData("code")]
    public async Task A_device_that_has_the_secret_gets_its_identity_and_speaks_with_it(string tier)
    {
        string secret = await OpenAsync(tier, device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync();
        Assert.Equal("", device.Exchange.Code);
        DeviceConfiguration configuration = JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!;
        Assert.Equal(("home", "porch", "test", Port), (configuration.Site, configuration.Device, configuration.Type, configuration.Port));
        await StateAsync(secret, EnrollmentStates.Enrolled);

        await using TestDevice enrolled = new(configuration, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await enrolled.ConnectAsync(Hub.Host, Port));
        await Hub.OnlineAsync("porch");
        Assert.Contains(Audited(), e => e.Action == "enroll-end" && e.Subject == "porch" && e.Outcome == "ok");
        Assert.DoesNotContain(Audited(), e => JsonSerializer.Serialize(e).Contains(EnrollmentSecret.Read(secret)!.Value, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_PIN_lets_one_device_in_and_no_second()
    {
        string secret = await OpenAsync("pin");
        await using EnrollingDevice first = await ConnectedAsync(secret);
        await first.RunAsync();
        Assert.True(first.Exchange.IsDone);
        await Eventually.TrueAsync(() => !first.IsConnected, "the account is gone, and who used it thrown off");
        await using EnrollingDevice second = new(secret);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await second.ConnectAsync(Port));
        Assert.Single(Devices.List());
    }

    [Fact]
    public async Task A_mistyped_PIN_does_not_keep_the_right_one_from_working()
    {
        string secret = await OpenAsync("pin", device: "porch");
        await using (EnrollingDevice mistyped = await ConnectedAsync(Wrong(secret)))
        {
            await mistyped.RunAsync();
        }

        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync();
        Assert.True(device.Exchange.IsDone);
        Assert.Equal(1, View(secret).Failed);
    }

    [Fact]
    public async Task An_unused_PIN_expires_and_a_cancelled_one_is_void_at_once()
    {
        string expiring = await OpenAsync("pin", life: TimeSpan.FromSeconds(1));
        string cancelled = await OpenAsync("code");
        Assert.Equal(EnrollmentStates.Cancelled, (await Service.CancelAsync(cancelled[..8], default)).Value.State);
        await using EnrollingDevice late = new(cancelled);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await late.ConnectAsync(Port));
        await StateAsync(expiring, EnrollmentStates.Expired);
        await using EnrollingDevice later = new(expiring);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await later.ConnectAsync(Port));
        Assert.Equal(ErrorCodes.EnrollmentUnknown, (await Service.CancelAsync("00000000", default)).Error!.Code);
    }

    [Fact]
    public async Task Progress_of_a_slow_device_extends_its_time()
    {
        string secret = await OpenAsync("pin", life: TimeSpan.FromSeconds(1.2));
        await using EnrollingDevice device = await ConnectedAsync(secret);
        string begin = device.Work();
        string sid = (string)JsonNode.Parse(begin)!["sid"]!;
        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(3);
        for (int percent = 1; DateTimeOffset.UtcNow < end; percent++)
        {
            await device.SayAsync($$"""{"m":"progress","sid":"{{sid}}","percent":{{percent}}}""");
            await Task.Delay(100);
        }

        await device.RunAsync();
        Assert.True(device.Exchange.IsDone, device.Exchange.Reason);
    }

    [Fact]
    public async Task AHub_that_restarts_has_voided_every_PIN_and_removed_its_account()
    {
        string secret = await OpenAsync("pin");
        await Hub.DisposeAsync();
        Hub = await StartAsync();
        Assert.Empty(await Service.ListAsync(default));
        await Eventually.TrueAsync(
            () => !File.ReadAllText(Path.Combine(Folder.Path, "broker", "dynamic-security.json")).Contains(EnrollmentSecret.UserPrefix, StringComparison.Ordinal), "no account is left");
        await using EnrollingDevice device = new(secret);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await device.ConnectAsync(Port));
    }

    [Fact]
    public async Task A_broker_restarted_in_the_middle_ends_nothing()
    {
        // A try outlasts the restart, however busy this machine is.
        await Hub.DisposeAsync();
        Hub = await StartAsync("00:01:00");
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice before = await ConnectedAsync(secret);
        string begin = before.Work();
        await before.SayAsync(begin);
        string answer = (await before.HearAsync("the answer")).ToJsonString();
        using (System.Diagnostics.Process broker = System.Diagnostics.Process.GetProcessById(Hub.Get<EmbeddedBroker>().ProcessId))
        {
            broker.Kill();
        }

        await Eventually.TrueAsync(() => !before.IsConnected, "the connection is broken");
        await before.DisposeAsync();
        // The same device in another connection: it says its last word again, and is answered the same.
        await using EnrollingDevice after = await ConnectedAsync(secret, retry: true);
        JsonNode? again = null;
        for (; again is null; await Task.Delay(100))
        {
            await after.SayAsync(begin);
            again = after.Received.TryDequeue(out string? heard) ? JsonNode.Parse(heard) : null;
        }

        Assert.Equal(answer, again.ToJsonString());
        Assert.Equal(0, View(secret).Failed);
    }
}

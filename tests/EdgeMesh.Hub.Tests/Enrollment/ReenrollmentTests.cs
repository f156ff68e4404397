using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Devices that are known, revoked, renamed, or vanish half-way.</summary>
public sealed class ReenrollmentTests : EnrollmentWorld
{
    [Fact]
    public async Task A_known_device_keeps_its_old_identity_until_it_has_the_new_one_and_not_after()
    {
        await using TestDevice old = await Hub.ConnectNewAsync("porch");
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        Assert.True(Gateway.IsOnline("porch"), "a grant alone changes nothing");
        await device.SayAsync(Stored(device));
        await StateAsync(secret, EnrollmentStates.Enrolled);
        await Eventually.TrueAsync(() => !Gateway.IsOnline("porch"), "the old identity is thrown off");
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(Hub.Host, Port));
        await using TestDevice renewed = new(JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await renewed.ConnectAsync(Hub.Host, Port));
        await Hub.OnlineAsync("porch");
        Assert.Single(Devices.List());
    }

    [Fact]
    public async Task A_revoked_device_begins_anew_by_a_PIN_and_its_old_key_stays_refused()
    {
        await using TestDevice old = await Hub.ConnectNewAsync("porch");
        Assert.True((await Devices.RevokeAsync("porch", "left on a train", default)).IsOk);
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        Assert.True(Devices.Show("porch").Value.Revoked > 0, "a grant alone changes nothing");
        await device.SayAsync(Stored(device));
        await StateAsync(secret, EnrollmentStates.Enrolled);
        Assert.Equal((0L, ""), (Devices.Show("porch").Value.Revoked, Devices.Show("porch").Value.RevokedReason));
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(Hub.Host, Port));
        await using TestDevice renewed = new(JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await renewed.ConnectAsync(Hub.Host, Port));
        await Hub.OnlineAsync("porch");
    }

    [Fact]
    public async Task A_device_is_renamed_by_enrolling_in_the_place_of_its_old_id_and_its_commands_follow()
    {
        await using TestDevice old = await Hub.ConnectNewAsync("porch");
        await old.LosePowerAsync();
        await Eventually.TrueAsync(() => !Devices.Show("porch").Value.Online, "it is gone");
        long waiting = (await Hub.Get<CommandService>().GiveAsync("porch", "relay", null, null, default, default)).Value.Sequence;
        EnrollmentService enrollments = Hub.Get<EnrollmentService>();
        foreach ((string? to, string from) in new (string?, string)[] { (null, "porch"), ("porch", "porch"), ("gate", "nobody") })
        {
            Assert.Equal(ErrorCodes.InvalidArgument, (await enrollments.OpenAsync("code", to, null, null, default, from)).Error?.Code);
        }

        string secret = (await enrollments.OpenAsync("code", "gate", null, null, default, "porch")).Value.Secret;
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        await device.SayAsync(Stored(device));
        await StateAsync(secret, EnrollmentStates.Enrolled);
        await Eventually.TrueAsync(() => Devices.List() is [{ Id: "gate" }], "only the new id is left");
        Assert.Equal(("gate", CommandStates.Queued), Hub.Get<CommandService>().List("gate", 9).Where(c => c.Sequence == waiting).Select(c => (c.Device, c.State)).Single());
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(Hub.Host, Port));
    }

    [Fact]
    public async Task A_new_device_that_never_says_it_keeps_its_identity_is_removed_again()
    {
        string secret = await OpenAsync("code", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        Assert.Equal(EnrollmentStates.Granted, View(secret).State);
        await StateAsync(secret, EnrollmentStates.Failed);
        await Eventually.TrueAsync(() => Devices.List().Count == 0, "the device is removed");
    }

    [Fact]
    public async Task A_new_device_that_says_hello_is_enrolled_whatever_became_of_its_word()
    {
        string secret = await OpenAsync("code", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        await using TestDevice enrolled = new(JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!, new TestDeviceOptions());
        await enrolled.ConnectAsync(Hub.Host, Port);
        await StateAsync(secret, EnrollmentStates.Enrolled);
    }
}

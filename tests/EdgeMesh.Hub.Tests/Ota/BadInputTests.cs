using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Hub.Tests.Ota;

/// <summary>What bad input gets: a stable code and a sentence, counted, and nothing else disturbed.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RunningHub _hub = null!;
    private TestDevice _device = null!;

    public async Task InitializeAsync()
    {
        _hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        await _hub.AddFirmwareAsync(RandomNumberGenerator.GetBytes(50_000));
        _device = await _hub.ConnectNewAsync("porch");
    }

    public async Task DisposeAsync()
    {
        await _device.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("nobody", "blink", ErrorCodes.DeviceUnknown, "devices add nobody")]
    [InlineData("porch", "nothing", ErrorCodes.FirmwareUnknown, "firmware list")]
    public void An_update_of_something_unknown_is_refused_with_what_to_do(string device, string firmware, string code, string advice)
    {
        Error error = _hub.Ota.Start(device, firmware, null).Error!;
        Assert.Equal(code, error.Code);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_for_another_type_of_device_is_refused_before_anything_is_sent()
    {
        await _hub.AddFirmwareAsync([1, 2, 3], "other", "1", "another-type");
        Assert.Equal(ErrorCodes.DeviceTypeMismatch, _hub.Ota.Start("porch", "other", null).Error!.Code);
        Assert.Empty(_hub.Ota.Status("porch", 10).Value);
    }

    [Fact]
    public async Task An_image_larger_than_the_slot_is_refused_and_both_sizes_are_named()
    {
        await _hub.AddFirmwareAsync(new byte[2_000_000], "large", "1");
        await Eventually.TrueAsync(() => _hub.Get<DeviceService>().Show("porch").Value.Info is not null, "the device's info is kept");
        Error error = _hub.Ota.Start("porch", "large", null).Error!;
        Assert.Equal(ErrorCodes.ImageTooLarge, error.Code);
        Assert.Contains("2000000", error.Message, StringComparison.Ordinal);
        Assert.Contains("1048576", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_update_of_a_device_is_refused_while_one_is_under_way()
    {
        await using TestDevice away = await _hub.NewAsync("away");
        Assert.True(_hub.Ota.Start("away", "blink", null).IsOk);
        Assert.Equal(ErrorCodes.SessionExists, _hub.Ota.Start("away", "blink", null).Error!.Code);
    }

    [Fact]
    public async Task Messages_that_are_forged_replayed_unreadable_or_too_large_are_counted_by_code_and_disturb_no_update()
    {
        _hub.Ota.Start("porch", "blink", null);
        byte[] good = _device.Seal(TopicKind.Telemetry, new JsonWriter().Add("t", 21));
        byte[] forged = [.. good];
        forged[6] ^= 1;
        string topic = _device.Up(TopicKind.Telemetry);

        await _device.PublishAsync(topic, good);
        await _device.PublishAsync(topic, good);
        await _device.PublishAsync(topic, forged);
        await _device.PublishAsync(topic, Encoding.UTF8.GetBytes("no JSON at all"));
        await _device.PublishAsync(topic, new byte[Limits.JsonPayloadBytes + 1]);
        await _device.PublishAsync(topic, _device.Seal(TopicKind.Telemetry, new JsonWriter().AddRaw("t", "{{{")));

        await _hub.RefusedAsync("porch", ErrorCodes.Replayed);
        await _hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid, 2);
        await _hub.RefusedAsync("porch", ErrorCodes.MessageTooLarge);
        await _hub.RefusedAsync("porch", ErrorCodes.MessageInvalid);
        await Eventually.TrueAsync(() => _device.Applied, "the update goes on");
    }

    [Fact]
    public async Task A_message_signed_for_one_topic_is_refused_on_another()
    {
        await _device.PublishAsync(_device.Up(TopicKind.State), _device.Seal(TopicKind.Telemetry, new JsonWriter().Add("t", 21)));
        await _hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
    }

    [Fact]
    public async Task A_device_that_publishes_on_anothers_topic_is_not_heard()
    {
        await using TestDevice other = await _hub.ConnectNewAsync("other");
        await _device.PublishAsync(other.Up(TopicKind.Status), Codec.Write(new DeviceStatus { Status = DeviceStatus.Lost }).ToBytes());
        await _device.PublishAsync(_device.Up(TopicKind.Telemetry), [1]);

        // The second message, sent after the first by the same connection, has arrived: so the first never will.
        await _hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
        Assert.True(_hub.Get<DeviceGateway>().IsOnline("other"));
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("other"));
    }

    [Fact]
    public async Task A_stolen_hello_sent_again_breaks_nothing()
    {
        byte[] hello = Protocol.Security.SignedJson.Sign(
            new Protocol.DotNet.DotNetCrypto(),
            new Protocol.Security.DeviceKey(new Protocol.DotNet.DotNetCrypto(), Convert.FromHexString(_device.Configuration.Key), "home", "porch").Handshake,
            _device.Up(TopicKind.Hello),
            Codec.Write(new Hello { Nonce = new string('a', 32) }));
        for (int i = 0; i < 10; i++)
        {
            await _device.PublishAsync(_device.Up(TopicKind.Hello), hello);
        }

        _hub.Ota.Start("porch", "blink", null);
        await Eventually.TrueAsync(() => _device.Applied, "the update is done under the session of before");
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("porch"));
    }

    [Fact]
    public async Task A_message_of_a_session_that_is_over_is_answered_with_an_abort()
    {
        await _device.SendAsync(TopicKind.OtaChunkAck, Codec.Write(new ChunkAck { Session = 4711, Next = 3 }));
        await _hub.RefusedAsync("porch", ErrorCodes.StaleSession);
        await Eventually.TrueAsync(
            () => _device.Received.Any(m => m.Kind == TopicKind.OtaAbortDown && m.Body!.String("code", 40) == ErrorCodes.StaleSession), "the device is told");
    }

    [Fact]
    public async Task An_update_message_with_a_member_missing_is_refused_and_the_update_goes_on()
    {
        _hub.Ota.Start("porch", "blink", null);
        await _device.SendAsync(TopicKind.OtaAccept, new JsonWriter().Add("next", 3));
        await _hub.RefusedAsync("porch", ErrorCodes.MessageInvalid);
        await Eventually.TrueAsync(() => _device.Applied, "the update goes on");
    }

    [Fact]
    public async Task A_device_says_hello_with_a_wrong_key_and_stays_outside()
    {
        byte[] hello = Protocol.Security.SignedJson.Sign(
            new Protocol.DotNet.DotNetCrypto(), new byte[32], _device.Up(TopicKind.Hello), Codec.Write(new Hello { Nonce = new string('a', 32) }));
        await _device.PublishAsync(_device.Up(TopicKind.Hello), hello);
        await _hub.RefusedAsync("porch", ErrorCodes.SignatureInvalid);
    }

    [Fact]
    public async Task A_removed_device_is_thrown_off_and_its_key_opens_nothing()
    {
        Assert.True((await _hub.Get<DeviceService>().RemoveAsync("porch", CancellationToken.None)).IsOk);
        Assert.False(_hub.Get<DeviceGateway>().IsOnline("porch"));
        Assert.NotEqual(MqttClientConnectResultCode.Success, await _device.ConnectAsync(_hub.Host, _hub.Port));
        Assert.Equal(ErrorCodes.DeviceUnknown, _hub.Ota.Start("porch", "blink", null).Error!.Code);
    }

    [Fact]
    public async Task A_device_is_added_once_and_its_id_must_be_valid()
    {
        DeviceService devices = _hub.Get<DeviceService>();
        Assert.Equal(ErrorCodes.DeviceExists, (await devices.AddAsync("porch", "test", CancellationToken.None)).Error!.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await devices.AddAsync("Porch Light", "test", CancellationToken.None)).Error!.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await devices.AddAsync("x", "a.b", CancellationToken.None)).Error!.Code);
    }
}

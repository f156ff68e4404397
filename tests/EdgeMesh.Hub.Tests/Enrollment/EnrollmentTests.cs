using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Hub.Tests.Ota;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>The hub with its own Mosquitto, and devices and strangers at it.</summary>
public sealed class EnrollmentTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private RunningHub _hub = null!;

    public async Task InitializeAsync() => _hub = await StartAsync();

    public async Task DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

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
        Assert.Equal(("home", "porch", "test", _port), (configuration.Site, configuration.Device, configuration.Type, configuration.Port));
        await StateAsync(secret, EnrollmentStates.Enrolled);

        await using TestDevice enrolled = new(configuration, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await enrolled.ConnectAsync(_hub.Host, _port));
        await _hub.OnlineAsync("porch");
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
        Assert.NotEqual(MqttClientConnectResultCode.Success, await second.ConnectAsync(_port));
        Assert.Single(Devices.List());
    }

    [Fact]
    public async Task Wrong_PINs_wait_longer_and_longer_are_audited_and_kill_the_PIN_which_then_is_worth_nothing()
    {
        string secret = await OpenAsync("pin", device: "porch");
        string wrong = Wrong(secret);
        long[] waits = new long[5];
        for (int i = 0; i < 5; i++)
        {
            await using EnrollingDevice guess = await ConnectedAsync(wrong);
            await guess.RunAsync();
            Assert.Equal(ErrorCodes.EnrollmentRefused, guess.Exchange.Code);
            await Eventually.TrueAsync(() => View(secret).Failed == i + 1, "the try is counted");
            if (i < 4)
            {
                await using EnrollingDevice hasty = await ConnectedAsync(wrong);
                await hasty.SayAsync(hasty.Work());
                JsonNode refusal = await hasty.HearAsync("the hub asks for patience");
                Assert.Equal(ErrorCodes.EnrollmentWait, (string?)refusal["code"]);
                waits[i] = (long)refusal["wait_ms"]!;
                Assert.InRange(waits[i], 1, (200 << i) + 1);
            }
        }

        Assert.True(waits[3] > 200 * 4, $"the pauses grow: {string.Join(", ", waits)} ms");
        await StateAsync(secret, EnrollmentStates.Failed);
        Assert.Equal(ErrorCodes.EnrollmentExhausted, View(secret).Code);
        await using EnrollingDevice right = new(secret);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await right.ConnectAsync(_port));
        Assert.Empty(Devices.List());
        Assert.Equal(5, Audited().Count(e => e.Action == "enroll-try" && e.Outcome == ErrorCodes.EnrollmentRefused && e.Subject == "porch"));
        Assert.True(_hub.Get<AuditLog>().Verify(null).IsOk);
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
    public async Task A_stranger_who_begins_and_falls_silent_has_used_up_a_try_and_a_second_begin_meanwhile_waits()
    {
        string secret = await OpenAsync("pin");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        string begin = new EnrollingDevice(Wrong(secret)).Work();
        await device.SayAsync(begin);
        Assert.Equal("answer", (string?)(await device.HearAsync("an answer"))["m"]);
        await device.SayAsync(device.Work());
        JsonNode refusal = await device.HearAsync("the hub is busy");
        Assert.Equal((ErrorCodes.EnrollmentWait, true), ((string?)refusal["code"], (long)refusal["wait_ms"]! > 0));
        await Eventually.TrueAsync(() => View(secret).Failed == 1, "silence is a failed try");
        await device.SayAsync(begin);
        Assert.Equal(1, View(secret).Failed);
    }

    [Fact]
    public async Task An_unused_PIN_expires_and_a_cancelled_one_is_void_at_once()
    {
        string expiring = await OpenAsync("pin", life: TimeSpan.FromSeconds(1));
        string cancelled = await OpenAsync("code");
        Assert.Equal(EnrollmentStates.Cancelled, (await Service.CancelAsync(cancelled[..8], default)).Value.State);
        await using EnrollingDevice late = new(cancelled);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await late.ConnectAsync(_port));
        await StateAsync(expiring, EnrollmentStates.Expired);
        await using EnrollingDevice later = new(expiring);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await later.ConnectAsync(_port));
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
    public async Task A_hub_that_restarts_has_voided_every_PIN_and_removed_its_account()
    {
        string secret = await OpenAsync("pin");
        await _hub.DisposeAsync();
        _hub = await StartAsync();
        Assert.Empty(await Service.ListAsync(default));
        await Eventually.TrueAsync(
            () => !File.ReadAllText(Path.Combine(_folder.Path, "broker", "dynamic-security.json")).Contains(EnrollmentSecret.UserPrefix, StringComparison.Ordinal), "no account is left");
        await using EnrollingDevice device = new(secret);
        Assert.NotEqual(MqttClientConnectResultCode.Success, await device.ConnectAsync(_port));
    }

    [Fact]
    public async Task A_broker_restarted_in_the_middle_ends_nothing()
    {
        // A try outlasts the restart, however busy this machine is.
        await _hub.DisposeAsync();
        _hub = await StartAsync("00:01:00");
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice before = await ConnectedAsync(secret);
        string begin = before.Work();
        await before.SayAsync(begin);
        string answer = (await before.HearAsync("the answer")).ToJsonString();
        using (System.Diagnostics.Process broker = System.Diagnostics.Process.GetProcessById(_hub.Get<EmbeddedBroker>().ProcessId))
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

    [Fact]
    public async Task A_known_device_keeps_its_old_identity_until_it_has_the_new_one_and_not_after()
    {
        await using TestDevice old = await _hub.ConnectNewAsync("porch");
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        Assert.True(Gateway.IsOnline("porch"), "a grant alone changes nothing");
        await device.SayAsync(Stored(device));
        await StateAsync(secret, EnrollmentStates.Enrolled);
        await Eventually.TrueAsync(() => !Gateway.IsOnline("porch"), "the old identity is thrown off");
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(_hub.Host, _port));
        await using TestDevice renewed = new(JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await renewed.ConnectAsync(_hub.Host, _port));
        await _hub.OnlineAsync("porch");
        Assert.Single(Devices.List());
    }

    [Fact]
    public async Task A_revoked_device_begins_anew_by_a_PIN_and_its_old_key_stays_refused()
    {
        await using TestDevice old = await _hub.ConnectNewAsync("porch");
        Assert.True((await Devices.RevokeAsync("porch", "left on a train", default)).IsOk);
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync(() => device.Exchange.Configuration is not null);
        Assert.True(Devices.Show("porch").Value.Revoked > 0, "a grant alone changes nothing");
        await device.SayAsync(Stored(device));
        await StateAsync(secret, EnrollmentStates.Enrolled);
        Assert.Equal((0L, ""), (Devices.Show("porch").Value.Revoked, Devices.Show("porch").Value.RevokedReason));
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(_hub.Host, _port));
        await using TestDevice renewed = new(JsonSerializer.Deserialize<DeviceConfiguration>(device.Exchange.Configuration!, Operation.Json)!, new TestDeviceOptions());
        Assert.Equal(MqttClientConnectResultCode.Success, await renewed.ConnectAsync(_hub.Host, _port));
        await _hub.OnlineAsync("porch");
    }

    [Fact]
    public async Task A_device_is_renamed_by_enrolling_in_the_place_of_its_old_id_and_its_commands_follow()
    {
        await using TestDevice old = await _hub.ConnectNewAsync("porch");
        await old.LosePowerAsync();
        await Eventually.TrueAsync(() => !Devices.Show("porch").Value.Online, "it is gone");
        long waiting = (await _hub.Get<CommandService>().GiveAsync("porch", "relay", null, null, default, default)).Value.Sequence;
        EnrollmentService enrollments = _hub.Get<EnrollmentService>();
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
        Assert.Equal(("gate", CommandStates.Queued), _hub.Get<CommandService>().List("gate", 9).Where(c => c.Sequence == waiting).Select(c => (c.Device, c.State)).Single());
        Assert.NotEqual(MqttClientConnectResultCode.Success, await old.ConnectAsync(_hub.Host, _port));
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
        await enrolled.ConnectAsync(_hub.Host, _port);
        await StateAsync(secret, EnrollmentStates.Enrolled);
    }

    [Fact]
    public async Task Malformed_truncated_altered_oversize_and_reordered_messages_change_nothing_and_a_wrong_proof_counts()
    {
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        string begin = device.Work();
        string sid = (string)JsonNode.Parse(begin)!["sid"]!;
        string tag = new('0', 128);
        byte[][] nonsense =
        [
            [], [0xff, 0xfe], "[]"u8.ToArray(), "{"u8.ToArray(), Encoding.UTF8.GetBytes(new string('[', 900)), new byte[2000], new byte[70000],
            .. Enumerable.Range(1, begin.Length - 1).Where(i => i % 7 == 0).Select(i => Encoding.UTF8.GetBytes(begin[..i])),
            Encoding.UTF8.GetBytes($$"""{"m":"confirm","sid":"{{sid}}","tag":"{{tag}}"}"""),
            Encoding.UTF8.GetBytes($$"""{"m":"stored","sid":"{{sid}}","tag":"{{tag[..64]}}"}"""),
            Encoding.UTF8.GetBytes($$"""{"m":"abort","sid":"{{sid}}"}"""),
            Encoding.UTF8.GetBytes($$"""{"m":"begin","sid":7}"""),
        ];
        foreach (byte[] message in nonsense)
        {
            await device.SayAsync(message);
        }

        await device.SayAsync(begin.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal));
        Assert.Equal(ErrorCodes.MessageInvalid, (string?)(await device.HearAsync("a refusal"))["code"]);
        await device.SayAsync(begin.Replace("\"pin\"", "\"code\"", StringComparison.Ordinal));
        Assert.Equal("refuse", (string?)(await device.HearAsync("a refusal"))["m"]);
        Assert.Equal((0, EnrollmentStates.Waiting), (View(secret).Failed, View(secret).State));

        await device.SayAsync(begin);
        JsonNode answer = await device.HearAsync("the answer");
        await device.SayAsync(begin.Replace("\"test\"", "\"tost\"", StringComparison.Ordinal));
        Assert.Equal(answer.ToJsonString(), (await device.HearAsync("the same answer")).ToJsonString());
        await device.SayAsync($$"""{"m":"stored","sid":"{{sid}}","tag":"{{tag[..64]}}"}""");
        await device.SayAsync($$"""{"m":"confirm","sid":"{{new string('0', 32)}}","tag":"{{tag}}"}""");
        await device.SayAsync($$"""{"m":"confirm","sid":"{{sid}}","tag":"{{tag}}"}""");
        Assert.Equal(ErrorCodes.EnrollmentRefused, (string?)(await device.HearAsync("a refusal"))["code"]);
        Assert.Equal((1, EnrollmentStates.Waiting), (View(secret).Failed, View(secret).State));
        Assert.Empty(Devices.List());
    }

    [Fact]
    public async Task An_altered_begin_gives_a_key_that_the_device_refuses()
    {
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.SayAsync(device.Work().Replace("\"runtime\":\"test\"", "\"runtime\":\"tost\"", StringComparison.Ordinal));
        device.Exchange.Take(Encoding.UTF8.GetBytes((await device.HearAsync("the answer")).ToJsonString()));
        device.Work();
        Assert.Equal(ErrorCodes.EnrollmentRefused, device.Exchange.Code);
        Assert.Empty(Devices.List());
    }

    [Fact]
    public async Task A_recorded_exchange_said_again_gets_nobody_in()
    {
        string secret = await OpenAsync("pin", device: "porch");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        string begin = device.Work();
        await device.SayAsync(begin);
        device.Exchange.Take(Encoding.UTF8.GetBytes((await device.HearAsync("the answer")).ToJsonString()));
        string confirm = device.Work();
        await device.SayAsync("""{"m":"abort","sid":"SID"}""".Replace("SID", (string)JsonNode.Parse(begin)!["sid"]!, StringComparison.Ordinal));
        await Eventually.TrueAsync(() => View(secret).Failed == 1, "the try is over");
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > DateTimeOffset.MinValue && device.Received.IsEmpty, "all is heard");
        await Task.Delay(300);
        await device.SayAsync(begin);
        Assert.Equal("answer", (string?)(await device.HearAsync("another answer"))["m"]);
        await device.SayAsync(confirm);
        Assert.Equal(ErrorCodes.EnrollmentRefused, (string?)(await device.HearAsync("a refusal"))["code"]);
        Assert.Empty(Devices.List());
    }

    [Fact]
    public async Task The_account_touches_its_two_topics_only_and_without_one_nobody_connects()
    {
        string secret = await OpenAsync("pin"), other = await OpenAsync("pin");
        string token = secret[..8], user = EnrollmentSecret.UserPrefix + token;
        await _hub.ConnectNewAsync("porch");
        await using MqttClient client = new();
        Assert.Equal(MqttClientConnectResultCode.Success, await LoginAsync(client, user, user, token));
        foreach (string filter in new[] { "#", Topic.SiteFilter("home"), Topic.EnrollUp(token), Topic.EnrollUpFilter(), Topic.EnrollDown("+"), Topic.EnrollDown(other[..8]), "$SYS/#", Topic.Format(TopicKind.HubStatus, "home") })
        {
            MqttClientSubscribeResult subscribed = await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
            Assert.True((int)subscribed.Items.Single().ResultCode >= 128, filter);
        }

        System.Collections.Concurrent.ConcurrentQueue<string> seen = [];
        await using MqttClient looker = new();
        looker.ApplicationMessageReceivedAsync += e =>
        {
            seen.Enqueue(e.ApplicationMessage.Topic);
            return Task.CompletedTask;
        };
        await LoginAsync(looker, "hub", "looker", File.ReadAllText(Path.Combine(_folder.Path, "broker", "hub.secret")).Trim());
        await looker.SubscribeAsync("#", MqttQualityOfServiceLevel.AtLeastOnce);
        foreach (string topic in new[] { Topic.EnrollDown(token), Topic.EnrollUp(other[..8]), Topic.Format(TopicKind.Hello, "home", "porch"), Topic.Format(TopicKind.Command, "home", "porch"), "x" })
        {
            await client.PublishStringAsync(topic, "stranger", MqttQualityOfServiceLevel.AtLeastOnce);
        }

        await client.PublishStringAsync(Topic.EnrollUp(token), "stranger", MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => seen.Contains(Topic.EnrollUp(token)), "its own topic is open to it");
        Assert.DoesNotContain(seen, t => t == Topic.EnrollDown(token) || t == Topic.EnrollUp(other[..8]) || t == "x");

        foreach ((string? name, string id, string? password) in new[] { (null, "nobody", (string?)null), (user, "another-id", token), (user, user, "wrong"), (EnrollmentSecret.UserPrefix + "zzzzzzzz", EnrollmentSecret.UserPrefix + "zzzzzzzz", "zzzzzzzz") })
        {
            await using MqttClient stranger = new();
            Assert.NotEqual(MqttClientConnectResultCode.Success, await LoginAsync(stranger, name, id, password));
        }

        Assert.Equal(ErrorCodes.InvalidArgument, (await Devices.AddAsync(user, "test", default)).Error!.Code);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_a_code()
    {
        Assert.Equal(ErrorCodes.InvalidArgument, (await Service.OpenAsync("qr", null, null, null, default)).Error!.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Service.OpenAsync("pin", "Not A Name", null, null, default)).Error!.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Service.OpenAsync("pin", "enroll-x", null, null, default)).Error!.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Service.OpenAsync("pin", null, null, TimeSpan.FromDays(2), default)).Error!.Code);
        string secret = await OpenAsync("pin", type: "esp32-relay");
        await using EnrollingDevice device = await ConnectedAsync(secret);
        await device.RunAsync();
        Assert.Equal(ErrorCodes.DeviceTypeMismatch, device.Exchange.Code);
        Assert.Equal(0, View(secret).Failed);
        for (int i = 1; i < 16; i++)
        {
            await OpenAsync("pin");
        }

        Assert.Equal(ErrorCodes.QueueFull, (await Service.OpenAsync("pin", null, null, null, default)).Error!.Code);
    }

    private DeviceService Devices => _hub.Get<DeviceService>();

    private DeviceGateway Gateway => _hub.Get<DeviceGateway>();

    private EnrollmentService Service => _hub.Get<EnrollmentService>();

    private static string Wrong(string secret) => secret[..^1] + (secret[^1] == '0' ? '1' : '0');

    private static byte[] Stored(EnrollingDevice device)
    {
        device.Exchange.Stored();
        return device.Exchange.Outgoing!;
    }

    private Task<RunningHub> StartAsync(string tryTimeout = "00:00:02") => RunningHub.StartAsync(
        _folder.Path, _port, "--Enrollment:RetryDelay", "00:00:00.2", "--Enrollment:TryTimeout", tryTimeout);

    private async Task<string> OpenAsync(string tier, string? device = null, string? type = null, TimeSpan? life = null) =>
        (await Service.OpenAsync(tier, device, type, life, CancellationToken.None)).Value.Secret;

    private async Task<EnrollingDevice> ConnectedAsync(string secret, bool retry = false)
    {
        for (; ;)
        {
            EnrollingDevice device = new(secret);
            try
            {
                Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(_port));
                return device;
            }
            catch (MqttCommunicationException) when (retry)
            {
                await device.DisposeAsync();
                await Task.Delay(50);
            }
        }
    }

    private EnrollmentView View(string secret) => Service.ShowAsync(secret[..8], default).GetAwaiter().GetResult().Value;

    private Task StateAsync(string secret, string state) => Eventually.TrueAsync(() => View(secret).State == state, $"the enrolment is {state}; it is {View(secret)}");

    private System.Collections.Generic.IReadOnlyList<AuditEntry> Audited() => _hub.Get<AuditLog>().List(0, 1000);

    private async Task<MqttClientConnectResultCode> LoginAsync(MqttClient client, string? user, string id, string? password) => (await client.ConnectAsync(new MqttClientOptions
    {
        ClientId = id,
        Credentials = user is null ? null : new MqttClientCredentials(user, Encoding.UTF8.GetBytes(password!)),
        ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, _port) },
    })).ResultCode;
}

using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Strangers at an open enrolment.</summary>
public sealed class EnrollmentAttackTests : EnrollmentWorld
{
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
        Assert.NotEqual(MqttClientConnectResultCode.Success, await right.ConnectAsync(Port));
        Assert.Empty(Devices.List());
        Assert.Equal(5, Audited().Count(e => e.Action == "enroll-try" && e.Outcome == ErrorCodes.EnrollmentRefused && e.Subject == "porch"));
        Assert.True(Hub.Get<AuditLog>().Verify(null).IsOk);
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
        // The hub asks for patience after a failed try.
        for (string? said = ""; said != "answer"; said = (string?)(await device.HearAsync("another answer"))["m"])
        {
            await device.SayAsync(begin);
        }

        await device.SayAsync(confirm);
        Assert.Equal(ErrorCodes.EnrollmentRefused, (string?)(await device.HearAsync("a refusal"))["code"]);
        Assert.Empty(Devices.List());
    }

    [Fact]
    public async Task The_account_touches_its_two_topics_only_and_without_one_nobody_connects()
    {
        string secret = await OpenAsync("pin"), other = await OpenAsync("pin");
        string token = secret[..8], user = EnrollmentSecret.UserPrefix + token;
        await Hub.ConnectNewAsync("porch");
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
        await LoginAsync(looker, "hub", "looker", File.ReadAllText(Path.Combine(Folder.Path, "broker", "hub.secret")).Trim());
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
}

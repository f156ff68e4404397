using System.Buffers;
using System.Diagnostics;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Tests;

public sealed class HostileBrokerTests
{
    // Timeout is 3 s and keep alive 1 s; the rest is slack for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    public static TheoryData<string, byte[], Type, string> HandshakeAnswers => new()
    {
        { "nothing", [], typeof(MqttCommunicationTimedOutException), "did not accept the connection within 3 s" },
        { "half a CONNACK", [0x20, 2, 0], typeof(MqttCommunicationTimedOutException), "did not accept" },
        { "HTTP", "HTTP/1.1 400 Bad Request\r\n"u8.ToArray(), typeof(MqttProtocolViolationException), "flags" },
        { "TLS alert", [0x15, 3, 3, 0, 2, 2, 40], typeof(MqttProtocolViolationException), "flags" },
        { "reserved type", [0xF0, 0], typeof(MqttProtocolViolationException), "reserved packet type 15" },
        { "endless length", [0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], typeof(MqttProtocolViolationException), "does not end after four bytes" },
        { "oversize", [0x30, 0xFF, 0xFF, 0xFF, 0x7F], typeof(MqttProtocolViolationException), "exceeds the limit of 1048576 bytes" },
        { "wrong packet", [0xD0, 0], typeof(MqttProtocolViolationException), "PINGRESP packet instead of CONNACK" },
        { "unknown code", [0x20, 2, 0, 6], typeof(MqttProtocolViolationException), "unknown return code 6" },
        { "too long", [0x20, 3, 0, 0, 0], typeof(MqttProtocolViolationException), "1 bytes too many" },
    };

    [Theory]
    [MemberData(nameof(HandshakeAnswers))]
    public async Task A_bad_answer_to_connect_is_a_clear_error_in_bounded_time(string name, byte[] answer, Type exception, string words)
    {
        Assert.NotEmpty(name);
        await using var broker = FakeBroker.Saying(answer);
        await using var client = new MqttClient();
        var clock = Stopwatch.StartNew();
        var options = broker.Options;
        // What is wrong must be seen at once, so only silence may wait for the timeout.
        if (exception == typeof(MqttProtocolViolationException)) options.Timeout = TimeSpan.FromSeconds(60);
        var thrown = await Assert.ThrowsAsync(exception, () => client.ConnectAsync(options));
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < Bound, $"It took {clock.Elapsed}.");
    }

    public static TheoryData<string, byte[], string> LaterBytes => new()
    {
        { "second CONNACK", FakeBroker.ConnAck, "must not send a CONNACK" },
        { "client's packet", [0xC0, 0], "must not send a PINGREQ" },
        { "unasked PUBACK", [0x40, 2, 0, 9], "nothing waits for" },
        { "unasked SUBACK", [0x90, 3, 0, 9, 0], "nothing waits for" },
        { "quality 2", [0x34, 5, 0, 1, 97, 0, 1], "quality of service 2" },
        { "quality 3", [0x36, 5, 0, 1, 97, 0, 1], "quality of service 3" },
        { "wildcard topic", [0x30, 3, 0, 1, 35], "wildcards" },
        { "bad UTF-8", [0x30, 4, 0, 2, 0xC3, 0x28], "not UTF-8" },
        { "topic past the end", [0x30, 3, 0, 9, 97], "too short" },
        { "half a packet, then silence", [0x30, 100, 0, 1, 97], "did not send the rest of a packet within 3 s" },
        { "silence", [], "did not answer a ping within 3 s" },
    };

    [Theory]
    [MemberData(nameof(LaterBytes))]
    public async Task A_bad_packet_or_silence_ends_the_connection_with_the_cause_in_bounded_time(string name, byte[] bytes, string words)
    {
        Assert.NotEmpty(name);
        await using var broker = FakeBroker.Saying(FakeBroker.ConnAck, bytes);
        await using var client = new MqttClient();
        var cause = CauseOf(client);
        await client.ConnectAsync(broker.Options);
        Assert.Contains(words, await cause.WaitAsync(Bound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publish_that_is_never_acknowledged_fails_after_the_timeout()
    {
        await using var broker = FakeBroker.Saying(FakeBroker.ConnAck);
        await using var client = new MqttClient();
        var options = broker.Options;
        options.KeepAlivePeriod = TimeSpan.Zero;
        await client.ConnectAsync(options);
        var thrown = await Assert.ThrowsAsync<MqttCommunicationTimedOutException>(
            () => client.PublishStringAsync("a", "b", MqttQualityOfServiceLevel.AtLeastOnce).WaitAsync(Bound));
        Assert.Contains("did not acknowledge", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_reads_nothing_bounds_the_queue_and_ends_after_the_timeout()
    {
        await using var broker = new FakeBroker(async (stream, token) =>
        {
            await stream.WriteAsync(FakeBroker.ConnAck, token);
            await Task.Delay(Timeout.Infinite, token);
        });
        await using var client = new MqttClient();
        var cause = CauseOf(client);
        var options = broker.Options;
        options.MaximumOutgoingMessages = 10;
        await client.ConnectAsync(options);
        byte[] payload = new byte[64 * 1024];
        int most = 0;
        await Assert.ThrowsAnyAsync<MqttCommunicationException>(async () =>
        {
            while (true)
            {
                await client.PublishBinaryAsync("a", payload).WaitAsync(Bound);
                most = Math.Max(most, client.OutgoingMessages);
            }
        });
        Assert.Contains("did not take what was written", await cause.WaitAsync(Bound), StringComparison.Ordinal);
        Assert.InRange(most, 1, 10);
    }

    [Fact]
    public async Task A_message_that_was_sent_and_not_acknowledged_is_sent_again_with_DUP_and_the_same_identifier()
    {
        int connections = 0;
        var published = new List<MqttPublishPacket>();
        await using var broker = new FakeBroker(async (stream, token) =>
        {
            bool first = Interlocked.Increment(ref connections) == 1;
            await stream.WriteAsync(FakeBroker.ConnAck, token);
            await ReadPacketsAsync(stream, async packet =>
            {
                if (packet is not MqttPublishPacket publish) return true;
                published.Add(publish);
                if (!first) await stream.WriteAsync(Encode(new MqttPubAckPacket(publish.PacketIdentifier)), token);
                return !first || published.Count < 3;
            }, token);
        });
        await using var client = new ReconnectingMqttClient(random: new Random(5));
        await client.StartAsync(new ReconnectingMqttClientOptions { ClientOptions = broker.Options, InitialReconnectDelay = TimeSpan.FromMilliseconds(10) });
        var publishing = Enumerable.Range(0, 3).Select(i => client.PublishStringAsync("a", $"{i}", MqttQualityOfServiceLevel.AtLeastOnce));

        await Task.WhenAll(publishing).WaitAsync(Bound);

        Assert.Equal(["0 False 1", "1 False 2", "2 False 3", "0 True 1", "1 True 2", "2 True 3"],
            published.Select(p => $"{p.Message.ConvertPayloadToString()} {p.Message.Dup} {p.PacketIdentifier}"));
    }

    private static byte[] Encode(MqttPacket packet)
    {
        var output = new ArrayBufferWriter<byte>();
        MqttPacketWriter.Write(output, packet);
        return output.WrittenSpan.ToArray();
    }

    private static async Task ReadPacketsAsync(Stream stream, Func<MqttPacket, Task<bool>> handle, CancellationToken token)
    {
        var reader = System.IO.Pipelines.PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(token);
            var buffer = read.Buffer;
            while (MqttPacketReader.TryRead(ref buffer, uint.MaxValue, out var packet))
            {
                if (!await handle(packet!)) return;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static Task<string> CauseOf(MqttClient client)
    {
        var cause = new TaskCompletionSource<string>();
        client.DisconnectedAsync += arguments =>
        {
            cause.TrySetResult(arguments.ReasonString);
            return Task.CompletedTask;
        };
        return cause.Task;
    }
}

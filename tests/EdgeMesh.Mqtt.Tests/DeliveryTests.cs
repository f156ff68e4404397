using System.Collections.Concurrent;
using System.Net;

namespace EdgeMesh.Mqtt.Tests;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(MqttQualityOfServiceLevel.AtMostOnce)]
    [InlineData(MqttQualityOfServiceLevel.AtLeastOnce)]
    public async Task A_published_message_reaches_a_subscriber_whole(MqttQualityOfServiceLevel level)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await broker.ConnectAsync();
        await using var publisher = await broker.ConnectAsync();
        var received = new TaskCompletionSource<MqttApplicationMessage>();
        subscriber.ApplicationMessageReceivedAsync += arguments =>
        {
            received.TrySetResult(arguments.ApplicationMessage);
            return Task.CompletedTask;
        };
        var granted = await subscriber.SubscribeAsync("a/+/c", level);
        Assert.Equal((int)level, (int)Assert.Single(granted.Items).ResultCode);

        var result = await publisher.PublishStringAsync("a/ä€😀/c", "grüße", level);

        var message = await received.Task.WaitAsync(Eventually.Limit);
        Assert.Equal("a/ä€😀/c", message.Topic);
        Assert.Equal("grüße", message.ConvertPayloadToString());
        Assert.Equal(level, message.QualityOfServiceLevel);
        Assert.Equal(level == MqttQualityOfServiceLevel.AtLeastOnce, result.PacketIdentifier is > 0);
    }

    [Fact]
    public async Task A_retained_message_reaches_a_later_subscriber_and_an_empty_one_clears_it()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var publisher = await broker.ConnectAsync();
        await publisher.PublishStringAsync("kept", "1", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        Assert.Equal(["kept=1 True"], await RetainedAsync(broker));

        await publisher.PublishStringAsync("kept", "", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        Assert.Empty(await RetainedAsync(broker));
    }

    [Fact]
    public async Task The_will_is_published_when_the_connection_dies_and_not_after_a_good_bye()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var watcher = await broker.ConnectAsync();
        var wills = new ConcurrentQueue<string>();
        watcher.ApplicationMessageReceivedAsync += arguments =>
        {
            wills.Enqueue(arguments.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };
        await watcher.SubscribeAsync("wills", MqttQualityOfServiceLevel.AtLeastOnce);

        await using (var polite = await broker.ConnectAsync(WithWill(broker, "polite"))) await polite.DisconnectAsync();
        await using (await broker.ConnectAsync(WithWill(broker, "abrupt"))) { }

        await Eventually.TrueAsync(() => !wills.IsEmpty, "the will arrives");
        await watcher.PublishStringAsync("wills", "end", MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => wills.Contains("end"), "the end mark arrives");
        Assert.Equal(["abrupt", "end"], wills);
    }

    [Theory]
    [InlineData(MqttQualityOfServiceLevel.AtMostOnce)]
    [InlineData(MqttQualityOfServiceLevel.AtLeastOnce)]
    public async Task Twenty_thousand_messages_arrive_complete_and_in_order(MqttQualityOfServiceLevel level)
    {
        const int count = 20_000;
        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await broker.ConnectAsync();
        await using var publisher = await broker.ConnectAsync();
        int next = 0;
        var faults = new ConcurrentQueue<string>();
        subscriber.ApplicationMessageReceivedAsync += arguments =>
        {
            var payload = arguments.ApplicationMessage.Payload.First;
            int number = BitConverter.ToInt32(payload.Span);
            if (number != next || payload.Length != 4 + (number % 4093)) faults.Enqueue($"{number} of {payload.Length} bytes instead of {next}");
            Interlocked.Increment(ref next);
            return Task.CompletedTask;
        };
        await subscriber.SubscribeAsync("load", level);

        var publishing = new List<Task>(count);
        for (int number = 0; number < count; number++)
        {
            byte[] payload = new byte[4 + (number % 4093)];
            BitConverter.TryWriteBytes(payload, number);
            publishing.Add(publisher.PublishBinaryAsync("load", payload, level));
        }
        await Task.WhenAll(publishing).WaitAsync(Eventually.Limit);

        await Eventually.TrueAsync(() => next == count, "all messages arrive");
        Assert.Empty(faults);
    }

    private static MqttClientOptions WithWill(MosquittoProcess broker, string text)
    {
        var options = broker.Options(text);
        options.WillTopic = "wills";
        options.WillPayload = System.Text.Encoding.UTF8.GetBytes(text);
        options.WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        return options;
    }

    private static async Task<string[]> RetainedAsync(MosquittoProcess broker)
    {
        await using var late = await broker.ConnectAsync();
        var received = new ConcurrentQueue<string>();
        late.ApplicationMessageReceivedAsync += arguments =>
        {
            var message = arguments.ApplicationMessage;
            received.Enqueue($"{message.Topic}={message.ConvertPayloadToString()} {message.Retain}");
            return Task.CompletedTask;
        };
        await late.SubscribeAsync("#", MqttQualityOfServiceLevel.AtLeastOnce);
        await late.PublishStringAsync("end", "", MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => received.Any(text => text.StartsWith("end", StringComparison.Ordinal)), "the end mark arrives");
        return [.. received.Where(text => !text.StartsWith("end", StringComparison.Ordinal))];
    }
}

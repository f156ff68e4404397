using System.Collections.Concurrent;

namespace EdgeMesh.Mqtt.Tests;

public sealed class BackPressureTests
{
    [Fact]
    public async Task A_stuck_handler_stops_the_reading_within_the_bound_and_loses_nothing_once_it_goes_on()
    {
        const int count = 3000;
        await using var broker = await MosquittoProcess.StartAsync();
        await using var publisher = await broker.ConnectAsync();
        var options = broker.Options();
        options.MaximumIncomingMessages = 10;
        options.KeepAlivePeriod = TimeSpan.FromSeconds(1);
        options.Timeout = TimeSpan.FromSeconds(3);
        await using var subscriber = await broker.ConnectAsync(options);
        var release = new TaskCompletionSource();
        int handled = 0;
        subscriber.ApplicationMessageReceivedAsync += async _ =>
        {
            await release.Task;
            Interlocked.Increment(ref handled);
        };
        await subscriber.SubscribeAsync("flood", MqttQualityOfServiceLevel.AtLeastOnce);

        // The broker holds what the subscriber does not read: at quality 1 it drops none of it.
        byte[] payload = new byte[4096];
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => publisher.PublishBinaryAsync("flood", payload, MqttQualityOfServiceLevel.AtLeastOnce)));
        await Eventually.TrueAsync(() => subscriber.IncomingMessages == 10, "the queue is full");
        Assert.Equal(0, handled);
        Assert.Equal(10, subscriber.IncomingMessages);
        release.SetResult();

        await Eventually.TrueAsync(() => handled == count, "all are handled");
        Assert.True(subscriber.IsConnected);
    }

    [Fact]
    public async Task Bytes_bound_the_waiting_messages_too()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var publisher = await broker.ConnectAsync();
        var options = broker.Options();
        options.MaximumIncomingBytes = 100_000;
        await using var subscriber = await broker.ConnectAsync(options);
        var release = new TaskCompletionSource();
        int handled = 0;
        subscriber.ApplicationMessageReceivedAsync += async _ =>
        {
            await release.Task;
            Interlocked.Increment(ref handled);
        };
        await subscriber.SubscribeAsync("large", MqttQualityOfServiceLevel.AtLeastOnce);
        byte[] payload = new byte[60_000];
        for (int i = 0; i < 50; i++) await publisher.PublishBinaryAsync("large", payload, MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => subscriber.IncomingMessages == 2, "two of them exceed the bound");
        release.SetResult();
        await Eventually.TrueAsync(() => handled == 50, "all are handled");
    }

    [Fact]
    public async Task A_handler_that_awaits_its_own_publish_during_a_flood_does_not_wait_for_ever()
    {
        const int count = 400;
        await using var broker = await MosquittoProcess.StartAsync();
        await using var publisher = await broker.ConnectAsync();
        var options = broker.Options();
        options.MaximumIncomingMessages = 100;
        options.MaximumOutgoingMessages = 1;
        options.MaximumInflightMessages = 1;
        await using var echo = await broker.ConnectAsync(options);
        echo.ApplicationMessageReceivedAsync += async _ => await echo.PublishStringAsync("answer", "!", MqttQualityOfServiceLevel.AtLeastOnce);
        await echo.SubscribeAsync("ask");
        int answers = 0;
        publisher.ApplicationMessageReceivedAsync += _ =>
        {
            Interlocked.Increment(ref answers);
            return Task.CompletedTask;
        };
        await publisher.SubscribeAsync("answer", MqttQualityOfServiceLevel.AtLeastOnce);

        for (int i = 0; i < count; i++) await publisher.PublishStringAsync("ask", "?");

        await Eventually.TrueAsync(() => answers == count, "every question is answered");
    }

    [Fact]
    public async Task A_handler_whose_answer_lies_behind_a_hostile_flood_ends_the_connection_after_the_timeout()
    {
        byte[] flood = [.. Enumerable.Repeat<byte[]>([0x30, 3, 0, 1, (byte)'a'], 20_000).SelectMany(packet => packet)];
        await using var broker = FakeBroker.Saying(FakeBroker.ConnAck, flood);
        await using var client = new MqttClient();
        var cause = new TaskCompletionSource<string>();
        client.DisconnectedAsync += arguments =>
        {
            cause.TrySetResult(arguments.ReasonString);
            return Task.CompletedTask;
        };
        int most = 0;
        client.HandlerFailedAsync += _ => Task.CompletedTask;
        client.ApplicationMessageReceivedAsync += async _ =>
        {
            most = Math.Max(most, client.IncomingMessages);
            if (client.IsConnected) await client.PublishStringAsync("b", "!", MqttQualityOfServiceLevel.AtLeastOnce);
            most = Math.Max(most, client.IncomingMessages);
        };
        var options = broker.Options;
        options.MaximumIncomingMessages = 100;
        await client.ConnectAsync(options);
        Assert.Contains("behind more messages than may wait", await cause.Task.WaitAsync(Eventually.Limit), StringComparison.Ordinal);
        Assert.InRange(most, 1, 801);
    }

    [Fact]
    public async Task What_a_handler_throws_is_reported_and_the_next_message_comes()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var client = await broker.ConnectAsync();
        var failures = new ConcurrentQueue<string>();
        var handled = new ConcurrentQueue<string>();
        client.HandlerFailedAsync += arguments =>
        {
            failures.Enqueue($"{arguments.Exception.Message} {arguments.ApplicationMessage!.Topic}");
            return Task.CompletedTask;
        };
        client.ApplicationMessageReceivedAsync += arguments =>
        {
            string text = arguments.ApplicationMessage.ConvertPayloadToString();
            if (text == "bad") throw new InvalidOperationException("boom");
            handled.Enqueue(text);
            return Task.CompletedTask;
        };
        await client.SubscribeAsync("t", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.PublishStringAsync("t", "bad", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.PublishStringAsync("t", "good", MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => handled.Contains("good"), "the next message");
        Assert.Equal(["boom t"], failures);
    }

    [Fact]
    public async Task What_a_handler_throws_with_nobody_listening_ends_the_connection_with_it_as_the_cause()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var client = await broker.ConnectAsync();
        var cause = new TaskCompletionSource<string>();
        client.DisconnectedAsync += arguments =>
        {
            cause.TrySetResult(arguments.ReasonString);
            return Task.CompletedTask;
        };
        client.ApplicationMessageReceivedAsync += _ => throw new InvalidOperationException("boom");
        await client.SubscribeAsync("t");
        await client.PublishStringAsync("t", "bad");
        Assert.Equal("A handler threw, so the client hung up: boom", await cause.Task.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task Publishing_waits_for_room_and_a_cancelled_wait_is_given_up()
    {
        await using var client = new ReconnectingMqttClient();
        int port = MosquittoProcess.FreePort();
        await client.StartAsync(new ReconnectingMqttClientOptions
        {
            ClientOptions = new MqttClientOptions
            {
                ChannelOptions = { RemoteEndpoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port) },
                MaximumOutgoingMessages = 3,
            },
        });
        for (int i = 0; i < 3; i++) await client.PublishStringAsync("t", $"{i}");
        using var giveUp = new CancellationTokenSource();
        var fourth = client.PublishStringAsync("t", "3", cancellationToken: giveUp.Token);
        Assert.False(fourth.IsCompleted);
        Assert.Equal(3, client.OutgoingMessages);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fourth);
    }
}

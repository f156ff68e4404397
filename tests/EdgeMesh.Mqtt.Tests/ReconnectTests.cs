using System.Collections.Concurrent;

namespace EdgeMesh.Mqtt.Tests;

public sealed class ReconnectTests
{
    [Fact]
    public async Task After_the_broker_is_killed_it_reconnects_resubscribes_and_delivers_what_was_published_meanwhile()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var client = new ReconnectingMqttClient(random: new Random(1));
        var events = new ConcurrentQueue<string>();
        var received = new ConcurrentQueue<string>();
        client.ConnectedAsync += _ => Note(events, "connected");
        client.DisconnectedAsync += arguments => Note(events, arguments.ReasonString);
        client.ApplicationMessageReceivedAsync += arguments => Note(received, arguments.ApplicationMessage.ConvertPayloadToString());
        Assert.Null(await client.SubscribeAsync("echo/#", MqttQualityOfServiceLevel.AtLeastOnce));
        await client.StartAsync(Quick(broker));
        await client.PublishStringAsync("echo/1", "before", MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => received.Contains("before"), "the first message arrives");

        await broker.KillAsync();
        await Eventually.TrueAsync(
            () => events.Any(text => text.Contains("cannot be reached", StringComparison.Ordinal)), "the client notices and tries in vain");
        var publishing = Enumerable.Range(0, 500)
            .Select(i => client.PublishStringAsync("echo/2", $"meanwhile {i}", MqttQualityOfServiceLevel.AtLeastOnce)).ToArray();
        Assert.DoesNotContain(publishing, task => task.IsCompleted);
        await broker.StartAsync();

        await Task.WhenAll(publishing).WaitAsync(Eventually.Limit);
        await Eventually.TrueAsync(() => received.Count == 501, "all arrive");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"meanwhile {i}"), received.Skip(1));
        Assert.Contains(events, text => text.Contains("The broker closed the connection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publishing_at_quality_1_goes_on_through_broker_kills_under_load_and_none_fails()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var client = new ReconnectingMqttClient(random: new Random(2));
        await client.StartAsync(Quick(broker));
        // The publishes of one producer never stop while the broker is killed twice beneath them.
        using var enough = new CancellationTokenSource();
        int acknowledged = 0;
        var producer = Task.Run(async () =>
        {
            var under = new List<Task>();
            for (int i = 0; !enough.IsCancellationRequested; i++)
            {
                under.Add(client.PublishStringAsync("load", $"{i}", MqttQualityOfServiceLevel.AtLeastOnce)
                    .ContinueWith(task => Interlocked.Increment(ref acknowledged), TaskContinuationOptions.OnlyOnRanToCompletion));
                if (under.Count >= 100) under.RemoveAll(task => task.IsCompleted);
                if (under.Count >= 400) await Task.WhenAny(under);
            }
            await Task.WhenAll(under);
        });
        for (int kill = 0; kill < 2; kill++)
        {
            int before = acknowledged;
            await Eventually.TrueAsync(() => acknowledged > before + 1000, "the load flows");
            await broker.KillAsync();
            await broker.StartAsync();
        }
        int last = acknowledged;
        await Eventually.TrueAsync(() => acknowledged > last + 1000, "the load flows again");
        await enough.CancelAsync();
        await producer.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task A_client_that_takes_the_client_id_over_throws_the_first_off_with_a_cause()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var first = await broker.ConnectAsync(broker.Options("same"));
        var cause = new TaskCompletionSource<string>();
        first.DisconnectedAsync += arguments =>
        {
            cause.TrySetResult(arguments.ReasonString);
            return Task.CompletedTask;
        };

        await using var second = await broker.ConnectAsync(broker.Options("same"));

        Assert.Contains("taken the client id", await cause.Task.WaitAsync(Eventually.Limit), StringComparison.Ordinal);
        Assert.False(first.IsConnected);
        Assert.True(second.IsConnected);
    }

    [Fact]
    public async Task A_refused_account_is_told_and_tried_again()
    {
        await using var broker = await MosquittoProcess.StartAsync("allow_anonymous false\n");
        await using var client = new ReconnectingMqttClient(random: new Random(3));
        var causes = new ConcurrentQueue<MqttClientDisconnectedEventArgs>();
        client.DisconnectedAsync += arguments =>
        {
            causes.Enqueue(arguments);
            return Task.CompletedTask;
        };
        await client.StartAsync(Quick(broker));
        await Eventually.TrueAsync(() => causes.Count >= 3, "three refusals");
        Assert.All(causes, cause => Assert.Equal(MqttClientConnectResultCode.NotAuthorized, cause.ConnectResult!.ResultCode));
        Assert.All(causes, cause => Assert.False(cause.ClientWasConnected));
    }

    [Fact]
    public async Task Stopping_sends_what_waits_and_fails_nothing_that_was_sent()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var watcher = await broker.ConnectAsync();
        int received = 0;
        watcher.ApplicationMessageReceivedAsync += _ =>
        {
            Interlocked.Increment(ref received);
            return Task.CompletedTask;
        };
        await watcher.SubscribeAsync("last/words");
        await using var client = new ReconnectingMqttClient();
        await client.StartAsync(Quick(broker));
        await Eventually.TrueAsync(() => client.IsConnected, "connected");
        for (int i = 0; i < 500; i++) await client.PublishStringAsync("last/words", $"{i}");

        await client.StopAsync().WaitAsync(Eventually.Limit);

        await Eventually.TrueAsync(() => received == 500, "all last words arrive");
    }

    [Fact]
    public async Task After_stopping_nothing_can_be_published_and_what_waited_has_failed()
    {
        var client = new ReconnectingMqttClient();
        await client.StartAsync(new ReconnectingMqttClientOptions
        {
            ClientOptions = new MqttClientOptions { ChannelOptions = { RemoteEndpoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, MosquittoProcess.FreePort()) } },
        });
        var waiting = client.PublishStringAsync("t", "never", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.StopAsync().WaitAsync(Eventually.Limit);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Eventually.Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PublishStringAsync("t", "late"));
        Assert.True(client.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Pauses_double_up_to_the_limit_and_are_cut_by_at_most_half()
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), new Random(7));
        double whole = 0.5;
        for (int i = 0; i < 2000; i++)
        {
            Assert.InRange(backoff.Next().TotalSeconds, whole / 2, whole);
            whole = Math.Min(whole * 2, 30);
        }
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.25, 0.5);
    }

    private static Task Note(ConcurrentQueue<string> notes, string text)
    {
        notes.Enqueue(text);
        return Task.CompletedTask;
    }

    private static ReconnectingMqttClientOptions Quick(MosquittoProcess broker) => new()
    {
        ClientOptions = broker.Options(),
        InitialReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaximumReconnectDelay = TimeSpan.FromMilliseconds(200),
    };
}

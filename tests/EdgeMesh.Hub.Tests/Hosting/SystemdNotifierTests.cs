using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Tests.Hosting;

/// <summary>What systemd is told, at a real notification socket.</summary>
public sealed class SystemdNotifierTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);

    private readonly ManualTime _time = new();
    private readonly CapturedLog _log = new();
    private readonly BrokerState _broker = new();
    private IHost? _host;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
    }

    private async Task StartAsync(ServiceManager systemd, params ILivenessCheck[] checks)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(systemd).AddSingleton(_broker).AddSingleton<HubEvents>().AddHostedService<SystemdNotifier>();
        foreach (ILivenessCheck check in checks)
        {
            builder.Services.AddSingleton(check);
        }

        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>Half of the watchdog's interval goes by, once the notifier waits for it.</summary>
    private async Task HalfAnIntervalLaterAsync()
    {
        await Eventually.TrueAsync(() => _time.Waiting == 1, "the notifier waits");
        _time.Advance(Interval / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task READY_comes_when_the_hub_has_started_and_STOPPING_when_it_begins_to_stop(bool isAbstract)
    {
        using NotificationSocket systemd = new(isAbstract);
        await StartAsync(new ServiceManager(systemd.Address, null));
        Assert.StartsWith("READY=1\nSTATUS=Running", await systemd.NextAsync(), StringComparison.Ordinal);
        Assert.False(systemd.HasMore);
        _broker.Current = new BrokerStatus(BrokerPhase.Connected);
        _host!.Services.GetRequiredService<HubEvents>().Publish(new BrokerConnected());
        Assert.Equal("STATUS=Running, connected to the broker", await systemd.NextAsync());
        await _host!.StopAsync();
        Assert.StartsWith("STOPPING=1\n", await systemd.NextAsync(), StringComparison.Ordinal);
        Assert.False(systemd.HasMore);
    }

    [Fact]
    public async Task WATCHDOG_comes_at_half_the_interval_and_never_before()
    {
        using NotificationSocket systemd = new(isAbstract: false);
        await StartAsync(new ServiceManager(systemd.Address, Interval), new Check());
        _ = await systemd.NextAsync();
        _broker.Current = new BrokerStatus(BrokerPhase.Connected);
        for (int i = 0; i < 3; i++)
        {
            await Eventually.TrueAsync(() => _time.Waiting == 1, "the notifier waits");
            _time.Advance((Interval / 2) - TimeSpan.FromTicks(1));
            Assert.False(systemd.HasMore);
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal("WATCHDOG=1\nSTATUS=Running, connected to the broker", await systemd.NextAsync());
        }
    }

    [Fact]
    public async Task WATCHDOG_is_withheld_while_a_part_of_the_hub_gives_no_answer_and_comes_at_once_when_it_does()
    {
        using NotificationSocket systemd = new(isAbstract: false);
        Check stuck = new() { Answer = new TaskCompletionSource<string?>() };
        await StartAsync(new ServiceManager(systemd.Address, Interval), new Check(), stuck);
        _ = await systemd.NextAsync();
        for (int i = 0; i < 5; i++)
        {
            await HalfAnIntervalLaterAsync();
            await Eventually.TrueAsync(() => stuck.Asked == 1 && _log.Lines.Count(line => line.Text.Contains("no answer from the part", StringComparison.Ordinal)) >= i, "it is said that there is no answer");
        }

        Assert.False(systemd.HasMore);
        stuck.Answer.SetResult(null);
        Assert.StartsWith("WATCHDOG=1\n", await systemd.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WATCHDOG_is_withheld_while_a_part_says_that_it_does_not_work_and_the_status_says_why()
    {
        using NotificationSocket systemd = new(isAbstract: true);
        Check broken = new() { Problem = "The disk is on fire." };
        await StartAsync(new ServiceManager(systemd.Address, Interval), broken);
        _ = await systemd.NextAsync();
        await HalfAnIntervalLaterAsync();
        Assert.Equal("STATUS=Stuck: The disk is on fire.", await systemd.NextAsync());
        broken.Problem = null;
        await HalfAnIntervalLaterAsync();
        Assert.StartsWith("WATCHDOG=1\n", await systemd.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_is_shown_and_is_no_reason_to_start_anew()
    {
        using NotificationSocket systemd = new(isAbstract: false);
        await using BrokerHub hub = new();
        BrokerState unreachable = hub.Get<BrokerState>();
        unreachable.Current = new BrokerStatus(BrokerPhase.Unavailable, new Results.Error(Contracts.ErrorCodes.BrokerUnavailable, "It is\nfar away."));
        await StartAsync(new ServiceManager(systemd.Address, Interval), new BrokerLiveness(hub.Connection, unreachable));
        _broker.Current = unreachable.Current;
        _ = await systemd.NextAsync();
        await HalfAnIntervalLaterAsync();
        Assert.Equal("WATCHDOG=1\nSTATUS=Running; It is far away.", await systemd.NextAsync());
    }

    [Fact]
    public async Task A_message_that_is_handled_for_more_than_a_minute_is_a_hub_that_hangs()
    {
        TaskCompletionSource handled = new();
        LeapingTime time = new();
        await using BrokerHub hub = new(time: time);
        hub.Connection.Subscribe("edgemesh/v1/home/devices/+/up/log", _ => handled.Task);
        await hub.StartAsync();
        BrokerLiveness liveness = new(hub.Connection, hub.Get<BrokerState>());
        await Eventually.TrueAsync(() => hub.Status.Phase == BrokerPhase.Connected, "the broker is there");
        await hub.Connection.PublishAsync("edgemesh/v1/home/devices/lamp/up/log", new byte[] { 1 });
        await Eventually.TrueAsync(() => hub.Connection.Handling is not null, "the message is being handled");
        Assert.Null(await liveness.ProblemAsync());
        time.Ahead = TimeSpan.FromSeconds(61);
        Assert.Contains("being handled for", await liveness.ProblemAsync(), StringComparison.Ordinal);
        handled.SetResult();
        await Eventually.TrueAsync(async () => await liveness.ProblemAsync() is null, "the hub goes on");
    }

    [Theory]
    [InlineData("/run/systemd/notify", "120000000", "7", true)]
    [InlineData("@notify", "120000000", "", true)]
    [InlineData("@notify", "120000000", "8", false)]
    [InlineData("@notify", "0", "7", false)]
    [InlineData("@notify", "soon", "7", false)]
    [InlineData("", null, null, false)]
    public void Only_the_process_that_is_watched_feeds_the_watchdog(string socket, string? microseconds, string? process, bool fed)
    {
        Dictionary<string, string?> environment = new() { ["NOTIFY_SOCKET"] = socket, ["WATCHDOG_USEC"] = microseconds, ["WATCHDOG_PID"] = process };
        ServiceManager systemd = ServiceManager.From(environment.GetValueOrDefault, process: 7);
        Assert.Equal(fed ? TimeSpan.FromMinutes(2) : null, systemd.WatchdogInterval);
        Assert.Equal(socket.Length > 0 ? socket : null, systemd.NotifySocket);
    }

    private sealed class Check : ILivenessCheck
    {
        public string Name => "the part";

        public int Asked { get; private set; }

        public string? Problem { get; set; }

        public TaskCompletionSource<string?>? Answer { get; init; }

        public Task<string?> ProblemAsync()
        {
            Asked++;
            return Answer?.Task ?? Task.FromResult(Problem);
        }
    }

    /// <summary>The system's time, moved ahead; timers run as ever.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }
}

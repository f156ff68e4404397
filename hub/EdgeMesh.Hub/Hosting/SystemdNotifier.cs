using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Hosting;

/// <summary>Tells systemd READY, WATCHDOG and STOPPING by its notification socket, as sd_notify(3) describes; idle elsewhere.</summary>
/// <remarks>
/// Our own few lines, since Microsoft.Extensions.Hosting.Systemd cannot be had from every mirror the project builds on. The watchdog is fed only
/// while every <see cref="ILivenessCheck"/> passes: a hub that hangs is to be started anew, which its devices and updates survive.
/// </remarks>
public sealed class SystemdNotifier(
    ServiceManager systemd, IEnumerable<ILivenessCheck> checks, BrokerState broker, HubEvents events, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<SystemdNotifier> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (systemd.NotifySocket is not { } address)
        {
            return;
        }

        // A leading '@' stands for the abstract namespace, whose names begin with a zero byte.
        UnixDomainSocketEndPoint manager = new(address[0] == '@' ? "\0" + address[1..] : address);
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        using IDisposable changing = events.Subscribe<HubEvent>(e =>
        {
            if (e is BrokerConnected or BrokerDisconnected && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                Send(Status());
            }
        });
        using CancellationTokenRegistration started = lifetime.ApplicationStarted.Register(() => Send("READY=1\n" + Status()));
        using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => Send("STOPPING=1\nSTATUS=Saying good-bye"));
        try
        {
            if (systemd.WatchdogInterval is { } interval)
            {
                // Half of the interval is what systemd's manual advises.
                await FeedAsync(interval / 2, stoppingToken).ConfigureAwait(false);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; STOPPING was sent.
        }

        async Task FeedAsync(TimeSpan period, CancellationToken stop)
        {
            while (true)
            {
                await Task.Delay(period, time, stop).ConfigureAwait(false);
                if (await ProblemAsync(period, stop).ConfigureAwait(false) is { } problem)
                {
                    log.LogCritical("systemd's watchdog is not fed, so that systemd starts the hub anew: {Problem}", problem);
                    Send("STATUS=Stuck: " + problem);
                }
                else
                {
                    Send("WATCHDOG=1\n" + Status());
                }
            }
        }

        void Send(string state)
        {
            try
            {
                socket.SendTo(Encoding.UTF8.GetBytes(state), manager);
            }
            catch (SocketException failure)
            {
                log.LogWarning("systemd did not take \"{State}\": {Reason}", state, failure.Message);
            }
        }
    }

    /// <summary>
    /// What keeps the hub from being alive; null where nothing does. A check that does not return is asked no second time: it is said once a period
    /// that it does not, and what it says at last counts at once.
    /// </summary>
    private async Task<string?> ProblemAsync(TimeSpan period, CancellationToken stop)
    {
        (string Name, Task<string?> Answer)[] asked = [.. checks.Select(check => (check.Name, Task.Run(check.ProblemAsync, CancellationToken.None)))];
        Task<string?[]> answers = Task.WhenAll(asked.Select(check => check.Answer));
        while (true)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task first = await Task.WhenAny(answers, Task.Delay(period, time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            if (first == answers)
            {
                return (await answers.ConfigureAwait(false)).FirstOrDefault(problem => problem is not null);
            }

            string late = string.Join(", ", asked.Where(check => !check.Answer.IsCompleted).Select(check => check.Name));
            log.LogCritical("systemd's watchdog is not fed, so that systemd starts the hub anew: no answer from {Late}", late);
        }
    }

    private string Status() => "STATUS=" + broker.Current switch
    {
        { Phase: BrokerPhase.Connected } => "Running, connected to the broker",
        { Error: { } error } => "Running; " + error.Message.ReplaceLineEndings(" "),
        _ => "Running; the broker is being started",
    };
}

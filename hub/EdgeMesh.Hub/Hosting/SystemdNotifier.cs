using System;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Hosting;

/// <summary>Tells systemd READY, WATCHDOG and STOPPING by its notification socket, as sd_notify(3) describes; idle elsewhere.</summary>
/// <remarks>Our own few lines, since Microsoft.Extensions.Hosting.Systemd cannot be had from every mirror the project builds on.</remarks>
public sealed class SystemdNotifier(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SystemdNotifier> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? address = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(address))
        {
            return;
        }

        // A leading '@' stands for the abstract namespace, whose names begin with a zero byte.
        UnixDomainSocketEndPoint systemd = new(address[0] == '@' ? "\0" + address[1..] : address);
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        lifetime.ApplicationStarted.Register(() => Send("READY=1\nSTATUS=Running"));
        lifetime.ApplicationStopping.Register(() => Send("STOPPING=1"));
        try
        {
            // systemd kills the service when nothing comes for the whole period; half of it is what its manual advises.
            bool watched = long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out long microseconds) && microseconds > 0;
            TimeSpan period = watched ? TimeSpan.FromMicroseconds(microseconds / 2.0) : Timeout.InfiniteTimeSpan;
            while (true)
            {
                await Task.Delay(period, time, stoppingToken).ConfigureAwait(false);
                Send("WATCHDOG=1");
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; STOPPING was sent.
        }

        void Send(string state)
        {
            try
            {
                socket.SendTo(Encoding.UTF8.GetBytes(state), systemd);
            }
            catch (SocketException failure)
            {
                log.LogWarning("systemd did not take \"{State}\": {Reason}", state, failure.Message);
            }
        }
    }
}

using System;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Hosting;

/// <summary>Registers what systemd sees of the hub.</summary>
public static class SystemdFeature
{
    // Below the unit's TimeoutStopSec, so that systemd never has to kill a hub that is about to end by itself.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>Notifications, the watchdog, and a stop that ends.</summary>
    public static IServiceCollection AddSystemd(this IServiceCollection services) => services
        .Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit)
        .AddSingleton<ILivenessCheck, DatabaseLiveness>().AddSingleton<ILivenessCheck, BrokerLiveness>()
        .AddSingleton(_ => ServiceManager.FromEnvironment()).AddHostedService<SystemdNotifier>();

    /// <summary>The log: for people a line with the time; for the journal, which has the time, one with the priority as sd-daemon(3) describes.</summary>
    public static ILoggingBuilder AddHubConsole(this ILoggingBuilder logging) => ServiceManager.IsJournal(Environment.GetEnvironmentVariable("JOURNAL_STREAM"))
        ? logging.AddSystemdConsole()
        : logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
}

using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Devices;

/// <summary>Registers the feature.</summary>
public static class DevicesFeature
{
    /// <summary>Devices: who is known, who is there, and what they say.</summary>
    public static IServiceCollection AddDevices(this IServiceCollection services)
    {
        services.AddSettings<DeviceOptions>(DeviceOptions.Section)
            .Validate(o => o.EncryptedTopics() is not null, "Devices:Encrypt takes command, response, telemetry and program, with commas between.");
        return services.AddSingleton<DeviceStore>().AddSingleton<DeviceGateway>().AddSingleton<DeviceMirror>().AddSingleton<DeviceService>()
            .AddSingleton<IOperationSource, DeviceOperations>()
            .AddHostedService<Starter>();
    }

    // Registrations with the broker's connection must be there before it starts: IHostedLifecycleService.StartingAsync comes first.
    private sealed class Starter(
        DeviceGateway gateway, DeviceMirror mirror, DeviceService devices, HubEvents events, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Starter> log)
        : IHostedLifecycleService
    {
        private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
        private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

        public Task StartingAsync(CancellationToken cancellationToken)
        {
            gateway.Start();
            mirror.Start();
            events.Subscribe<BrokerConnected>(_ => Task.Run(EnsureAccountsAsync, CancellationToken.None));
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // Until it succeeds: a device whose account the broker has lost stays outside.
        private async Task EnsureAccountsAsync()
        {
            try
            {
                for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
                {
                    Result<AccountEnforcement> ensured = await devices.EnsureAccountsAsync(lifetime.ApplicationStopping).ConfigureAwait(false);
                    if (ensured.IsOk)
                    {
                        return;
                    }

                    log.LogWarning("The devices' accounts are not ensured, which is tried again in {Pause}: {Reason}", pause, ensured.Error!.Message);
                    await Task.Delay(pause, time, lifetime.ApplicationStopping).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // The next hub ensures them.
            }
            catch (Exception failure)
            {
                log.LogError(failure, "Ensuring the devices' accounts failed");
            }
        }
    }
}

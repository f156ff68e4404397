using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Certificates;

/// <summary>Registers the feature.</summary>
public static class CertificatesFeature
{
    /// <summary>The local certificate authority. Add it before the broker, which starts with its files.</summary>
    public static IServiceCollection AddCertificates(this IServiceCollection services)
    {
        services.AddSettings<CertificateOptions>(CertificateOptions.Section);
        return services.AddSingleton<CertificateFolder>().AddSingleton<CertificateStore>().AddSingleton<IdentityStore>().AddSingleton<PlausibleClock>().AddSingleton<CertificateAuthority>()
            .AddSingleton<IBrokerCertificates>(provider => provider.GetRequiredService<CertificateAuthority>())
            .AddSingleton<IOperationSource, CertificateOperations>()
            .AddHostedService<Renewal>()
            .AddSingleton<IdentityDelivery>().AddHostedService(provider => provider.GetRequiredService<IdentityDelivery>());
    }

    /// <summary>Looks after the certificates once an hour; more often while the clock is wrong, since the network's time may come any moment.</summary>
    private sealed class Renewal(CertificateAuthority authority, TimeProvider time, ILogger<Renewal> log) : IHostedLifecycleService, IDisposable
    {
        private static readonly TimeSpan Period = TimeSpan.FromHours(1);
        private static readonly TimeSpan Impatience = TimeSpan.FromSeconds(5);

        private readonly CancellationTokenSource _stopping = new();
        private Task _looking = Task.CompletedTask;
        private string _lastProblem = "";

        // Before any service starts: the broker then finds its files.
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            bool well = Look();
            _looking = Task.Run(() => LookAsync(well), CancellationToken.None);
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _looking.ConfigureAwait(false);
        }

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _stopping.Dispose();

        private async Task LookAsync(bool well)
        {
            while (true)
            {
                await Task.Delay(well ? Period : Impatience, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                well = Look();
            }
        }

        private bool Look()
        {
            try
            {
                Error? problem = authority.Ensure();
                if (problem is not null && problem.Code != _lastProblem)
                {
                    log.LogError("{Problem}", problem.Message);
                }

                _lastProblem = problem?.Code ?? "";
                return problem is null;
            }
            catch (Exception failure)
            {
                log.LogError(failure, "Looking after the certificates failed; what is there stays in use");
                return false;
            }
        }
    }
}

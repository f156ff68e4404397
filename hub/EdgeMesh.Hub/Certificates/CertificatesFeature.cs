using System;
using System.Collections.Generic;
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

/// <summary>What the hub can be asked about its certificates.</summary>
public sealed class CertificateOperations(CertificateAuthority authority, IdentityDelivery identities) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NoParameters, AuthoritiesView>("ca-show", "Shows the certificate authority.", _ => authority.Show()).Reading(),
        Operation.Create<NoParameters, AuthoritiesPem>("ca-export", "Gives the certificates that devices are to trust.", _ => authority.Export()).Reading(),
        Operation.Create<NoParameters, IReadOnlyList<IssuedCertificate>>("ca-list", "Lists every certificate that was issued.", _ => Result.Of(authority.List())).Reading(),
        Operation.Create<RotateAuthority, AuthoritiesView>("ca-rotate", "Begins a new authority, which takes over after an overlap.", r => authority.Rotate(r.Now)).Recording("now"),
        Operation.Create<RenewDevice, RenewalView>("ca-renew", "Sends a device a new certificate and the authorities to trust, now or when it is there again.", (r, c) => identities.RenewAsync(r.Device, c)).Recording("device"),
    ];

    private sealed record RotateAuthority(bool Now = false);

    private sealed record RenewDevice(string Device);
}

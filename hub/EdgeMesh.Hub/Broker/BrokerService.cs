using System;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker.Accounts;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker;

/// <summary>
/// Starts the broker, then connects. The hub starts without waiting for it: <see cref="BrokerState"/> tells how it goes.
/// At the end it says good-bye first, then stops the broker.
/// </summary>
internal sealed class BrokerService(
    IOptions<BrokerOptions> options,
    BrokerEndpoint endpoint,
    EmbeddedBroker embedded,
    BrokerConnection connection,
    BrokerAccounts accounts,
    BrokerState state,
    HubEvents events,
    ILogger<BrokerService> log)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _supervising = Task.CompletedTask;
    private Error? _lastError;
    private bool _connecting;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (endpoint.IsEmbedded && options.Value.AllowPlain)
        {
            log.LogWarning(
                "LABORATORY: Broker:AllowPlain lets the broker listen on all addresses of this machine, port {Port}, without TLS. Passwords and "
                + "readings can be read along by anyone on the network.",
                options.Value.Port);
        }

        if (!endpoint.IsEmbedded)
        {
            return connection.StartAsync(accounts.EnsurePeopleAsync);
        }

        events.Subscribe<BrokerCertificatesChanged>(changed => embedded.Reload(changed.Restart));
        // On the pool, since it looks at files and processes before it first waits.
        _supervising = Task.Run(SuperviseAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await connection.StopAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _supervising.ConfigureAwait(false);
        state.Current = new BrokerStatus(BrokerPhase.Stopped);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task SuperviseAsync()
    {
        try
        {
            await embedded.RunAsync(ConnectAsync, Unavailable, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            log.LogCritical(failure, "The supervision of the embedded broker failed; restart the hub");
            state.Current = new BrokerStatus(BrokerPhase.Unavailable, new Error(Contracts.ErrorCodes.Internal, failure.Message));
        }
    }

    /// <summary>Connects only once our own Mosquitto listens: another program on that port must not be shown the hub's password.</summary>
    private async Task ConnectAsync()
    {
        _lastError = null;
        state.Starting();
        if (!_connecting)
        {
            _connecting = true;
            await connection.StartAsync(accounts.EnsurePeopleAsync).ConfigureAwait(false);
        }
    }

    private void Unavailable(Error error)
    {
        if (error != _lastError)
        {
            _lastError = error;
            log.LogError("{Error}", error.Message);
        }

        state.Current = new BrokerStatus(BrokerPhase.Unavailable, error);
    }
}

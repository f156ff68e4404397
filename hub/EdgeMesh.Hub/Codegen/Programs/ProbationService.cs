using System;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Hands <see cref="ProgramFollower"/> what happens, one thing after the other, and has it look around once a second.</summary>
public sealed class ProbationService : BackgroundService
{
    private const int MailboxEvents = 20_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<HubEvent?> _mailbox = Channel.CreateBounded<HubEvent?>(new BoundedChannelOptions(MailboxEvents) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ProgramStore _programs;
    private readonly DeviceService _devices;
    private readonly ProgramFollower _follower;
    private readonly TimeProvider _time;
    private readonly ILogger<ProbationService> _log;

    /// <summary>The service; it begins to listen here, and to act when it is started.</summary>
    public ProbationService(
        ProgramStore programs, DeploymentStore store, ProgramDeployer deployer, OtaService ota, DeviceService devices, DeviceGateway gateway, AuditLog audit, HubEvents events,
        IOptions<ProgramOptions> options, TimeProvider time, ILogger<ProbationService> log)
    {
        (_time, _log, _programs, _devices) = (time, log, programs, devices);
        _follower = new ProgramFollower(programs, store, deployer, ota, gateway, audit, options.Value, time, log);
        events.Subscribe<OtaProgress>(e => Post(e.StateChanged, e));
        events.Subscribe<OtaCorrected>(e => Post(true, e));
        events.Subscribe<DeviceMessage>(e => Post(_follower.Watches(e.Id) && e.Kind is TopicKind.Health or TopicKind.Telemetry or TopicKind.State or TopicKind.Log, e));
        events.Subscribe<DeviceOnline>(e => Post(_follower.Watches(e.Id), e));
        events.Subscribe<DeviceOffline>(e => Post(_follower.Watches(e.Id), e));
        events.Subscribe<BrokerDisconnected>(e => Post(true, e));
        events.Subscribe<DeviceRenamed>(e =>
        {
            // At once, while the old id is still there to be asked.
            programs.Rename(e.From, e.To);
            Post(true, e);
        });
        events.Subscribe<DeviceRemoved>(e =>
        {
            // At once, before there may be another device of that id.
            programs.Leave(e.Id);
            Post(_follower.Watches(e.Id), e);
        });
        events.Subscribe<DeviceRevoked>(e => Post(_follower.Watches(e.Id), e));
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Of devices that were removed when the hub was killed.
        foreach (string device in _programs.Devices().Where(id => !_devices.Knows(id)))
        {
            _programs.Leave(device);
        }

        // The updates' service has started before, and with it what was under way.
        _follower.Begin();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ITimer tick = _time.CreateTimer(_ => _mailbox.Writer.TryWrite(null), null, TimeSpan.Zero, LookEvery);
        await foreach (HubEvent? e in _mailbox.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await _follower.TakeAsync(e, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Such as a full disk: what stands in the database is looked at again with the next tick.
                _log.LogError(failure, "Watching programs failed at {Event}", e);
            }
        }
    }

    private void Post(bool wanted, HubEvent e)
    {
        if (wanted)
        {
            _mailbox.Writer.TryWrite(e);
        }
    }
}

using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Ota;

/// <summary>Keeps <c>devices/{id}/ota</c>, retained, in line with the updates: every change of state, and progress once a second.</summary>
public sealed class OtaMirror(OtaService updates, BrokerConnection broker, HubEvents events, HubIdentity identity, TimeProvider time, ILogger<OtaMirror> log)
    : IHostedService
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, long> _published = [];

    // What is read and then published must not overtake what has happened since.
    private readonly Lock _order = new();

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        events.Subscribe<OtaProgress>(Take);
        events.Subscribe<OtaCorrected>(e => Publish(e.View));
        events.Subscribe<BrokerConnected>(_ => PublishLatest());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Take(OtaProgress progress)
    {
        OtaView view = progress.View;
        if (view.Code == ErrorCodes.DeviceUnknown)
        {
            // The device was removed, and with it what the broker retained of it.
            return;
        }

        if (progress.StateChanged)
        {
            log.LogInformation("Update {Session} of {Device} to {Firmware}: {State} {Code} {Reason}", view.Session, view.Device, view.Firmware, view.State, Printable.Of(view.Code), Printable.Of(view.Reason));
        }

        lock (_order)
        {
            if (progress.StateChanged || !_published.TryGetValue(view.Device, out long last) || time.GetElapsedTime(last) >= ProgressEvery)
            {
                Publish(view);
            }
        }
    }

    // A hub that was killed had perhaps stored a state that it never published; the broker may be another one, or have lost what it retained.
    private void PublishLatest()
    {
        lock (_order)
        {
            foreach (OtaView view in updates.Latest())
            {
                Publish(view);
            }
        }
    }

    private void Publish(OtaView view)
    {
        lock (_order)
        {
            _published[view.Device] = time.GetTimestamp();
            broker.Post(Topic.Format(TopicKind.PublicOta, identity.Site, view.Device), JsonSerializer.SerializeToUtf8Bytes(view, Operation.Json), retain: true);
        }
    }
}

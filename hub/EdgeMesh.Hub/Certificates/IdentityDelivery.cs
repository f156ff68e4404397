using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Certificates;

/// <summary>Sends devices new certificates before theirs end, and new authorities before they take over, over their TLS connection.</summary>
/// <remarks>
/// The hub keeps no private key of a device, so what was not answered is made anew. A device counts as told, and what it had before as over,
/// when it was here with the new one: its hello names the number.
/// </remarks>
public sealed class IdentityDelivery(
    CertificateAuthority authority, IdentityStore store, DeviceService devices, DeviceGateway gateway, AuditLog audit, HubEvents events, TimeProvider time, ILogger<IdentityDelivery> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    // One that got lost on the way is made anew soon; one that the device did not take, or came back without, is not made over and over.
    private static readonly TimeSpan RetryLost = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryRefused = TimeSpan.FromDays(1);

    private readonly Channel<Look> _looks = Channel.CreateUnbounded<Look>();
    private readonly HashSet<string> _saidPlain = [];

    /// <summary>Renews a device's certificate, and tells it of the authorities, whether that is due or not: now, or when it is there again.</summary>
    public async Task<Result<RenewalView>> RenewAsync(string device, CancellationToken cancellation)
    {
        if (devices.Active(device).Error is { } refused)
        {
            return refused;
        }

        Result<AuthoritiesView> view = authority.Show();
        if (!view.IsOk)
        {
            return view.Error!;
        }

        Want(device);
        Look look = new(device, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _looks.Writer.TryWrite(look);
        await look.Done!.Task.WaitAsync(cancellation).ConfigureAwait(false);
        if (store.Newest(device) is not { State: IdentityStates.Wanted })
        {
            return new RenewalView(device, IdentityStates.Sent, "");
        }

        return new RenewalView(
            device, IdentityStates.Wanted, view.Value.Problem.Length > 0 ? view.Value.Problem : gateway.HelloOf(device) is { Tls: false } ? Plain(device) : $"{device} is not connected; it is sent when it is.");
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        events.Subscribe<DeviceOnline>(e => _looks.Writer.TryWrite(new Look(e.Id)));
        events.Subscribe<BrokerCertificatesChanged>(_ => _looks.Writer.TryWrite(new Look(null)));
        events.Subscribe<DeviceMessage>(Take);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ITimer timer = time.CreateTimer(_ => _looks.Writer.TryWrite(new Look(null)), null, LookEvery, LookEvery);
        try
        {
            await foreach (Look look in _looks.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                await LookAsync(look, stoppingToken).ConfigureAwait(false);
                look.Done?.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is due is due at the next start too.
        }
    }

    private static string Plain(string device) => $"{device} is not connected by TLS, and a private key is sent no other way; give it a configuration with \"ca\" and the TLS port.";

    private async Task LookAsync(Look look, CancellationToken cancellation)
    {
        try
        {
            foreach (string device in look.Device is string one ? [one] : devices.List().Where(d => d.Online).Select(d => d.Id))
            {
                await DeliverAsync(device, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The next look tries again.
            log.LogError(failure, "The identity of {Device} could not be seen to", look.Device ?? "the devices");
        }
    }

    private async Task DeliverAsync(string device, CancellationToken cancellation)
    {
        if (gateway.HelloOf(device) is not { } hello)
        {
            return;
        }

        if (authority.Adopted(device, hello.Identity))
        {
            log.LogInformation("{Device} is here with its new identity, number {Sequence}; what it had before is refused", device, hello.Identity);
        }

        if (!authority.IsDue(device) || IsAwaited(device))
        {
            return;
        }

        if (!hello.Tls)
        {
            if (_saidPlain.Add(device))
            {
                log.LogWarning("A certificate or authority is due: {Reason}", Plain(device));
            }

            return;
        }

        await SendAsync(device, cancellation).ConfigureAwait(false);
    }

    private void Want(string device)
    {
        DateTimeOffset now = time.GetUtcNow();
        store.Add(new IdentityRow { Sequence = store.NextSequence(now.ToUnixTimeMilliseconds()), Device = device, State = IdentityStates.Wanted, Sent = now.ToUnixTimeSeconds() });
    }

    private bool IsAwaited(string device)
    {
        if (store.Newest(device) is not { } last || last.State is IdentityStates.Wanted or IdentityStates.InUse)
        {
            return false;
        }

        TimeSpan wait = last.State == IdentityStates.Sent ? RetryLost : RetryRefused;
        return time.GetUtcNow() < DateTimeOffset.FromUnixTimeSeconds(last.Sent) + wait;
    }

    private async Task SendAsync(string device, CancellationToken cancellation)
    {
        Result<Identity> made = authority.Renew(device);
        if (!made.IsOk)
        {
            log.LogError("{Device} cannot be given a new identity: {Reason}", device, made.Error!.Message);
            return;
        }

        Identity identity = made.Value;
        Protocol.Json.JsonWriter body = Codec.Write(identity);
        int bytes = body.ToBytes().Length;
        if (bytes > Limits.IdentityBytes)
        {
            store.Update(identity.Sequence, IdentityStates.Rejected);
            log.LogError("The identity for {Device} has {Bytes} bytes, which its buffer does not take ({Limit}); give it a new configuration", device, bytes, Limits.IdentityBytes);
            return;
        }

        if (!await gateway.SendAsync(device, TopicKind.Identity, body, cancellation).ConfigureAwait(false))
        {
            // It has gone in between: wanted it is still.
            store.Remove(identity.Sequence);
            Want(device);
            return;
        }

        audit.Append(Caller.Hub, "identity-sent", device, "ok", $"sequence={identity.Sequence}");
        log.LogInformation("{Device} was sent a new identity, number {Sequence}", device, identity.Sequence);
    }

    private void Take(DeviceMessage message)
    {
        if (message.Kind != TopicKind.IdentityAnswer)
        {
            return;
        }

        IdentityAnswer answer = Codec.ReadIdentityAnswer(message.Body);
        if (message.Body.Problem.Length > 0 || answer.State is not (IdentityAnswer.Stored or IdentityAnswer.Rejected)
            || store.Find(message.Id, answer.Sequence) is not { State: IdentityStates.Sent or IdentityStates.Stored })
        {
            gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, message.Body.Problem.Length > 0 ? $"An answer to an identity is malformed: {message.Body.Problem}." : "The answer is to no identity that is under way.");
            return;
        }

        bool stored = answer.State == IdentityAnswer.Stored;
        store.Update(answer.Sequence, stored ? IdentityStates.Stored : IdentityStates.Rejected);
        audit.Append(Caller.Hub, stored ? "identity-stored" : "identity-rejected", message.Id, stored ? "ok" : Printable.Of(answer.Code), $"sequence={answer.Sequence}");
        if (!stored)
        {
            log.LogWarning("{Device} does not take its new identity, and keeps the one it has: {Code}: {Reason}", message.Id, Printable.Of(answer.Code), Printable.Of(answer.Reason));
        }
    }

    private sealed record Look(string? Device, TaskCompletionSource? Done = null);
}

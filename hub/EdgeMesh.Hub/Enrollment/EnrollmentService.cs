using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Enrollment;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>Enrols devices: shows PINs and codes, answers whoever uses one, and gives an identity to who proves it.</summary>
/// <remarks>All that is open is in memory: a hub that restarts has voided it, and takes what is left of it from the broker.</remarks>
public sealed partial class EnrollmentService(
    BrokerConnection broker, IBrokerAccounts accounts, EnrollmentDoor door, BrokerInfo brokerInfo, IOptions<BrokerOptions> brokerOptions, DeviceService devices, CertificateAuthority certificates, AuditLog audit,
    HubEvents events, HubIdentity identity, ICrypto crypto, IOptions<EnrollmentOptions> options, TimeProvider time, ILogger<EnrollmentService> log)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>Longest life of a PIN or code.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    private const int OpenMax = 16;
    private const int EndedMax = 50;

    // Far more than devices that behave have under way; what is over it is lost, and they say it again.
    private const int MailboxLength = 64;
    private static readonly TimeSpan KeepEnded = TimeSpan.FromHours(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<EnrollmentTicket> _tickets = [];
    private readonly Channel<Func<Task>> _mailbox = Channel.CreateBounded<Func<Task>>(
        new BoundedChannelOptions(MailboxLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Makes a PIN or setup code.</summary>
    /// <param name="tier"><c>pin</c> or <c>code</c>.</param>
    /// <param name="device">The device's id, new or known; null lets it choose a new one.</param>
    /// <param name="type">The device's type; null takes what it says.</param>
    /// <param name="life">How long it is good; null for the option's.</param>
    /// <param name="cancellation">Ends the wait for the broker.</param>
    /// <param name="replaces">A known device that goes on as <paramref name="device"/>: its history follows, and its old id is removed at the end.</param>
    public async Task<Result<NewEnrollment>> OpenAsync(
        string tier, string? device, string? type, TimeSpan? life, CancellationToken cancellation, string? replaces = null)
    {
        TimeSpan lasting = life ?? options.Value.PinTimeout;
        if (Problem(tier, device, type, lasting) is { } problem)
        {
            return problem;
        }

        if (replaces is not null && (device is null || devices.Knows(device) || !devices.Knows(replaces)))
        {
            return new Error(
                ErrorCodes.InvalidArgument, "A device that takes another's place needs a new id of its own (--device), which nobody has, and the id of one that is known (--replaces).");
        }

        return await GatedAsync<Result<NewEnrollment>>(async () =>
        {
            if (_tickets.Count(t => !t.IsOver) >= OpenMax)
            {
                return new Error(ErrorCodes.QueueFull, $"{OpenMax} enrolments are open already; see `edgemesh enroll list`, and cancel what is not needed.");
            }

            if (door.Open() is { } closed)
            {
                return closed;
            }

            EnrollmentSecret secret = EnrollmentSecret.Draw(crypto, tier == EnrollmentSecret.Pin ? options.Value.PinLength : 0);
            EnrollmentTicket ticket = new(secret, device ?? "", type ?? "", lasting, time.GetUtcNow(), options.Value) { Replaces = replaces ?? "" };
            _tickets.Add(ticket);
            Result<AccountEnforcement> account = await EnsureAccountsAsync(cancellation).ConfigureAwait(false);
            if (account.IsOk && account.Value == AccountEnforcement.Enforced)
            {
                return new NewEnrollment(secret.Show(), brokerInfo.DeviceHost, door.Needed ? door.Port : brokerInfo.DevicePort, brokerInfo.DeviceTls, ticket.View);
            }

            _tickets.Remove(ticket);
            CloseDoor();
            return account.Error ?? new Error(
                ErrorCodes.BrokerUnavailable, "This external broker keeps no accounts for the hub, so a device that has none cannot get in to enrol. Use `edgemesh devices add`.");
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Those open and those ended within the hour, the newest first.</summary>
    public Task<IReadOnlyList<EnrollmentView>> ListAsync(CancellationToken cancellation) =>
        GatedAsync(() => Task.FromResult<IReadOnlyList<EnrollmentView>>([.. _tickets.AsEnumerable().Reverse().Select(t => t.View)]), cancellation);

    /// <summary>One of them.</summary>
    public Task<Result<EnrollmentView>> ShowAsync(string token, CancellationToken cancellation) =>
        GatedAsync(() => Task.FromResult(Find(token) is { } ticket ? Result.Of(ticket.View) : Unknown(token)), cancellation);

    /// <summary>Takes a PIN or code back; a device that was granted and has not confirmed it is removed again.</summary>
    public Task<Result<EnrollmentView>> CancelAsync(string token, CancellationToken cancellation) => GatedAsync<Result<EnrollmentView>>(async () =>
    {
        if (Find(token) is not { IsOver: false } ticket)
        {
            return Unknown(token);
        }

        await EndAsync(ticket, EnrollmentStates.Cancelled, new Error(ErrorCodes.EnrollmentCancelled, "The owner took it back.")).ConfigureAwait(false);
        return ticket.View;
    }, cancellation);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        broker.Subscribe(Topic.EnrollUpFilter(), message =>
        {
            _mailbox.Writer.TryWrite(() => TakeAsync(message));
            return Task.CompletedTask;
        });
        events.Subscribe<BrokerConnected>(_ => _mailbox.Writer.TryWrite(EnsureLoggedAsync));
        events.Subscribe<DeviceOnline>(online => _mailbox.Writer.TryWrite(() => GreetedAsync(online.Id)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using ITimer clock = time.CreateTimer(_ => _mailbox.Writer.TryWrite(LookAsync), null, LookEvery, LookEvery);
        await foreach (Func<Task> work in _mailbox.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await GatedAsync(async () =>
                {
                    await work().ConfigureAwait(false);
                    return true;
                }, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Enrolment failed on a message");
            }
        }
    }

    private static Error? Problem(string tier, string? device, string? type, TimeSpan life) =>
        tier is not (EnrollmentSecret.Pin or EnrollmentSecret.Code)
            ? new Error(ErrorCodes.InvalidArgument, "The tier is refused: it is pin or code.")
        : (device is not null && !Names.IsValid(device)) || (type is not null && !Names.IsValid(type))
            ? new Error(ErrorCodes.InvalidArgument, $"The device's id or type is not valid: it takes {Names.Grammar}.")
        : device is not null && BrokerEndpoint.IsReserved(device)
            ? new Error(ErrorCodes.InvalidArgument, $"The device id '{device}' is the hub's own at the broker; choose another.")
        : life <= TimeSpan.Zero || life > LongestLife
            ? new Error(ErrorCodes.InvalidArgument, $"The time to live is refused: it takes up to {LongestLife.TotalHours} h.")
        : null;

    private EnrollmentTicket? Find(string token) => _tickets.Find(t => t.Secret.Token == token);

    private static Result<EnrollmentView> Unknown(string token) => new Error(
        ErrorCodes.EnrollmentUnknown, $"There is no open enrolment {Printable.Of(token)}; see `edgemesh enroll list`. A restart of the hub voids them all.");

    // PEM of what devices are to trust; empty where the broker speaks no TLS.
    private string Authorities() => brokerOptions.Value.CaFile.Length > 0 ? File.ReadAllText(brokerOptions.Value.CaFile) : certificates.Trusted();

    private static string Sha256(string text) => text.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private Task<Result<AccountEnforcement>> EnsureAccountsAsync(CancellationToken cancellation) =>
        accounts.EnsureEnrollmentsAsync([.. _tickets.Where(t => !t.IsOver).Select(t => t.Secret.Token)], cancellation);

    private void CloseDoor()
    {
        if (_tickets.TrueForAll(t => t.IsOver))
        {
            door.Close();
        }
    }

    private async Task EnsureLoggedAsync()
    {
        if ((await EnsureAccountsAsync(CancellationToken.None).ConfigureAwait(false)).Error is { } error)
        {
            // What is over is answered nothing anyway, and the accounts are ensured again at the next connection.
            log.LogWarning("The accounts of enrolments could not be brought in line: {Reason}", error.Message);
        }
    }

    private async Task LookAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (EnrollmentTicket ticket in _tickets.Where(t => !t.IsOver).ToArray())
        {
            await ExpireAsync(ticket, now).ConfigureAwait(false);
        }

        int open = _tickets.Count(t => !t.IsOver);
        _tickets.RemoveAll(t => t.IsOver && (now - t.Deadline > KeepEnded || _tickets.Count - open > EndedMax));
    }

    /// <summary>Ends what has waited too long: the try under way, the grant, or all of it.</summary>
    private async Task ExpireAsync(EnrollmentTicket ticket, DateTimeOffset now)
    {
        if (ticket.State == EnrollmentStates.Granted && now >= ticket.Deadline)
        {
            await EndAsync(ticket, EnrollmentStates.Failed, new Error(
                ErrorCodes.EnrollmentExpired, "The device proved the PIN or code and never said that it keeps its identity, which is void. Enrol it again.")).ConfigureAwait(false);
        }
        else if (ticket.State == EnrollmentStates.Proving && now >= ticket.Deadline)
        {
            await FailTryAsync(ticket, "it fell silent").ConfigureAwait(false);
        }

        if (ticket.State == EnrollmentStates.Waiting && now >= ticket.Expires)
        {
            await EndAsync(ticket, EnrollmentStates.Expired, new Error(ErrorCodes.EnrollmentExpired, "It was not used in time. Make another one.")).ConfigureAwait(false);
        }
    }

    private async Task FailTryAsync(EnrollmentTicket ticket, string how)
    {
        string device = ticket.Device;
        ticket.FailTry(time.GetUtcNow());
        log.LogWarning("A try to enrol with {Token} failed: {How} (number {Count})", ticket.Secret.Token, how, ticket.FailedTries);
        audit.Append(CallerOf(ticket), "enroll-try", device, ErrorCodes.EnrollmentRefused, $"tries={ticket.FailedTries} how={how}");
        if (ticket.IsOver)
        {
            await CloseAsync(ticket).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(EnrollmentTicket ticket, string state, Error error)
    {
        (DeviceConfiguration Configuration, bool Known)? grant = ticket.Grant;
        ticket.End(state, time.GetUtcNow(), error);
        await CloseAsync(ticket).ConfigureAwait(false);
        if (grant is { Known: false } made && (await devices.RemoveAsync(made.Configuration.Device, CancellationToken.None).ConfigureAwait(false)).Error is { } failed)
        {
            log.LogError("{Device} was granted an identity that is void, and could not be removed: {Reason}", made.Configuration.Device, failed.Message);
        }
    }

    // Audited before the account goes: whatever becomes of the broker, how it ended is known.
    private async Task CloseAsync(EnrollmentTicket ticket)
    {
        audit.Append(CallerOf(ticket), "enroll-end", ticket.Device, ticket.View.Code.Length == 0 ? "ok" : ticket.View.Code, $"state={ticket.State} tries={ticket.FailedTries}");
        log.LogInformation("The enrolment {Token} has ended: {State} {Device}", ticket.Secret.Token, ticket.State, ticket.Device);
        await EnsureLoggedAsync().ConfigureAwait(false);
        CloseDoor();
        // Should somebody have had the broker keep a message there, it goes too.
        broker.Post(Topic.EnrollUp(ticket.Secret.Token), ReadOnlyMemory<byte>.Empty, retain: true);
    }

    private static Caller CallerOf(EnrollmentTicket ticket) => new("enroll:" + ticket.Secret.Token, "mqtt");

    private async Task<T> GatedAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}

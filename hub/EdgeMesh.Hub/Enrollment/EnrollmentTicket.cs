using System;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>One PIN or code: how often and how long it may be tried. Not for two threads at once; in memory, so that a restart of the hub voids it.</summary>
internal sealed class EnrollmentTicket
{
    // However slow a device is, or claims to be, its PIN does not live for ever.
    private static readonly TimeSpan LongestExtension = TimeSpan.FromMinutes(30);
    private readonly EnrollmentOptions _options;
    private readonly DateTimeOffset _latest;
    private DateTimeOffset _notBefore;
    private int _percent;

    internal EnrollmentTicket(EnrollmentSecret secret, string device, string type, TimeSpan life, DateTimeOffset now, EnrollmentOptions options)
    {
        Secret = secret;
        WantedDevice = Device = device;
        WantedType = Type = type;
        _options = options;
        Expires = now + life;
        _latest = Expires + LongestExtension;
    }

    /// <summary>The device whose new name this is; empty for none.</summary>
    internal string Replaces { get; init; } = "";

    internal EnrollmentSecret Secret { get; }

    /// <summary>What the owner said; empty for nothing.</summary>
    internal string WantedDevice { get; }

    internal string WantedType { get; }

    internal string Device { get; private set; }

    internal string Type { get; private set; }

    internal string State { get; private set; } = EnrollmentStates.Waiting;

    internal int FailedTries { get; private set; }

    internal DateTimeOffset Expires { get; private set; }

    /// <summary>When the try under way is over; when an ended ticket ended.</summary>
    internal DateTimeOffset Deadline { get; private set; }

    /// <summary>The device's begin and the hub's side of the try under way.</summary>
    internal (EnrollmentBegin Begin, HubEnrollment Exchange)? Try { get; private set; }

    /// <summary>What was granted, and whether the device was known before.</summary>
    internal (DeviceConfiguration Configuration, bool Known)? Grant { get; private set; }

    internal Error? Error { get; private set; }

    internal bool IsOver => EnrollmentStates.IsEnd(State);

    internal EnrollmentView View => new(
        Secret.Token, Secret.Tier, Device, Type, State, _percent, FailedTries, _options.MaxAttempts, Expires.ToUnixTimeSeconds(), Error?.Code ?? "", Error?.Message ?? "");

    /// <summary>How long the next try has to wait; zero or less for not at all.</summary>
    internal TimeSpan Wait(DateTimeOffset now) => (Try is null || _notBefore > Deadline ? _notBefore : Deadline) - now;

    internal void Begin(EnrollmentBegin begin, HubEnrollment exchange, DateTimeOffset now)
    {
        Try = (begin, exchange);
        Device = exchange.Device;
        Type = begin.Type;
        State = EnrollmentStates.Proving;
        Deadline = now + _options.TryTimeout;
    }

    internal void Progress(int percent, DateTimeOffset now)
    {
        if (percent <= _percent)
        {
            return;
        }

        _percent = percent;
        DateTimeOffset extended = now + _options.TryTimeout;
        Expires = extended < Expires ? Expires : extended < _latest ? extended : _latest;
        Deadline = Try is null ? Deadline : extended;
    }

    internal void Granted(DeviceConfiguration configuration, bool known, DateTimeOffset now)
    {
        Grant = (configuration, known);
        State = EnrollmentStates.Granted;
        _percent = 100;
        Deadline = now + _options.TryTimeout;
    }

    /// <summary>The try under way has failed: the next one waits twice as long, and after too many there is none.</summary>
    internal void FailTry(DateTimeOffset now)
    {
        Try = null;
        _percent = 0;
        FailedTries++;
        (Device, Type, State) = (WantedDevice, WantedType, EnrollmentStates.Waiting);
        _notBefore = now + (_options.RetryDelay * (1 << (FailedTries - 1)));
        if (FailedTries >= _options.MaxAttempts)
        {
            End(EnrollmentStates.Failed, now, new Error(
                ErrorCodes.EnrollmentExhausted, $"{FailedTries} tries failed, so this PIN or code is dead: was it mistyped, or did a stranger try? Make another one."));
        }
    }

    internal void End(string state, DateTimeOffset now, Error? error = null)
    {
        (State, Deadline, Error, Try) = (state, now, error, null);
    }
}

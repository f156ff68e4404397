using System;
using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Slots;

/// <summary>From an applied image to the hub's knowledge of what became of it.</summary>
/// <remarks>
/// Pure, but for the boot record that it changes. A program on trial is confirmed when it is healthy and the hub has answered its
/// report. The hub's silence alone does not condemn it: after a time the old slot is tried, and only if that reaches the hub is the
/// new one to blame. A confirmed program is never touched here.
/// </remarks>
public sealed class Trial
{
    private const int AgainFactor = 6;
    private readonly BootRecord _record;
    private readonly TrialOptions _options;
    private readonly long _startMs;
    private ArrayList _effects = new ArrayList();
    private long _silentSinceMs;
    private long _healthyMs = long.MaxValue;
    private bool _healthy;
    private bool _online;
    private long _reportMs = long.MaxValue;

    /// <summary>The trial, or its aftermath, of this boot.</summary>
    public Trial(BootRecord record, TrialOptions options, long nowMs)
    {
        _record = record;
        _options = options;
        _startMs = nowMs;
        _silentSinceMs = nowMs;
    }

    /// <summary>When it wants a <see cref="TrialEventKind.Tick"/>, in milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long DueMs => Math.Min(Math.Min(_healthyMs, _reportMs), PatienceEndMs);

    private bool OnTrial => _record.Trial.Length > 0;

    private bool ProbesOld => OnTrial && _record.Probe == "old";

    // That the new one has spoken with the hub before does not count: it may have cut itself off since. The hub may have been down just
    // while the old slot was tried, so it is tried again, less often: a program that cuts the device off would else stay for ever.
    private long PatienceEndMs => ProbesOld
        ? _startMs + _options.HubPatienceMs
        : OnTrial && _healthy && !_online ? _silentSinceMs + (_record.Probe == "" ? 1 : AgainFactor) * _options.HubPatienceMs : long.MaxValue;

    private bool ReportDue => _record.Report != null && !_record.ReportHeard && _online && (!OnTrial || (_healthy && !ProbesOld));

    /// <summary>Takes an event.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="nowMs">Milliseconds of any monotonic clock.</param>
    /// <param name="text">The exception of <see cref="TrialEventKind.Faulted"/>, as a sentence.</param>
    /// <param name="reported">The answer of <see cref="TrialEventKind.Reported"/>.</param>
    public TrialEffect[] Step(TrialEventKind kind, long nowMs, string text = "", Reported? reported = null)
    {
        _effects = new ArrayList();
        switch (kind)
        {
            case TrialEventKind.Running: BecomeRunning(nowMs); break;
            case TrialEventKind.Faulted: TakeFault(text); break;
            case TrialEventKind.Online: GoOnline(nowMs); break;
            case TrialEventKind.Offline:
                _silentSinceMs = _online ? nowMs : _silentSinceMs;
                _online = false;
                _reportMs = long.MaxValue;
                break;
            case TrialEventKind.Reported: TakeReported(reported!, nowMs); break;
            case TrialEventKind.ReportWanted:
                _record.ReportHeard = false;
                ScheduleReport(nowMs);
                break;
            default: break;
        }

        Tick(nowMs);
        TrialEffect[] effects = new TrialEffect[_effects.Count];
        for (int i = 0; i < effects.Length; i++)
        {
            effects[i] = (TrialEffect)_effects[i]!;
        }

        return effects;
    }

    private void BecomeRunning(long nowMs)
    {
        if (OnTrial && !ProbesOld && !_healthy && _healthyMs == long.MaxValue)
        {
            _healthyMs = nowMs + _options.HealthyAfterMs;
        }
    }

    private void TakeFault(string text)
    {
        _healthyMs = long.MaxValue;
        if (!OnTrial || ProbesOld)
        {
            return;
        }

        _healthy = false;
        _record.Faults++;
        _record.Fault = Utf8.Cut(text, Limits.ReasonLength);
        if (_record.Faults >= Limits.TrialAttempts)
        {
            BootSlots.Condemn(_record, ErrorCodes.CrashLoop, _record.Fault);
        }

        PersistAndReboot();
    }

    private void GoOnline(long nowMs)
    {
        _online = true;
        if (ProbesOld)
        {
            BootSlots.Condemn(_record, ErrorCodes.HubUnreachable, "The new program did not reach the hub, the one before it did.");
            _effects.Add(TrialEffect.Persist);
        }

        ScheduleReport(nowMs);
    }

    private void TakeReported(Reported reported, long nowMs)
    {
        if (_record.Report == null || reported.Session != _record.Report.Session || reported.State != _record.Report.State)
        {
            return;
        }

        if (reported.State == OtaStates.Applying)
        {
            if (OnTrial && _healthy)
            {
                BootSlots.Confirm(_record);
                _effects.Add(TrialEffect.Persist);
                ScheduleReport(nowMs);
            }
        }
        else if (!_record.ReportHeard)
        {
            _record.ReportHeard = true;
            _reportMs = long.MaxValue;
            _effects.Add(TrialEffect.Persist);
        }
    }

    private void Tick(long nowMs)
    {
        if (nowMs >= _healthyMs)
        {
            _healthyMs = long.MaxValue;
            _healthy = true;
            ScheduleReport(nowMs);
        }

        if (nowMs >= PatienceEndMs)
        {
            _record.Probe = ProbesOld ? "done" : "old";
            _record.Attempts = 0;
            PersistAndReboot();
        }

        if (nowMs >= _reportMs)
        {
            _reportMs = long.MaxValue;
            if (ReportDue)
            {
                _effects.Add(TrialEffect.SendReport);
                _reportMs = nowMs + _options.ReportRetryMs;
            }
        }
    }

    private void ScheduleReport(long nowMs)
    {
        if (ReportDue)
        {
            _reportMs = nowMs;
        }
    }

    private void PersistAndReboot()
    {
        _reportMs = long.MaxValue;
        _effects.Add(TrialEffect.Persist);
        _effects.Add(TrialEffect.Reboot);
    }
}

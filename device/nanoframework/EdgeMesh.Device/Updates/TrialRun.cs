using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Boot;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Updates;

/// <summary>Feeds the trial and carries its effects to storage, hub and reset line.</summary>
internal sealed class TrialRun
{
    private readonly Board _board;
    private readonly BootStore _boot;
    private readonly HubConnection _hub;
    private readonly Trial _trial;

    internal TrialRun(Board board, BootStore boot, HubConnection hub, TrialOptions options)
    {
        _board = board;
        _boot = boot;
        _hub = hub;
        _trial = new Trial(boot.Record, options, board.Clock.NowMs);
    }

    /// <summary>When it wants to be polled, in milliseconds.</summary>
    internal long DueMs => _trial.DueMs;

    /// <summary>Tells the trial the time, where it asked for that.</summary>
    internal void Poll(long nowMs)
    {
        if (nowMs >= _trial.DueMs)
        {
            Take(TrialEventKind.Tick);
        }
    }

    /// <summary>Takes the hub's answer to a report.</summary>
    internal void Take(HubMessage message)
    {
        Reported reported = Codec.ReadReported(message.Body!);
        if (message.Body!.Problem.Length > 0)
        {
            _hub.Refusals.Add(ErrorCodes.MessageInvalid, "The answer to a report is malformed: " + message.Body.Problem + ".");
            return;
        }

        Take(TrialEventKind.Reported, "", reported);
    }

    /// <summary>Takes an event.</summary>
    internal void Take(TrialEventKind kind, string text = "", Reported? reported = null)
    {
        string before = _boot.Record.Report == null ? "" : _boot.Record.Report.State;
        TrialEffect[] effects = _trial.Step(kind, _board.Clock.NowMs, text, reported);
        Report? report = _boot.Record.Report;
        if (report != null && report.State != before)
        {
            string cause = report.Code.Length == 0 ? "." : " (" + report.Code + "): " + report.Reason;
            _board.Log.Write(LogLevel.Info, report.Id + " " + report.Version + " is " + report.State + cause);
        }

        for (int i = 0; i < effects.Length; i++)
        {
            CarryOut(effects[i]);
        }
    }

    private void CarryOut(TrialEffect effect)
    {
        if (effect == TrialEffect.Persist)
        {
            _boot.TrySave();
        }
        else if (effect == TrialEffect.Reboot)
        {
            _board.Power.Reboot();
        }
        else if (!_boot.Unsaved || _boot.TrySave() == null)
        {
            // The hub hears of nothing that the next boot would not know.
            _hub.Send(TopicKind.OtaReport, Codec.Write(_boot.Record.Report!));
        }
    }
}

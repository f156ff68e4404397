using System;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Ota;

/// <summary>One update under way: feeds the pure sender what happens, in order, and carries out what it asks for.</summary>
internal sealed class OtaUpdate : IDisposable
{
    private const long ProgressEveryMs = 250;

    // What may wait at most: far more than a device's window brings, and a bound for one that floods.
    private const int MailboxMessages = 10_000;

    private readonly OtaRow _row;
    private readonly Transfer _transfer;
    private readonly OtaOutbox _outbox;
    private readonly OtaParts _parts;
    private readonly Channel<(SenderEvent Event, Reported? Answer)> _mailbox =
        Channel.CreateBounded<(SenderEvent, Reported?)>(new BoundedChannelOptions(MailboxMessages) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ITimer _timer;
    private OtaSender _sender;
    private (string State, string Code, string Reason) _kept;
    private long _updated;
    private long _shownMs = -ProgressEveryMs;

    internal OtaUpdate(OtaRow row, Transfer transfer, string imagePath, OtaParts parts)
    {
        _row = row;
        _transfer = transfer;
        _outbox = new OtaOutbox(row, transfer, imagePath, parts);
        _parts = parts;
        _updated = row.Updated;
        _kept = (row.State, row.Code, row.Reason);
        _sender = NewSender();
        _timer = parts.Time.CreateTimer(_ => Post(SenderEvent.Tick()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal OtaRow Row => _row;

    /// <summary>Done when the update has ended or the hub stops.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    internal OtaView View
    {
        get
        {
            OtaSender s = _sender;
            long bytes = s.State == OtaStates.Verifying ? s.CheckedBytes : Math.Min(s.Next * _transfer.ChunkBytes, _transfer.Manifest.Size);
            int percent = (int)(Math.Min(s.Next * _transfer.ChunkBytes, _transfer.Manifest.Size) * 100 / _transfer.Manifest.Size);
            return new OtaView(
                _row.Session, _row.Device, $"{_row.FirmwareId}@{_row.FirmwareVersion}", s.State, percent, bytes, _transfer.Manifest.Size, s.Waiting,
                s.Code, s.Reason, _row.Created, _updated);
        }
    }

    private long NowMs => (long)_parts.Time.GetElapsedTime(0, _parts.Time.GetTimestamp()).TotalMilliseconds;

    public void Dispose()
    {
        _timer.Dispose();
        _outbox.Dispose();
    }

    internal void Post(SenderEvent e, Reported? answer = null) => _mailbox.Writer.TryWrite((e, answer));

    /// <summary>Begins to run; <paramref name="onEnd"/> is called when the update has ended.</summary>
    internal void Begin(bool online, Action onEnd, CancellationToken cancellation)
    {
        if (online)
        {
            // The event shows the update, which so never seems to wait for a device that is there.
            Post(SenderEvent.Online());
        }
        else
        {
            Show(stateChanged: true);
        }

        Ended = Task.Run(() => RunToEndAsync(onEnd, cancellation), CancellationToken.None);
    }

    private async Task RunToEndAsync(Action onEnd, CancellationToken cancellation)
    {
        try
        {
            while (!await TryRunAsync(cancellation).ConfigureAwait(false))
            {
                // Such as a disk that is full: the update goes on from what is stored, once there is room again.
                await Task.Delay(_parts.Options.RecoveryPause, _parts.Time, cancellation).ConfigureAwait(false);
                _sender = NewSender();
                if (_parts.Gateway.IsOnline(_row.Device))
                {
                    Post(SenderEvent.Online());
                }
            }

            onEnd();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The hub stops; the update is taken up when it is back.
        }
        finally
        {
            Dispose();
        }
    }

    private async Task<bool> TryRunAsync(CancellationToken cancellation)
    {
        try
        {
            await RunAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _parts.Log.LogError(failure, "Update {Session} of {Device} failed at the hub; it is taken up again in {Pause}", _row.Session, _row.Device, _parts.Options.RecoveryPause);
            return false;
        }
    }

    private OtaSender NewSender()
    {
        long age = Math.Max(0, _parts.Time.GetUtcNow().ToUnixTimeSeconds() - _row.Created);
        return new OtaSender(_parts.Options.ToSenderOptions(), _transfer.Manifest, _transfer.ChunkBytes, _kept.State, NowMs - (age * 1000), _parts.Rate);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (!OtaStates.IsFinal(_sender.State))
        {
            (SenderEvent e, Reported? answer) = await _mailbox.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            await CarryOutAsync(_sender.Step(e, NowMs), cancellation).ConfigureAwait(false);
            if (answer is not null)
            {
                // The outcome is stored by now: the device may forget it.
                await _parts.Gateway.SendAsync(_row.Device, TopicKind.Reported, Codec.Write(answer), cancellation).ConfigureAwait(false);
            }

            ShowProgress();
            SetTimer();
        }
    }

    private async Task CarryOutAsync(SenderEffect[] effects, CancellationToken cancellation)
    {
        foreach (SenderEffect effect in effects)
        {
            switch (effect.Kind)
            {
                case SenderEffectKind.SendOffer:
                    await _outbox.OfferAsync(cancellation).ConfigureAwait(false);
                    break;
                case SenderEffectKind.SendChunk:
                    if (!await TrySendChunkAsync(effect.Sequence, cancellation).ConfigureAwait(false))
                    {
                        return;
                    }

                    break;
                case SenderEffectKind.SendComplete:
                    await _outbox.CompleteAsync(cancellation).ConfigureAwait(false);
                    break;
                case SenderEffectKind.SendAbort:
                    await _outbox.AbortAsync(_sender.Code, _sender.Reason, cancellation).ConfigureAwait(false);
                    break;
                default:
                    Keep();
                    break;
            }
        }
    }

    private async Task<bool> TrySendChunkAsync(long sequence, CancellationToken cancellation)
    {
        try
        {
            await _outbox.ChunkAsync(sequence, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _parts.Log.LogError(failure, "Cannot read the image of update {Session}", _row.Session);
            Post(SenderEvent.Cancel(ErrorCodes.FirmwareDamaged, "The hub cannot read the image; remove the firmware and add it again."));
            return false;
        }
    }

    private void Keep()
    {
        (string State, string Code, string Reason) stands = (_sender.State, _sender.Code, _sender.Reason);
        if (stands != _kept)
        {
            _updated = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
            _parts.Store.Update(_row.Session, stands.State, stands.Code, stands.Reason, _updated);
            _kept = stands;
        }

        Show(stateChanged: true);
    }

    private void ShowProgress()
    {
        if (NowMs - _shownMs >= ProgressEveryMs)
        {
            Show(stateChanged: false);
        }
    }

    private void Show(bool stateChanged)
    {
        _shownMs = NowMs;
        _parts.Events.Publish(new OtaProgress(View, stateChanged));
    }

    private void SetTimer()
    {
        long due = _sender.DueMs;
        TimeSpan wait = due == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Clamp(due - NowMs, 1, int.MaxValue));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}

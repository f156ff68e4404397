using System;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.Hub.Ota;

/// <summary>One update under way: feeds the pure sender what happens, in order, and carries out what it asks for.</summary>
internal sealed class OtaUpdate : IDisposable
{
    private const long ProgressEveryMs = 250;

    // What may wait at most: far more than a device's window brings, and a bound for one that floods.
    private const int MailboxMessages = 10_000;

    private readonly OtaRow _row;
    private readonly Transfer _transfer;
    private readonly string _imagePath;
    private readonly OtaParts _parts;
    private readonly Channel<(SenderEvent Event, Reported? Answer)> _mailbox =
        Channel.CreateBounded<(SenderEvent, Reported?)>(new BoundedChannelOptions(MailboxMessages) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly ITimer _timer;
    private OtaSender _sender;
    private SafeFileHandle? _image;
    private (string State, string Code, string Reason) _kept;
    private long _updated;
    private long _shownMs = -ProgressEveryMs;

    internal OtaUpdate(OtaRow row, Transfer transfer, string imagePath, OtaParts parts)
    {
        _row = row;
        _transfer = transfer;
        _imagePath = imagePath;
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
        _image?.Dispose();
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
                    Offer offer = new()
                    {
                        Session = _row.Session, Manifest = _row.Manifest, ChunkBytes = _row.ChunkBytes, Window = _parts.Options.Window, Encoding = _row.Encoding,
                        Signature = _row.Signature, Publisher = _row.Publisher, Keys = SignedManifest.KeysOf(_row.Keys) ?? [],
                    };
                    await SendAsync(TopicKind.OtaOffer, Codec.Write(offer), cancellation).ConfigureAwait(false);
                    break;
                case SenderEffectKind.SendChunk:
                    if (!await TrySendChunkAsync(effect.Sequence, cancellation).ConfigureAwait(false))
                    {
                        return;
                    }

                    break;
                case SenderEffectKind.SendComplete:
                    await SendAsync(TopicKind.OtaComplete, Codec.Write(new Complete { Session = _row.Session }), cancellation).ConfigureAwait(false);
                    break;
                case SenderEffectKind.SendAbort:
                    Abort abort = new() { Session = _row.Session, Code = _sender.Code, Reason = _sender.Reason };
                    await SendAsync(TopicKind.OtaAbortDown, Codec.Write(abort), cancellation).ConfigureAwait(false);
                    break;
                default:
                    Keep();
                    break;
            }
        }
    }

    private Task<bool> SendAsync(TopicKind kind, Protocol.Json.JsonWriter body, CancellationToken cancellation) =>
        _parts.Gateway.SendAsync(_row.Device, kind, body, cancellation);

    private async Task<bool> TrySendChunkAsync(long sequence, CancellationToken cancellation)
    {
        try
        {
            await SendChunkAsync(sequence, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _parts.Log.LogError(failure, "Cannot read the image of update {Session}", _row.Session);
            Post(SenderEvent.Cancel(ErrorCodes.FirmwareDamaged, "The hub cannot read the image; remove the firmware and add it again."));
            return false;
        }
    }

    private async Task SendChunkAsync(long sequence, CancellationToken cancellation)
    {
        _image ??= File.OpenHandle(_imagePath);
        int length = _transfer.LengthOf(sequence);
        byte[] frame = new byte[ChunkFrame.Overhead + length];
        Memory<byte> data = frame.AsMemory(ChunkFrame.Overhead);
        // On Linux the asynchronous read is this one on another thread: the change of threads costs more than the chunk in the page cache.
        if (RandomAccess.Read(_image, data.Span, sequence * _transfer.ChunkBytes) != length)
        {
            throw new EndOfStreamException($"{_imagePath} ends before chunk {sequence}.");
        }

        if (_row.Encoding == ChunkEncodings.Base64)
        {
            Chunk chunk = new() { Session = _row.Session, Sequence = sequence, Data = Convert.ToBase64String(data.Span) };
            await SendAsync(TopicKind.OtaChunk, Codec.Write(chunk), cancellation).ConfigureAwait(false);
        }
        else
        {
            await _parts.Gateway.SendChunkAsync(_row.Device, _row.Session, sequence, frame, cancellation).ConfigureAwait(false);
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

/// <summary>What every update needs of the hub.</summary>
internal sealed record OtaParts(DeviceGateway Gateway, OtaStore Store, HubEvents Events, OtaOptions Options, TimeProvider Time, ILogger Log)
{
    /// <summary>The limit that all updates share; null for none.</summary>
    internal ByteRate? Rate { get; } = Options.BytesPerSecond > 0 ? new ByteRate(Options.BytesPerSecond) : null;
}

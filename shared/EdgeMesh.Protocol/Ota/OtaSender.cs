using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Ota;

/// <summary>The hub's side of one update, from the offer to the device's last report.</summary>
/// <remarks>
/// Pure: an event and the time go in, effects come out. Deadlines run only while the device is online. How far the transfer came is
/// the device's to say (its ACCEPT answers every OFFER), so nothing but the state needs to outlive the hub.
/// </remarks>
public sealed partial class OtaSender
{
    private readonly SenderOptions _options;
    private readonly Manifest _manifest;
    private readonly SendWindow _flights;
    private readonly Pace _pace;
    private readonly int _chunkBytes;
    private readonly long _endMs;
    private ArrayList _effects = new ArrayList();
    private bool _online;
    private bool _agreed;
    private int _retries;
    private long _deadlineMs = long.MaxValue;
    private long _checked;
    private bool _paced;
    private long _signature;

    /// <summary>A new update, or one taken up after a restart of the hub.</summary>
    /// <param name="options">How patient it is.</param>
    /// <param name="manifest">The image.</param>
    /// <param name="chunkBytes">Bytes in every chunk but the last.</param>
    /// <param name="state">One of <see cref="OtaStates"/>: where it was; <see cref="OtaStates.Offered"/> for a new one.</param>
    /// <param name="beganMs">When it began, by the clock of <see cref="Step"/>.</param>
    /// <param name="rate">The limit that it shares with other updates; null for none.</param>
    public OtaSender(SenderOptions options, Manifest manifest, int chunkBytes, string state, long beganMs, ByteRate? rate = null)
    {
        _options = options;
        _manifest = manifest;
        ChunkCount = ((manifest.Size - 1) / chunkBytes) + 1;
        _flights = new SendWindow(ChunkCount);
        _pace = new Pace(options.BytesPerSecond > 0 ? new ByteRate(options.BytesPerSecond) : null, rate);
        _chunkBytes = chunkBytes;
        _endMs = beganMs + options.LimitMs;
        State = state;
    }

    /// <summary>One of <see cref="OtaStates"/>.</summary>
    public string State { get; private set; }

    /// <summary>Why it was rejected, failed or rolled back: one of <see cref="ErrorCodes"/>; empty otherwise.</summary>
    public string Code { get; private set; } = "";

    /// <summary>The cause as a sentence.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>What the update waits for, as a sentence; empty where it goes on.</summary>
    public string Waiting => OtaStates.IsFinal(State) || _online ? ""
        : Delivered ? "The device restarts with the new program; its report is awaited."
        : "The device is offline; the update goes on when it is back.";

    /// <summary>How many chunks the image has.</summary>
    public long ChunkCount { get; }

    /// <summary>The first chunk that the device lacks, as far as the hub knows.</summary>
    public long Next => Delivered ? ChunkCount : _flights.Next;

    /// <summary>Chunks that may fly at once now.</summary>
    public int Window => _flights.Window;

    /// <summary>Bytes that the device has verified so far.</summary>
    public long CheckedBytes => Delivered ? _manifest.Size : _checked;

    private bool Delivered => State == OtaStates.Complete || State == OtaStates.Applying || State == OtaStates.Confirmed
        || State == OtaStates.RolledBack;

    private bool Sending => _online && _agreed && State == OtaStates.Transferring;

    /// <summary>Takes an event.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="nowMs">Milliseconds of any monotonic clock.</param>
    /// <returns>What to do about it, in this order.</returns>
    public SenderEffect[] Step(SenderEvent e, long nowMs)
    {
        _effects = new ArrayList();
        if (!OtaStates.IsFinal(State))
        {
            Take(e, nowMs);
            if (Sending)
            {
                SendChunks(nowMs);
            }
        }

        SenderEffect[] effects = new SenderEffect[_effects.Count];
        _effects.CopyTo(effects);
        return effects;
    }

    private void Do(SenderEffectKind kind, long sequence = 0) => _effects.Add(new SenderEffect(kind, sequence));

    private void Take(SenderEvent e, long nowMs)
    {
        switch (e.Kind)
        {
            case SenderEventKind.Online:
                _online = true;
                _retries = 0;
                SendOffer(nowMs);
                Do(SenderEffectKind.Changed);
                break;
            case SenderEventKind.Offline:
                _online = false;
                _agreed = false;
                _deadlineMs = long.MaxValue;
                Do(SenderEffectKind.Changed);
                break;
            case SenderEventKind.Accepted: TakeAccept(e.Number, e.Window, nowMs); break;
            case SenderEventKind.Rejected:
                if (!Delivered)
                {
                    Become(OtaStates.Rejected, e.Text, e.Reason);
                }

                break;
            case SenderEventKind.Acknowledged: TakeAck(e.Number, e.Bitmap, nowMs); break;
            case SenderEventKind.SignatureChecked: TakeSignature(e.Number, nowMs); break;
            case SenderEventKind.Verified: TakeVerify(e.Number, e.Text, nowMs); break;
            case SenderEventKind.Aborted: TakeAbort(e.Text, e.Reason, nowMs); break;
            case SenderEventKind.Reported: TakeReport(e); break;
            case SenderEventKind.Cancel: Fail(e.Text, e.Reason); break;
            default: Tick(nowMs); break;
        }
    }

    private void SendOffer(long nowMs)
    {
        _agreed = false;
        _signature = 0;
        _deadlineMs = Delivered ? long.MaxValue : nowMs + _options.OfferTimeoutMs;
        Do(SenderEffectKind.SendOffer);
    }

    private void TakeAccept(long next, int window, long nowMs)
    {
        // An ACCEPT that later acknowledgements have overtaken says nothing new, and must not throw the transfer back.
        bool overtaken = _agreed && State == OtaStates.Transferring && next <= _flights.Next;
        if (next > ChunkCount || !_online || overtaken)
        {
            return;
        }

        // A device that lost what it had after COMPLETE says so here, and is served again.
        _flights.Restart(next, window);
        _agreed = true;
        _checked = 0;
        if (next < ChunkCount)
        {
            _deadlineMs = nowMs + _options.ChunkAckTimeoutMs;
            Become(OtaStates.Transferring);
        }
        else if (!Delivered)
        {
            BeginVerify(nowMs);
        }
    }

    private void TakeAck(long next, ulong bitmap, long nowMs)
    {
        if (!Sending || !_flights.Acknowledge(next, bitmap, nowMs))
        {
            return;
        }

        _retries = 0;
        _deadlineMs = nowMs + _options.ChunkAckTimeoutMs;
        if (_flights.Next == ChunkCount)
        {
            BeginVerify(nowMs);
        }
    }

    // Before its ACCEPT a device checks the publisher's signature, which takes a slow one a while.
    private void TakeSignature(long percent, long nowMs)
    {
        if (_online && !_agreed && !Delivered && percent > _signature)
        {
            _signature = percent;
            _retries = 0;
            _deadlineMs = nowMs + _options.OfferTimeoutMs;
        }
    }

    private void BeginVerify(long nowMs)
    {
        _deadlineMs = nowMs + _options.VerifyTimeoutMs;
        Become(OtaStates.Verifying);
    }

    private void TakeVerify(long bytes, string sha256, long nowMs)
    {
        if (sha256.Length > 0)
        {
            if (sha256 != _manifest.Sha256)
            {
                Fail(ErrorCodes.HashMismatch, "The device's image has the SHA-256 " + sha256 + ", the manifest says " + _manifest.Sha256 + ".");
                return;
            }

            _deadlineMs = long.MaxValue;
            if (!Delivered)
            {
                Become(OtaStates.Complete);
            }

            Do(SenderEffectKind.SendComplete);
        }
        else if (!Delivered && bytes > _checked)
        {
            _checked = bytes;
            _retries = 0;
            _deadlineMs = nowMs + _options.VerifyTimeoutMs;
            Become(OtaStates.Verifying);
        }
    }

    private void TakeAbort(string code, string reason, long nowMs)
    {
        if (code == ErrorCodes.StaleSession)
        {
            // After the delivery a late chunk or COMPLETE is stale by right, and says nothing of the image.
            if (!Delivered)
            {
                Retry(code, reason, nowMs);
            }
        }
        else
        {
            Become(OtaStates.Failed, code, reason);
        }
    }

    private void TakeReport(SenderEvent e)
    {
        if (e.Text == OtaStates.Applying || e.Text == OtaStates.Confirmed || e.Text == OtaStates.RolledBack)
        {
            _deadlineMs = long.MaxValue;
            Become(e.Text, e.Code, e.Reason);
        }
    }

    private void Fail(string code, string reason)
    {
        Become(OtaStates.Failed, code, reason);
        Do(SenderEffectKind.SendAbort);
    }

    private void Become(string state, string code = "", string reason = "")
    {
        if (state != State || code != Code || reason != Reason)
        {
            State = state;
            Code = code;
            Reason = reason;
            Do(SenderEffectKind.Changed);
        }
    }
}

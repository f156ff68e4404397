using System;
using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Ota;

/// <summary>The device's side of a delivery: takes an offer, collects chunks, verifies, and asks for the image to be applied.</summary>
/// <remarks>
/// Pure: an event and the time go in, effects come out. Rules it keeps: nothing is written before the offer is judged and recorded;
/// what ACCEPT and VERIFY say is there is flushed, while an acknowledgement only moves the window, and what it names is flushed
/// <see cref="FlushDelayMs"/> later; the slot's file is only appended to; no image is applied whose hash is not the manifest's, or without
/// the hub's COMPLETE; nothing is sent while offline, since the offer that follows asks for all of it. What must be signed is not begun
/// before its signature was found right. It does not touch boot records, run programs, or do the arithmetic of signatures.
/// </remarks>
public sealed partial class OtaReceiver
{
    /// <summary>Longest that a chunk goes unacknowledged, in milliseconds.</summary>
    public const long AckDelayMs = 100;

    /// <summary>
    /// How long a chunk may lie in the slot unflushed while others are acknowledged, in milliseconds: what a power cut costs. A flush costs a flash
    /// some tens of milliseconds and an erased block, so there is not one for every acknowledgement.
    /// </summary>
    public const long FlushDelayMs = 1000;

    /// <summary>How often a full window is acknowledged.</summary>
    public const int AcksPerWindow = 4;

    /// <summary>First wait before the device repeats where it is, in milliseconds; it doubles while nothing comes.</summary>
    public const long NudgeMs = 2000;

    /// <summary>Longest wait before it repeats where it is, in milliseconds.</summary>
    public const long NudgeMaxMs = 30000;

    private readonly ReceiverProfile _profile;
    private ArrayList _effects = new ArrayList();
    private State _state = State.Idle;
    private Transfer _transfer = new Transfer();
    private long _next;
    private ulong _held;
    private long _flushedNext;
    private long _flushDueMs;
    private int _window = 1;
    private int _unacknowledged;
    private long _ackDueMs;
    private bool _restored;
    private bool _online;
    private string _sha256 = "";
    private long _staleSession;
    private long _nudgeMs = NudgeMs;

    /// <summary>A receiver with nothing under way.</summary>
    public OtaReceiver(ReceiverProfile profile) => _profile = profile;

    private enum State
    {
        Idle,
        Receiving,
        Verifying,
        Verified,
        Applied,
    }

    /// <summary>When it wants a <see cref="ReceiverEventKind.Tick"/>, in milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long DueMs { get; private set; } = long.MaxValue;

    /// <summary>Whether a transfer is under way.</summary>
    public bool Busy => _state != State.Idle;

    /// <summary>The first chunk that is still missing.</summary>
    public long Next => _next;

    /// <summary>Takes an event.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="nowMs">Milliseconds of any monotonic clock.</param>
    /// <returns>What to do about it, in this order.</returns>
    public ReceiverEffect[] Step(ReceiverEvent e, long nowMs)
    {
        _effects = new ArrayList();
        switch (e.Kind)
        {
            case ReceiverEventKind.Restored: Restore(e.Transfer!, e.Length); break;
            case ReceiverEventKind.Online: GoOnline(nowMs); break;
            case ReceiverEventKind.Offline: GoOffline(); break;
            case ReceiverEventKind.Offered: TakeOffer(e.Offer!, nowMs); break;
            case ReceiverEventKind.ChunkArrived: TakeChunk(e, nowMs); break;
            case ReceiverEventKind.SignatureChecked: TakeCheck(e, nowMs); break;
            case ReceiverEventKind.Hashed: TakeHash(e.Length, e.Text, nowMs); break;
            case ReceiverEventKind.Completed: TakeComplete(e.Session); break;
            case ReceiverEventKind.Aborted: TakeAbort(e.Session); break;
            case ReceiverEventKind.StorageFailed: FailStorage(e.Text); break;
            default: Tick(nowMs); break;
        }

        ReceiverEffect[] effects = new ReceiverEffect[_effects.Count];
        _effects.CopyTo(effects);
        return effects;
    }

    private void Do(ReceiverEffectKind kind, object? message = null, long number = 0) =>
        _effects.Add(new ReceiverEffect(kind, message, number));

    private void Send(object message)
    {
        if (_online)
        {
            Do(ReceiverEffectKind.Send, message);
        }
    }

    private void Restore(Transfer transfer, long storedBytes)
    {
        _transfer = transfer;
        _restored = true;
        _next = storedBytes >= transfer.Manifest.Size ? transfer.ChunkCount : storedBytes / transfer.ChunkBytes;
        // A reset leaves what was written and not flushed in sight of the next boot, but not of the one after it.
        _flushedNext = 0;
        _state = State.Receiving;
        long whole = Math.Min(_next * transfer.ChunkBytes, transfer.Manifest.Size);
        if (whole != storedBytes)
        {
            Do(ReceiverEffectKind.Trim, null, whole);
        }

        VerifyIfWhole();
    }

    private void GoOnline(long nowMs)
    {
        _online = true;
        if (_state == State.Verified)
        {
            DueMs = nowMs;
        }
    }

    private void GoOffline()
    {
        _online = false;
        DueMs = long.MaxValue;
        FlushWhatIsNew();
    }

    private void TakeHash(long bytes, string sha256, long nowMs)
    {
        if (_state != State.Verifying)
        {
            return;
        }

        if (sha256.Length == 0)
        {
            Send(new Verify { Session = _transfer.Session, Checked = bytes });
        }
        else if (sha256 == _transfer.Manifest.Sha256)
        {
            _state = State.Verified;
            _sha256 = sha256;
            _nudgeMs = NudgeMs;
            if (_online)
            {
                SendVerified(nowMs);
            }
        }
        else if (_restored)
        {
            // What an earlier boot left in the slot was not what the hub sent: fetch it once more, from the start.
            Begin(_transfer);
            SendAccept(nowMs);
        }
        else
        {
            Fail(ErrorCodes.HashMismatch, "The received image's SHA-256 is " + sha256 + ", the manifest's " + _transfer.Manifest.Sha256 + ".");
        }
    }

    private void SendVerified(long nowMs)
    {
        Send(new Verify { Session = _transfer.Session, Checked = _transfer.Manifest.Size, Sha256 = _sha256 });
        DueMs = nowMs + _nudgeMs;
        _nudgeMs = Math.Min(_nudgeMs * 2, NudgeMaxMs);
    }

    private void TakeComplete(long session)
    {
        if (_state == State.Verified && session == _transfer.Session)
        {
            _state = State.Applied;
            DueMs = long.MaxValue;
            Do(ReceiverEffectKind.Apply, _transfer);
        }
        else if (_state != State.Applied)
        {
            Refuse(ErrorCodes.StaleSession, "COMPLETE for session " + session.ToString() + ", of which no verified image is here.");
        }
    }

    private void TakeAbort(long session)
    {
        DropCheckOf(session);
        if (Busy && _state != State.Applied && session == _transfer.Session)
        {
            End();
        }
    }

    private void FailStorage(string code)
    {
        if (Busy)
        {
            Fail(code, code == ErrorCodes.StorageFull
                ? "The slot's storage is full; remove files from the device or make the image smaller."
                : "The slot's storage failed; try again, and replace the device if it stays so.");
        }
    }

    private void Fail(string code, string reason)
    {
        Send(new Abort { Session = _transfer.Session, Code = code, Reason = reason });
        End();
    }

    private void End()
    {
        _state = State.Idle;
        _held = 0;
        DueMs = long.MaxValue;
        Do(ReceiverEffectKind.Discard);
    }

    private void Tick(long nowMs)
    {
        if (nowMs < DueMs || !_online)
        {
            return;
        }

        DueMs = long.MaxValue;
        if (_state == State.Verified)
        {
            SendVerified(nowMs);
        }
        else if (_state == State.Receiving)
        {
            if (_unacknowledged == 0)
            {
                _nudgeMs = Math.Min(_nudgeMs * 2, NudgeMaxMs);
            }

            SendAck(nowMs);
            DueMs = nowMs + _nudgeMs;
        }
    }
}

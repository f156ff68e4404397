using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Ota;

/// <content>Chunks: where each goes, and when it is acknowledged.</content>
public sealed partial class OtaReceiver
{
    private void TakeChunk(ReceiverEvent e, long nowMs)
    {
        if (_state == State.Idle || e.Session != _transfer.Session)
        {
            RefuseStale(e.Session);
            return;
        }

        if (e.Sequence >= _transfer.ChunkCount)
        {
            Refuse(ErrorCodes.ChunkOutOfRange, "Chunk " + e.Sequence.ToString() + " lies outside the image of " + _transfer.ChunkCount.ToString() + ".");
            return;
        }

        if (e.Length != _transfer.LengthOf(e.Sequence))
        {
            Refuse(
                ErrorCodes.ChunkLengthWrong, "Chunk " + e.Sequence.ToString() + " has " + e.Length.ToString() + " bytes instead of "
                + _transfer.LengthOf(e.Sequence).ToString() + ".");
            return;
        }

        if (_state != State.Receiving || e.Sequence >= _next + _window)
        {
            return;
        }

        RestartNudges(nowMs);
        if (e.Sequence == _next)
        {
            bool filledHole = _held != 0;
            if (_next == _flushedNext)
            {
                _flushDueMs = nowMs + FlushDelayMs;
            }

            Do(ReceiverEffectKind.Append);
            Advance();
            Acknowledge(filledHole || _next == _transfer.ChunkCount, nowMs);
            VerifyIfWhole();
            return;
        }

        ulong bit = e.Sequence > _next ? 1UL << (int)(e.Sequence - _next - 1) : 0;
        bool repeated = bit == 0 || (_held & bit) != 0;
        bool firstGap = _held == 0;
        if (!repeated)
        {
            _held |= bit;
            Do(ReceiverEffectKind.Hold, null, e.Sequence);
        }

        Acknowledge(repeated || firstGap, nowMs);
    }

    private void Advance()
    {
        bool more;
        do
        {
            more = (_held & 1) != 0;
            _held >>= 1;
            _next++;
            if (more)
            {
                Do(ReceiverEffectKind.AppendHeld, null, _next);
            }
        }
        while (more);
    }

    private void Acknowledge(bool atOnce, long nowMs)
    {
        _unacknowledged++;
        if (_unacknowledged == 1)
        {
            _ackDueMs = nowMs + AckDelayMs;
        }

        if (atOnce || _unacknowledged >= Math.Max(1, _window / AcksPerWindow))
        {
            SendAck(nowMs);
        }
        else if (_online)
        {
            DueMs = Math.Min(DueMs, _ackDueMs);
        }
    }

    private void SendAck(long nowMs)
    {
        if (nowMs >= _flushDueMs || !_online)
        {
            FlushWhatIsNew();
        }

        _unacknowledged = 0;
        byte[] bitmap = new byte[8];
        Bytes.PutUInt32(bitmap, 0, (long)(_held >> 32));
        Bytes.PutUInt32(bitmap, 4, (long)(_held & 0xffffffff));
        Send(new ChunkAck { Session = _transfer.Session, Next = _next, Bitmap = Hex.Encode(bitmap) });
    }

    private void FlushWhatIsNew()
    {
        if (_next != _flushedNext)
        {
            _flushedNext = _next;
            Do(ReceiverEffectKind.Flush);
        }
    }

    private void VerifyIfWhole()
    {
        if (_next == _transfer.ChunkCount)
        {
            FlushWhatIsNew();
            _state = State.Verifying;
            DueMs = long.MaxValue;
            Do(ReceiverEffectKind.Hash);
        }
    }

    private void RestartNudges(long nowMs)
    {
        _nudgeMs = NudgeMs;
        DueMs = _online && _state == State.Receiving ? nowMs + _nudgeMs : long.MaxValue;
    }

    private void RefuseStale(long session)
    {
        string reason = "Session " + session.ToString() + " is not under way here; the hub must offer again.";
        Refuse(ErrorCodes.StaleSession, reason);
        if (_online && session != _staleSession)
        {
            _staleSession = session;
            Send(new Abort { Session = session, Code = ErrorCodes.StaleSession, Reason = reason });
        }
    }

    private void Refuse(string code, string reason) =>
        Do(ReceiverEffectKind.Refuse, new Reject { Session = _transfer.Session, Code = code, Reason = reason });
}

using System;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Ota;

/// <content>Times: when chunks may go, and when patience ends.</content>
public sealed partial class OtaSender
{
    /// <summary>When it wants a <see cref="SenderEventKind.Tick"/>, in milliseconds.</summary>
    public long DueMs
    {
        get
        {
            if (OtaStates.IsFinal(State))
            {
                return long.MaxValue;
            }

            // A message that overtook the news of the device's going may have set a deadline that does not run.
            long due = _online && !Held ? Math.Min(_deadlineMs, _endMs) : _endMs;
            due = Sending ? Math.Min(due, _flights.DueMs) : due;
            return Sending && _paced ? Math.Min(due, _pace.DueMs) : due;
        }
    }

    // A limit holds the next chunk back, and the device has acknowledged all before it: it owes nothing.
    private bool Held => _paced && Sending && _flights.Idle;

    private void SendChunks(long nowMs)
    {
        bool held = Held;
        _paced = false;
        while (_flights.Ready)
        {
            _paced = !_pace.Allows(_chunkBytes, nowMs);
            if (_paced)
            {
                return;
            }

            if (held && _flights.Idle)
            {
                _deadlineMs = nowMs + _options.ChunkAckTimeoutMs;
            }

            _pace.Spend(_chunkBytes);
            Do(SenderEffectKind.SendChunk, _flights.Take(nowMs));
        }
    }

    private void Tick(long nowMs)
    {
        if (nowMs >= _endMs)
        {
            Fail(ErrorCodes.SessionExpired, "The update was not over within its limit; start it again when the device is back.");
        }
        else if (_online && !Held && nowMs >= _deadlineMs)
        {
            TimeOut(nowMs);
        }
        else if (Sending && nowMs >= _flights.DueMs)
        {
            _flights.Expire(nowMs);
        }
    }

    private void TimeOut(long nowMs)
    {
        if (!_agreed)
        {
            Retry(ErrorCodes.OfferTimeout, "The device is online but does not answer the offer.", nowMs);
        }
        else if (State == OtaStates.Transferring)
        {
            Retry(ErrorCodes.ChunkAckTimeout, "The device is online but acknowledges no more chunks.", nowMs);
        }
        else
        {
            Retry(ErrorCodes.VerifyTimeout, "The device is online but its verification makes no progress.", nowMs);
        }
    }

    private void Retry(string code, string reason, long nowMs)
    {
        _retries++;
        if (_retries > _options.Retries)
        {
            Fail(code, reason + " Given up after " + _options.Retries.ToString() + " new offers; look at the device's log.");
        }
        else
        {
            SendOffer(nowMs);
        }
    }
}

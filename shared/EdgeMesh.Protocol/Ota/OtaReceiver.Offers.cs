using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Ota;

/// <content>Offers: taken, taken up again, or refused.</content>
public sealed partial class OtaReceiver
{
    private void TakeOffer(Offer offer, long nowMs)
    {
        if (_state == State.Applied)
        {
            return;
        }

        if (offer.Session == _profile.AppliedSession)
        {
            Do(ReceiverEffectKind.Report);
            return;
        }

        Transfer? offered = Transfer.Read(offer.Session, offer.Manifest, offer.ChunkBytes, out string problem);
        if (offered == null)
        {
            string reason = "The offer is refused: " + problem + ".";
            RejectOffer(new Reject { Session = offer.Session, Code = ErrorCodes.ManifestInvalid, Reason = reason });
            return;
        }

        Reject? refusal = OfferJudge.Judge(offered, offer.Encoding, _profile);
        if (refusal != null)
        {
            RejectOffer(refusal);
            return;
        }

        if (MustCheck(offered))
        {
            BeginCheck(offer, offered);
            return;
        }

        TakeJudged(offer, offered, nowMs);
    }

    private void TakeJudged(Offer offer, Transfer offered, long nowMs)
    {
        _window = Math.Min(offer.Window, _profile.Window);
        if (!IsUnderWay(offered))
        {
            Begin(offered);
        }
        else if (_transfer.Session != offered.Session)
        {
            _transfer = offered;
            Do(ReceiverEffectKind.Adopt, offered);
        }

        SendAccept(nowMs);
        if (_state == State.Verified)
        {
            SendVerified(nowMs);
        }
    }

    private bool IsUnderWay(Transfer offered) =>
        _state != State.Idle && _transfer.ManifestText == offered.ManifestText && _transfer.ChunkBytes == offered.ChunkBytes;

    private void RejectOffer(Reject refusal)
    {
        Send(refusal);
        if (Busy && refusal.Session == _transfer.Session)
        {
            // The hub drops a rejected session, so its chunks would never come: an image may expire half way.
            End();
        }
    }

    private void Begin(Transfer transfer)
    {
        if (_state != State.Idle)
        {
            Do(ReceiverEffectKind.Discard);
        }

        _transfer = transfer;
        _next = 0;
        _flushedNext = 0;
        _held = 0;
        _restored = false;
        _state = State.Receiving;
        Do(ReceiverEffectKind.OpenSlot, transfer);
    }

    private void SendAccept(long nowMs)
    {
        FlushWhatIsNew();
        _unacknowledged = 0;
        Send(new Accept { Session = _transfer.Session, Next = _next, Window = _window });
        RestartNudges(nowMs);
    }
}

using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Ota;

/// <content>Offers that wait for the check of their signature; a transfer under way goes on meanwhile.</content>
public sealed partial class OtaReceiver
{
    private Offer? _checkedOffer;
    private Transfer? _checkedTransfer;
    private long _signaturePercent;

    // What was found right when the transfer began need not be checked again at every new offer of it.
    private bool MustCheck(Transfer offered)
    {
        if (!TrustedKey.MustBeSigned(_profile.Trusted, offered.Manifest.Kind))
        {
            return false;
        }

        if (IsUnderWay(offered) && _transfer.Signer != null && _transfer.Signer.HoldsUnder(_profile.Trusted))
        {
            offered.Signer = _transfer.Signer;
            return false;
        }

        return true;
    }

    private void BeginCheck(Offer offer, Transfer offered)
    {
        Offer? before = _checkedOffer;
        bool goesOn = before != null && before.Manifest == offer.Manifest && before.Signature == offer.Signature && before.Publisher == offer.Publisher
            && AreSame(before.Keys, offer.Keys);
        _checkedOffer = offer;
        _checkedTransfer = offered;
        if (goesOn)
        {
            TellSignature();
        }
        else
        {
            _signaturePercent = 0;
            Do(ReceiverEffectKind.CheckSignature, offer);
        }
    }

    private void TakeCheck(ReceiverEvent e, long nowMs)
    {
        Offer? offer = _checkedOffer;
        if (offer == null)
        {
            return;
        }

        _signaturePercent = e.Length;
        if (e.Refusal != null)
        {
            _checkedOffer = null;
            RejectOffer(new Reject { Session = offer.Session, Code = e.Refusal.Code, Reason = e.Refusal.Reason });
        }
        else if (e.Signer == null)
        {
            TellSignature();
        }
        else
        {
            _checkedOffer = null;
            if (_state != State.Applied)
            {
                _checkedTransfer!.Signer = e.Signer;
                TakeJudged(offer, _checkedTransfer, nowMs);
            }
        }
    }

    private void TellSignature()
    {
        if (_signaturePercent > 0)
        {
            Send(new Verify { Session = _checkedOffer!.Session, Signature = (int)_signaturePercent });
        }
    }

    private void DropCheckOf(long session)
    {
        if (_checkedOffer != null && _checkedOffer.Session == session)
        {
            _checkedOffer = null;
        }
    }

    private static bool AreSame(string[] a, string[] b)
    {
        bool same = a.Length == b.Length;
        for (int i = 0; same && i < a.Length; i++)
        {
            same = a[i] == b[i];
        }

        return same;
    }
}

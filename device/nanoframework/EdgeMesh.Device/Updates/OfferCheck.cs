using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Device.Updates;

/// <summary>Checks an offer's signature a slice at a time, so that everything else goes on meanwhile.</summary>
internal sealed class OfferCheck
{
    /// <summary>Field multiplications of one slice: some 150 ms on an ESP32's interpreter.</summary>
    internal const int Slice = 40;

    private readonly SignatureCheck _check;
    private long _toldMs;

    internal OfferCheck(ICrypto crypto, TrustedKey[] trusted, Offer offer, long nowMs)
    {
        // The judge found it readable before it asked for this.
        _check = new SignatureCheck(crypto, trusted, offer, Transfer.Read(offer.Session, offer.Manifest, offer.ChunkBytes, out _)!.Manifest.Kind);
        _toldMs = nowMs;
    }

    /// <summary>Whether the result is there.</summary>
    internal bool Done => _check.Signer != null || _check.Refusal != null;

    /// <summary>What to tell the receiver.</summary>
    internal ReceiverEvent Event => ReceiverEvent.SignatureChecked(_check.Progress, _check.Signer, _check.Refusal);

    /// <summary>Checks the next slice; true when there is something to tell.</summary>
    internal bool Step(long nowMs)
    {
        if (_check.Step(Slice))
        {
            return true;
        }

        if (nowMs < _toldMs + ImageHasher.ProgressMs)
        {
            return false;
        }

        _toldMs = nowMs;
        return true;
    }
}

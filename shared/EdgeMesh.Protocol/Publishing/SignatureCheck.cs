using System;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Publishing;

/// <summary>The check of an offer's publisher, in steps that a slow device puts between its other work.</summary>
public sealed class SignatureCheck
{
    private readonly ICrypto _crypto;
    private readonly Offer _offer;
    private readonly SignaturePlan? _plan;
    private Ed25519Verification? _verification;
    private int _right;

    /// <summary>Begins.</summary>
    public SignatureCheck(ICrypto crypto, TrustedKey[] trusted, Offer offer, string kind)
    {
        _crypto = crypto;
        _offer = offer;
        _plan = SignaturePlan.Make(trusted, offer, kind, out Reject? refusal);
        Refusal = refusal;
    }

    /// <summary>Why the offer is refused; null while nothing is wrong.</summary>
    public Reject? Refusal { get; private set; }

    /// <summary>The key that signed; null until all is found right.</summary>
    public TrustedKey? Signer => _plan != null && _right == _plan.Claims.Length ? _plan.Signer : null;

    /// <summary>How much is done: 0 to 100.</summary>
    public int Progress => _plan == null ? 100 : ((100 * _right) + (_verification == null ? 0 : _verification.Progress)) / Math.Max(1, _plan.Claims.Length);

    /// <summary>Does so many field multiplications, and up to 150 more; true when <see cref="Signer"/> or <see cref="Refusal"/> is there.</summary>
    public bool Step(int multiplications)
    {
        if (Refusal != null || Signer != null)
        {
            return true;
        }

        Claim claim = _plan!.Claims[_right];
        _verification ??= new Ed25519Verification(_crypto, claim.PublicKey, claim.Message, claim.Signature);
        if (!_verification.Step(multiplications))
        {
            return false;
        }

        if (_verification.IsValid)
        {
            _right++;
        }
        else
        {
            Refusal = SignaturePlan.Refuse(_offer, claim);
        }

        _verification = null;
        return Refusal != null || Signer != null;
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;

namespace EdgeMesh.Protocol.Publishing;

/// <summary>Which signatures must be right for an offered manifest to be a trusted publisher's; found without any arithmetic.</summary>
public sealed class SignaturePlan
{
    private SignaturePlan(int count, TrustedKey signer)
    {
        Claims = new Claim[count];
        Signer = signer;
    }

    /// <summary>What must be right, in this order: the chain's statements from the trusted key on, then the manifest.</summary>
    public Claim[] Claims { get; }

    /// <summary>The key that signed the manifest, trusted once all is right.</summary>
    public TrustedKey Signer { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="trusted">The keys trusted now.</param>
    /// <param name="offer">Manifest, signature, publisher and chain.</param>
    /// <param name="kind">The kind that the manifest says.</param>
    /// <param name="refusal">Why there is none, where null is returned.</param>
    public static SignaturePlan? Make(TrustedKey[] trusted, Offer offer, string kind, out Reject? refusal)
    {
        if (offer.Signature.Length == 0 || offer.Publisher.Length == 0)
        {
            refusal = Refuse(offer, ErrorCodes.SignatureRequired, "Images of the kind \"" + kind + "\" must be signed by a publisher, and this one is not; sign it with `edgemesh firmware sign`.");
            return null;
        }

        byte[]? manifest = Base64Url.Decode(offer.Manifest);
        byte[]? signature = Base64Url.Decode(offer.Signature);
        if (manifest == null || signature == null)
        {
            refusal = Refuse(offer, ErrorCodes.SignatureInvalid, "The manifest's signature is not base64url.");
            return null;
        }

        refusal = null;
        TrustedKey? direct = TrustedKey.Find(trusted, offer.Publisher, kind);
        SignaturePlan? plan = direct == null ? FollowChain(trusted, offer, kind, out refusal) : new SignaturePlan(1, direct);
        if (plan != null)
        {
            plan.Claims[plan.Claims.Length - 1] = new Claim("manifest's signature", offer.Publisher, manifest, signature);
        }

        return plan;
    }

    /// <summary>The refusal of a claim that is not right.</summary>
    public static Reject Refuse(Offer offer, Claim claim) => Refuse(
        offer, ErrorCodes.SignatureInvalid, "The " + claim.What + " is not the key's " + claim.Key + "; fetch the manifest from its publisher again.");

    // From the last statement by a key that is trusted: a device that took earlier ones does not check them again.
    private static SignaturePlan? FollowChain(TrustedKey[] trusted, Offer offer, string kind, out Reject? refusal)
    {
        KeyStatement[] chain = new KeyStatement[offer.Keys.Length];
        TrustedKey? anchor = null;
        int first = 0;
        for (int i = 0; i < chain.Length; i++)
        {
            KeyStatement? statement = KeyStatement.Read(offer.Keys[i], out string problem);
            if (statement == null)
            {
                refusal = Refuse(offer, ErrorCodes.SignatureInvalid, "Statement " + (i + 1).ToString() + " of the key's chain cannot be read: " + problem + ".");
                return null;
            }

            chain[i] = statement;
            TrustedKey? by = TrustedKey.Find(trusted, statement.By, kind);
            anchor = by ?? anchor;
            first = by == null ? first : i;
        }

        if (anchor == null)
        {
            refusal = Refuse(offer, ErrorCodes.PublisherUntrusted, "The key " + offer.Publisher + " is not trusted for images of the kind \"" + kind
                + "\", and no chain leads to it from one that is.");
            return null;
        }

        SignaturePlan plan = new SignaturePlan(
            chain.Length - first + 1, new TrustedKey { Pin = anchor.Pin, Kind = kind, Key = offer.Publisher, Sequence = chain[chain.Length - 1].Sequence });
        string key = anchor.Key;
        long sequence = anchor.Sequence;
        for (int i = first; i < chain.Length; i++)
        {
            KeyStatement s = chain[i];
            if (s.By != key || !s.IsFor(kind) || s.Sequence <= sequence)
            {
                string why = s.By != key ? "is not by the key before it" : !s.IsFor(kind) ? "is not for this kind" : "has a sequence that is not above the one before it";
                refusal = Refuse(offer, ErrorCodes.PublisherUntrusted, "Statement " + (i + 1).ToString() + " of the key's chain " + why + ".");
                return null;
            }

            plan.Claims[i - first] = new Claim("signature of statement " + (i + 1).ToString() + " of the chain", s.By, s.SignedBytes, s.Signature);
            key = s.Key;
            sequence = s.Sequence;
        }

        if (key != offer.Publisher)
        {
            refusal = Refuse(offer, ErrorCodes.PublisherUntrusted, "The chain leads to another key than " + offer.Publisher + ".");
            return null;
        }

        refusal = null;
        return plan;
    }

    private static Reject Refuse(Offer offer, string code, string reason) => new Reject { Session = offer.Session, Code = code, Reason = reason };
}

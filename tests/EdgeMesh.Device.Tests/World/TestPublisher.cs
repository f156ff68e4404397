using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Device.Tests.World;

/// <summary>A publisher with a key of its own, which the hub's own code signs with.</summary>
public sealed class TestPublisher
{
    private readonly Ed25519Key _key = Ed25519Key.Generate();

    public string Key => Hex.Encode(_key.PublicKey);

    public void Sign(Offer offer)
    {
        offer.Publisher = Key;
        offer.Signature = Base64Url.Encode(_key.Sign(Base64Url.Decode(offer.Manifest)!));
    }

    public string HandOver(TestPublisher next, long sequence)
    {
        byte[] bytes = new KeyStatement { By = Key, Key = next.Key, Kinds = [ImageKinds.NanoApp], Sequence = sequence }.ToBytes();
        return KeyStatement.TextOf(bytes, _key.Sign(KeyStatement.BytesToSign(bytes)));
    }
}

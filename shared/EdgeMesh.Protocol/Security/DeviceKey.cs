using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Security;

/// <summary>A device's long-term secret and what is derived from it, one way and one use each.</summary>
public sealed class DeviceKey
{
    private static readonly byte[] NoSalt = new byte[0];
    private readonly ICrypto _crypto;
    private readonly byte[] _secret;
    private readonly string _identity;

    /// <summary>The keys of one device.</summary>
    /// <param name="crypto">The platform's primitives.</param>
    /// <param name="secret">The long-term secret: <see cref="Limits.KeyBytes"/> bytes.</param>
    /// <param name="site">The hub's site.</param>
    /// <param name="device">The device's id.</param>
    public DeviceKey(ICrypto crypto, byte[] secret, string site, string device)
    {
        _crypto = crypto;
        _secret = secret;
        _identity = site + "/" + device;
        Handshake = Derive(NoSalt, "handshake");
    }

    /// <summary>Signs hello and welcome.</summary>
    public byte[] Handshake { get; }

    /// <summary>The broker account's password: seen on the wire it yields no key.</summary>
    public string BrokerPassword() => Base64Url.Encode(Derive(NoSalt, "broker-password"));

    /// <summary>The keys of the session that two nonces make.</summary>
    /// <param name="deviceNonce">The hello's nonce.</param>
    /// <param name="hubNonce">The welcome's nonce.</param>
    public SessionKeys Session(byte[] deviceNonce, byte[] hubNonce) => Pair(deviceNonce, hubNonce, "session");

    /// <summary>The encryption keys of the session that two nonces make.</summary>
    /// <param name="deviceNonce">The hello's nonce.</param>
    /// <param name="hubNonce">The welcome's nonce.</param>
    public SessionKeys Encryption(byte[] deviceNonce, byte[] hubNonce) => Pair(deviceNonce, hubNonce, "encryption");

    private SessionKeys Pair(byte[] deviceNonce, byte[] hubNonce, string use)
    {
        byte[] salt = new byte[deviceNonce.Length + hubNonce.Length];
        deviceNonce.CopyTo(salt, 0);
        hubNonce.CopyTo(salt, deviceNonce.Length);
        return new SessionKeys(Derive(salt, use + "-up"), Derive(salt, use + "-down"));
    }

    private byte[] Derive(byte[] salt, string use) =>
        Hkdf.Derive(_crypto, _secret, salt, Topic.Root + " " + use + " " + _identity, Limits.KeyBytes);
}

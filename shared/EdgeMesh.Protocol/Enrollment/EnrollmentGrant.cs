using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>What goes over the key that both sides have confirmed: the device's configuration, and that it is stored.</summary>
internal sealed class EnrollmentGrant
{
    // The key seals one plaintext, ever: so its nonce may be what it likes.
    private static readonly byte[] Nonce = new byte[Gcm.NonceBytes];
    private readonly ICrypto _crypto;
    private readonly byte[] _isk;
    private readonly byte[] _sid;
    private readonly byte[] _channel;

    internal EnrollmentGrant(ICrypto crypto, byte[] isk, byte[] sid, string token)
    {
        _crypto = crypto;
        _isk = isk;
        _sid = sid;
        _channel = EnrollmentStrings.Channel(token);
    }

    /// <summary>The configuration under AES-256-GCM, as base64url.</summary>
    internal string Seal(byte[] configuration) => Base64Url.Encode(_crypto.CreateAesGcm(Key("grant")).Seal(Nonce, _channel, configuration));

    /// <summary>The configuration; null where somebody changed it.</summary>
    internal byte[]? Open(string sealedText)
    {
        byte[]? ciphertext = Base64Url.Decode(sealedText);
        return ciphertext == null ? null : _crypto.CreateAesGcm(Key("grant")).Open(Nonce, _channel, ciphertext);
    }

    /// <summary>The device's proof that it keeps this configuration.</summary>
    internal byte[] StoredTag(byte[] configuration) => _crypto.HmacSha256(Key("stored"), new byte[0], configuration, 0, configuration.Length);

    /// <summary>The hub's proof that the device is enrolled with it.</summary>
    internal byte[] DoneTag(byte[] configuration) => _crypto.HmacSha256(Key("done"), new byte[0], configuration, 0, configuration.Length);

    private byte[] Key(string use) => Hkdf.Derive(_crypto, _isk, _sid, Encoding.UTF8.GetBytes("enroll " + use), Limits.KeyBytes);
}

using System.Text;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>The proof of a setup code: HKDF-SHA256 of the code, salted with the session id and the hub's nonce, bound to what CPace would bind.</summary>
/// <remarks>For secrets of 128 bits and more only: whoever records the tags can check guesses against them at leisure.</remarks>
internal sealed class EnrollmentCode
{
    private const int TagBytes = 32;
    private readonly ICrypto _crypto;
    private readonly byte[] _code;
    private readonly byte[] _salt;
    private readonly byte[] _bound;

    internal EnrollmentCode(ICrypto crypto, EnrollmentSecret secret, EnrollmentBegin begin, byte[] nonce, byte[] hubFields)
    {
        _crypto = crypto;
        _code = Encoding.UTF8.GetBytes(secret.Value);
        _salt = Bytes.Join(begin.Sid, nonce);
        _bound = Bytes.Join(Line(EnrollmentStrings.Channel(secret.Token)), Line(begin.Fields()), hubFields);
    }

    internal byte[] DeviceTag() => Derive("enroll-code device", TagBytes);

    internal byte[] HubTag() => Derive("enroll-code hub", TagBytes);

    internal byte[] Key() => Derive("enroll-code key", CPace.TagBytes);

    /// <summary>Whether a tag is the one that it must be.</summary>
    internal static bool AreEqual(byte[] expected, byte[] tag) =>
        expected.Length == tag.Length && Bytes.EqualInConstantTime(expected, 0, tag, 0, expected.Length);

    private static byte[] Line(byte[] text) => Bytes.Join(text, new[] { (byte)'\n' });

    private byte[] Derive(string use, int length) =>
        Hkdf.Derive(_crypto, _code, _salt, Bytes.Join(Line(Encoding.UTF8.GetBytes(use)), _bound), length);
}

namespace EdgeMesh.Protocol.Crypto;

/// <summary>Which Ed25519 signatures (RFC 8032) count. All our verifiers, OpenSSL's in the hub included, take and refuse the same ones.</summary>
/// <remarks>
/// The equation is the one without the cofactor: the encoding of S·B - h·A must be R, byte for byte. What libraries disagree about
/// is refused beforehand: S that is not below the group's order, a public key or R that is not the one encoding of its point, and a
/// public key or R of small order, whose signatures say nothing of the message.
/// </remarks>
public static class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyBytes = 32;

    /// <summary>Bytes of a signature: R, then S.</summary>
    public const int SignatureBytes = 64;

    // Little-endian. The group's order L; 2^255 - 19; the y of the points whose order divides 8 (two of them have p - y likewise).
    private const string Order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    private const string Modulus = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";

    private static readonly string[] SmallOrder =
    {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };

    /// <summary>Whether the signature is the key's for the message, at once; <see cref="Ed25519Verification"/> does it in steps.</summary>
    public static bool Verify(ICrypto crypto, byte[] publicKey, byte[] message, byte[] signature)
    {
        Ed25519Verification verification = new Ed25519Verification(crypto, publicKey, message, signature);
        while (!verification.Step(int.MaxValue))
        {
        }

        return verification.IsValid;
    }

    /// <summary>Whether lengths and encodings are right, which every verifier asks before its arithmetic.</summary>
    public static bool IsWellFormed(byte[] publicKey, byte[] signature) =>
        signature.Length == SignatureBytes && IsPublicKey(publicKey) && IsPoint(signature) && IsBelow(signature, PublicKeyBytes, Order);

    /// <summary>Whether a public key may be pinned: 32 bytes, below the modulus, not of small order. It may still be no point.</summary>
    public static bool IsPublicKey(byte[] publicKey) => publicKey.Length == PublicKeyBytes && IsPoint(publicKey);

    // The first 32 bytes. The highest bit is the sign of x; x is zero, so that its sign may not be set, for two of small order only.
    private static bool IsPoint(byte[] bytes)
    {
        byte[] y = new byte[PublicKeyBytes];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = (byte)(i == y.Length - 1 ? bytes[i] & 127 : bytes[i]);
        }

        string text = Hex.Encode(y);
        for (int i = 0; i < SmallOrder.Length; i++)
        {
            if (text == SmallOrder[i])
            {
                return false;
            }
        }

        return IsBelow(y, 0, Modulus);
    }

    private static bool IsBelow(byte[] bytes, int at, string limit)
    {
        byte[] other = Hex.Decode(limit)!;
        for (int i = other.Length - 1; i >= 0; i--)
        {
            if (bytes[at + i] != other[i])
            {
                return bytes[at + i] < other[i];
            }
        }

        return false;
    }
}

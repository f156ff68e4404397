namespace EdgeMesh.Protocol.Crypto;

/// <summary>The primitives that differ by platform. The hub takes .NET's, a device the fastest it has.</summary>
public interface ICrypto
{
    /// <summary>A new SHA-256 (FIPS 180-4) computation.</summary>
    IHash CreateSha256();

    /// <summary>HMAC-SHA256 (RFC 2104) of <paramref name="prefix"/> followed by a part of <paramref name="data"/>: 32 bytes.</summary>
    byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count);

    /// <summary>Bytes from the platform's cryptographic source. Throws where it has none: nothing is ever signed with a guess.</summary>
    byte[] Random(int count);
}

/// <summary>A hash fed in parts.</summary>
public interface IHash
{
    /// <summary>Feeds a part.</summary>
    void Update(byte[] data, int offset, int count);

    /// <summary>The hash of all parts: 32 bytes. The object is spent then.</summary>
    byte[] Finish();
}

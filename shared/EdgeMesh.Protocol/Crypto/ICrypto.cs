namespace EdgeMesh.Protocol.Crypto;

/// <summary>The primitives that differ by platform. The hub takes .NET's, a device the fastest it has.</summary>
public interface ICrypto
{
    /// <summary>A new SHA-256 (FIPS 180-4) computation.</summary>
    IHash CreateSha256();

    /// <summary>A new SHA-512 (FIPS 180-4) computation.</summary>
    IHash CreateSha512();

    /// <summary>HMAC-SHA256 (RFC 2104) of <paramref name="prefix"/> followed by a part of <paramref name="data"/>: 32 bytes.</summary>
    byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count);

    /// <summary>HMAC-SHA512 (RFC 2104): 64 bytes.</summary>
    byte[] HmacSha512(byte[] key, byte[] data);

    /// <summary>AES-256-GCM (NIST SP 800-38D) under a key of 32 bytes.</summary>
    IAead CreateAesGcm(byte[] key);

    /// <summary>Bytes from the platform's cryptographic source. Throws where it has none: nothing is ever signed with a guess.</summary>
    byte[] Random(int count);
}

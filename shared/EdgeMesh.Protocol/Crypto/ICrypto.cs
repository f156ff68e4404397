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

/// <summary>A hash fed in parts.</summary>
public interface IHash
{
    /// <summary>Feeds a part.</summary>
    void Update(byte[] data, int offset, int count);

    /// <summary>The hash of all parts: 32 bytes of SHA-256, 64 of SHA-512. The object is spent then.</summary>
    byte[] Finish();
}

/// <summary>Authenticated encryption with additional data (RFC 5116), under one key. Not for two threads at a time.</summary>
public interface IAead
{
    /// <summary>The ciphertext, as long as the plaintext, then its tag of 16 bytes.</summary>
    /// <param name="nonce">12 bytes that never come twice under the key: two messages under one nonce give both away.</param>
    /// <param name="additional">What is authenticated and not sent along; may be empty.</param>
    /// <param name="plaintext">The message; may be empty.</param>
    byte[] Seal(byte[] nonce, byte[] additional, byte[] plaintext);

    /// <summary>The plaintext; null where the tag is not that of key, nonce, additional data and ciphertext.</summary>
    byte[]? Open(byte[] nonce, byte[] additional, byte[] ciphertext);
}

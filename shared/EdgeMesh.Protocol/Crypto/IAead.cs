namespace EdgeMesh.Protocol.Crypto;

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

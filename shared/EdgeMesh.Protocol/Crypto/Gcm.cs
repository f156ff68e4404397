using System;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>AES-256-GCM (NIST SP 800-38D, nonces of 96 bits) over a platform's AES on single blocks.</summary>
/// <remarks>All blocks that a message needs go to the platform in one call. GHASH is <see cref="Ghash"/>: no table, no branch on a secret.</remarks>
public sealed class Gcm : IAead
{
    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 16;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    private const int BlockBytes = 16;

    private readonly ManagedCrypto _crypto;
    private readonly byte[] _key;
    private readonly Ghash _ghash;

    /// <summary>Prepares a key of 32 bytes.</summary>
    public Gcm(ManagedCrypto crypto, byte[] key)
    {
        if (key.Length != KeyBytes)
        {
            throw new ArgumentException("An AES-256 key has 32 bytes.");
        }

        _crypto = crypto;
        _key = key;
        _ghash = new Ghash(crypto.AesEncryptBlocks(key, new byte[BlockBytes]));
    }

    /// <inheritdoc/>
    public byte[] Seal(byte[] nonce, byte[] additional, byte[] plaintext)
    {
        byte[] stream = KeyStream(nonce, plaintext.Length);
        byte[] result = new byte[plaintext.Length + TagBytes];
        for (int i = 0; i < plaintext.Length; i++)
        {
            result[i] = (byte)(plaintext[i] ^ stream[BlockBytes + i]);
        }

        byte[] tag = Tag(stream, additional, result, plaintext.Length);
        Array.Copy(tag, 0, result, plaintext.Length, TagBytes);
        return result;
    }

    /// <inheritdoc/>
    public byte[]? Open(byte[] nonce, byte[] additional, byte[] ciphertext)
    {
        int count = ciphertext.Length - TagBytes;
        if (count < 0)
        {
            return null;
        }

        byte[] stream = KeyStream(nonce, count);
        byte[] tag = Tag(stream, additional, ciphertext, count);
        if (!Bytes.EqualInConstantTime(tag, 0, ciphertext, count, TagBytes))
        {
            return null;
        }

        byte[] result = new byte[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = (byte)(ciphertext[i] ^ stream[BlockBytes + i]);
        }

        return result;
    }

    // The encrypted counters from 1: the first block masks the tag, those after it the message.
    private byte[] KeyStream(byte[] nonce, int count)
    {
        if (nonce.Length != NonceBytes)
        {
            throw new ArgumentException("A nonce has 12 bytes.");
        }

        int blocks = 1 + ((count + BlockBytes - 1) / BlockBytes);
        byte[] counters = new byte[blocks * BlockBytes];
        for (int i = 0; i < blocks; i++)
        {
            Array.Copy(nonce, 0, counters, i * BlockBytes, NonceBytes);
            Bytes.PutUInt32(counters, (i * BlockBytes) + NonceBytes, i + 1);
        }

        return _crypto.AesEncryptBlocks(_key, counters);
    }

    private byte[] Tag(byte[] stream, byte[] additional, byte[] ciphertext, int count)
    {
        byte[] tag = _ghash.Compute(additional, ciphertext, count);
        for (int i = 0; i < TagBytes; i++)
        {
            tag[i] ^= stream[i];
        }

        return tag;
    }
}

using System;
using System.Buffers;
using System.Security.Cryptography;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.DotNet;

/// <summary>The primitives of .NET's base class library: what the hub uses. This folder is not linked into the nanoFramework project.</summary>
public sealed class DotNetCrypto : ICrypto
{
    /// <inheritdoc/>
    public IHash CreateSha256() => new Hash(HashAlgorithmName.SHA256);

    /// <inheritdoc/>
    public IHash CreateSha512() => new Hash(HashAlgorithmName.SHA512);

    /// <inheritdoc/>
    public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count)
    {
        // One call over a copy costs less than an object of the native library's that takes the parts one by one.
        byte[] whole = ArrayPool<byte>.Shared.Rent(prefix.Length + count);
        prefix.CopyTo(whole, 0);
        data.AsSpan(offset, count).CopyTo(whole.AsSpan(prefix.Length));
        byte[] code = HMACSHA256.HashData(key, whole.AsSpan(0, prefix.Length + count));
        ArrayPool<byte>.Shared.Return(whole);
        return code;
    }

    /// <inheritdoc/>
    public byte[] HmacSha512(byte[] key, byte[] data) => HMACSHA512.HashData(key, data);

    /// <inheritdoc/>
    public IAead CreateAesGcm(byte[] key) => new Aead(key);

    /// <inheritdoc/>
    public byte[] Random(int count) => RandomNumberGenerator.GetBytes(count);

    private sealed class Hash(HashAlgorithmName algorithm) : IHash
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

        public void Update(byte[] data, int offset, int count) => _hash.AppendData(data.AsSpan(offset, count));

        public byte[] Finish()
        {
            byte[] result = _hash.GetHashAndReset();
            _hash.Dispose();
            return result;
        }
    }

    private sealed class Aead : IAead
    {
        private readonly byte[] _key;

        internal Aead(byte[] key) =>
            _key = key.Length == Gcm.KeyBytes ? key : throw new ArgumentException("An AES-256 key has 32 bytes.");

        public byte[] Seal(byte[] nonce, byte[] additional, byte[] plaintext)
        {
            using AesGcm gcm = new(_key, Gcm.TagBytes);
            byte[] result = new byte[plaintext.Length + Gcm.TagBytes];
            gcm.Encrypt(nonce, plaintext, result.AsSpan(0, plaintext.Length), result.AsSpan(plaintext.Length), additional);
            return result;
        }

        public byte[]? Open(byte[] nonce, byte[] additional, byte[] ciphertext)
        {
            int count = ciphertext.Length - Gcm.TagBytes;
            if (count < 0)
            {
                return null;
            }

            using AesGcm gcm = new(_key, Gcm.TagBytes);
            byte[] result = new byte[count];
            try
            {
                gcm.Decrypt(nonce, ciphertext.AsSpan(0, count), ciphertext.AsSpan(count), result, additional);
                return result;
            }
            catch (AuthenticationTagMismatchException)
            {
                return null;
            }
        }
    }
}

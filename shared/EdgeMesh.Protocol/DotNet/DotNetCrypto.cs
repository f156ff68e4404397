using System;
using System.Buffers;
using System.Security.Cryptography;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.DotNet;

/// <summary>The primitives of .NET's base class library: what the hub uses. This folder is not linked into the nanoFramework project.</summary>
public sealed class DotNetCrypto : ICrypto
{
    /// <inheritdoc/>
    public IHash CreateSha256() => new Hash();

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
    public byte[] Random(int count) => RandomNumberGenerator.GetBytes(count);

    private sealed class Hash : IHash
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Update(byte[] data, int offset, int count) => _hash.AppendData(data.AsSpan(offset, count));

        public byte[] Finish()
        {
            byte[] result = _hash.GetHashAndReset();
            _hash.Dispose();
            return result;
        }
    }
}

using System;
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
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(prefix);
        hmac.AppendData(data.AsSpan(offset, count));
        return hmac.GetHashAndReset();
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

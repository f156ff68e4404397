namespace EdgeMesh.Protocol.Crypto;

/// <summary>HMAC (RFC 2104) over any SHA-256 or SHA-512.</summary>
public static class Hmac
{
    private static readonly byte[] None = new byte[0];

    /// <summary>The 32-byte code of <paramref name="prefix"/> followed by a part of <paramref name="data"/>.</summary>
    public static byte[] Sha256(ICrypto crypto, byte[] key, byte[] prefix, byte[] data, int offset, int count) =>
        Compute(crypto, Crypto.Sha256.BlockBytes, key, prefix, data, offset, count);

    /// <summary>The 64-byte code of <paramref name="data"/>.</summary>
    public static byte[] Sha512(ICrypto crypto, byte[] key, byte[] data) =>
        Compute(crypto, Crypto.Sha512.BlockBytes, key, None, data, 0, data.Length);

    private static byte[] Compute(ICrypto crypto, int blockBytes, byte[] key, byte[] prefix, byte[] data, int offset, int count)
    {
        if (key.Length > blockBytes)
        {
            IHash shortened = New(crypto, blockBytes);
            shortened.Update(key, 0, key.Length);
            key = shortened.Finish();
        }

        IHash inner = Keyed(crypto, blockBytes, key, 0x36);
        inner.Update(prefix, 0, prefix.Length);
        inner.Update(data, offset, count);
        byte[] innerHash = inner.Finish();

        IHash outer = Keyed(crypto, blockBytes, key, 0x5c);
        outer.Update(innerHash, 0, innerHash.Length);
        return outer.Finish();
    }

    private static IHash Keyed(ICrypto crypto, int blockBytes, byte[] key, byte pad)
    {
        byte[] block = new byte[blockBytes];
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = (byte)((i < key.Length ? key[i] : 0) ^ pad);
        }

        IHash hash = New(crypto, blockBytes);
        hash.Update(block, 0, block.Length);
        return hash;
    }

    private static IHash New(ICrypto crypto, int blockBytes) =>
        blockBytes == Crypto.Sha512.BlockBytes ? crypto.CreateSha512() : crypto.CreateSha256();
}

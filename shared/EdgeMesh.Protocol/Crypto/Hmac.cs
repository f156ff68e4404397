namespace EdgeMesh.Protocol.Crypto;

/// <summary>HMAC-SHA256 (RFC 2104) over any SHA-256.</summary>
public static class Hmac
{
    /// <summary>The 32-byte code of <paramref name="prefix"/> followed by a part of <paramref name="data"/>.</summary>
    public static byte[] Compute(ICrypto crypto, byte[] key, byte[] prefix, byte[] data, int offset, int count)
    {
        if (key.Length > Sha256.BlockBytes)
        {
            IHash shortened = crypto.CreateSha256();
            shortened.Update(key, 0, key.Length);
            key = shortened.Finish();
        }

        IHash inner = Keyed(crypto, key, 0x36);
        inner.Update(prefix, 0, prefix.Length);
        inner.Update(data, offset, count);
        byte[] innerHash = inner.Finish();

        IHash outer = Keyed(crypto, key, 0x5c);
        outer.Update(innerHash, 0, innerHash.Length);
        return outer.Finish();
    }

    private static IHash Keyed(ICrypto crypto, byte[] key, byte pad)
    {
        byte[] block = new byte[Sha256.BlockBytes];
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = (byte)((i < key.Length ? key[i] : 0) ^ pad);
        }

        IHash hash = crypto.CreateSha256();
        hash.Update(block, 0, block.Length);
        return hash;
    }
}

namespace EdgeMesh.Protocol.Crypto;

/// <summary>The primitives in managed code, for a platform that has only a random source and AES on single blocks.</summary>
public abstract class ManagedCrypto : ICrypto
{
    /// <inheritdoc/>
    public virtual IHash CreateSha256() => new Sha256();

    /// <inheritdoc/>
    public virtual IHash CreateSha512() => new Sha512();

    /// <inheritdoc/>
    public virtual byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) =>
        Hmac.Sha256(this, key, prefix, data, offset, count);

    /// <inheritdoc/>
    public virtual byte[] HmacSha512(byte[] key, byte[] data) => Hmac.Sha512(this, key, data);

    /// <inheritdoc/>
    public virtual IAead CreateAesGcm(byte[] key) => new Gcm(this, key);

    /// <inheritdoc/>
    public abstract byte[] Random(int count);

    /// <summary>AES (FIPS 197) under a key of 32 bytes over whole blocks of 16, each by itself: the ECB mode of platforms, without padding.</summary>
    protected internal abstract byte[] AesEncryptBlocks(byte[] key, byte[] blocks);
}

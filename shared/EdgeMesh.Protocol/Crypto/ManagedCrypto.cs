namespace EdgeMesh.Protocol.Crypto;

/// <summary>The primitives in managed code, for a platform that has only a random source.</summary>
public abstract class ManagedCrypto : ICrypto
{
    /// <inheritdoc/>
    public virtual IHash CreateSha256() => new Sha256();

    /// <inheritdoc/>
    public virtual byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) =>
        Hmac.Compute(this, key, prefix, data, offset, count);

    /// <inheritdoc/>
    public abstract byte[] Random(int count);
}

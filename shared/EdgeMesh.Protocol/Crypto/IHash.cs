namespace EdgeMesh.Protocol.Crypto;

/// <summary>A hash fed in parts.</summary>
public interface IHash
{
    /// <summary>Feeds a part.</summary>
    void Update(byte[] data, int offset, int count);

    /// <summary>The hash of all parts: 32 bytes of SHA-256, 64 of SHA-512. The object is spent then.</summary>
    byte[] Finish();
}

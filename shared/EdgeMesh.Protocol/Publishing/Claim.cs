namespace EdgeMesh.Protocol.Publishing;

/// <summary>A signature to check.</summary>
public sealed class Claim
{
    internal Claim(string what, string key, byte[] message, byte[] signature)
    {
        What = what;
        Key = key;
        PublicKey = Hex.Decode(key)!;
        Message = message;
        Signature = signature;
    }

    /// <summary>What it is, for a sentence.</summary>
    public string What { get; }

    /// <summary>The key, in hex.</summary>
    public string Key { get; }

    /// <summary>The key.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The message.</summary>
    public byte[] Message { get; }

    /// <summary>The signature over it.</summary>
    public byte[] Signature { get; }
}

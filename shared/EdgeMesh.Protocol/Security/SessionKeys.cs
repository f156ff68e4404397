namespace EdgeMesh.Protocol.Security;

/// <summary>The keys of one session for one use, a direction each.</summary>
public sealed class SessionKeys
{
    /// <summary>A pair of keys.</summary>
    public SessionKeys(byte[] up, byte[] down)
    {
        Up = up;
        Down = down;
    }

    /// <summary>For what the device sends.</summary>
    public byte[] Up { get; }

    /// <summary>For what the hub sends.</summary>
    public byte[] Down { get; }
}

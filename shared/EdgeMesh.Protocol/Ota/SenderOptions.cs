namespace EdgeMesh.Protocol.Ota;

/// <summary>How patient a sender is. Every time runs only while the device is online.</summary>
public sealed class SenderOptions
{
    /// <summary>Wait for the answer to an OFFER, in milliseconds. Default 60 s.</summary>
    public long OfferTimeoutMs { get; set; } = 60000;

    /// <summary>Wait for an acknowledgement that brings progress, in milliseconds. Default 30 s.</summary>
    public long ChunkAckTimeoutMs { get; set; } = 30000;

    /// <summary>Wait for progress of the device's verification, in milliseconds. Default 60 s.</summary>
    public long VerifyTimeoutMs { get; set; } = 60000;

    /// <summary>How often the sender offers anew after a timeout before it gives up; progress resets the count. Default 5.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>Longest life of an update, offline times included, in milliseconds. Default 7 days.</summary>
    public long LimitMs { get; set; } = 7L * 24 * 3600 * 1000;

    /// <summary>Most bytes of chunks per second, resent ones included; 0 for no limit, which is the default.</summary>
    public long BytesPerSecond { get; set; }
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Ota;

/// <summary>Updates over the air; configuration section <c>Ota</c>. Timeouts run only while the device is online.</summary>
public sealed class OtaOptions
{
    /// <summary>Least limit of <see cref="BytesPerSecond"/>: below it the largest chunk takes longer than patience.</summary>
    internal const long BytesPerSecondMin = 1024;

    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Ota";

    /// <summary>Bytes in a chunk, 256 to 8192. Default 4096; less where the device takes less.</summary>
    public int ChunkSize { get; set; } = Limits.ChunkBytesDefault;

    /// <summary>Most chunks in flight, 1 to 64. Default 32; less where the device takes less.</summary>
    public int Window { get; set; } = Limits.WindowDefault;

    /// <summary><c>raw</c> (default) or <c>base64</c>, for inspection.</summary>
    public string Encoding { get; set; } = ChunkEncodings.Raw;

    /// <summary>Wait for the answer to an offer. Default 60 s.</summary>
    public TimeSpan OfferTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Wait for an acknowledgement that brings progress. Default 30 s.</summary>
    public TimeSpan ChunkTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait for progress of the device's verification. Default 60 s.</summary>
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often an update is offered anew after a timeout before it fails. Default 5.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>
    /// Most bytes of chunks per second to one device, resent ones included, 1024 and above; 0 (default) for no limit. Counted is the image's data; what
    /// frames, MQTT and TLS add comes on top. At most 100 ms of it go at once, or one chunk.
    /// </summary>
    public long SessionBytesPerSecond { get; set; }

    /// <summary>The same for all devices together, who share it equally; for a link or a broker that others need too. Default 0, no limit.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>Longest life of an update, offline times included. Default 7 days.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Pause before an update that failed at the hub itself, such as on a full disk, is taken up again. Default 10 s.</summary>
    public TimeSpan RecoveryPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an ended update stays in the list. Default 90 days.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(90);

    /// <summary>As the pure sender wants them.</summary>
    internal SenderOptions ToSenderOptions() => new()
    {
        OfferTimeoutMs = (long)OfferTimeout.TotalMilliseconds,
        ChunkAckTimeoutMs = (long)ChunkTimeout.TotalMilliseconds,
        VerifyTimeoutMs = (long)VerifyTimeout.TotalMilliseconds,
        Retries = Retries,
        BytesPerSecond = SessionBytesPerSecond,
        LimitMs = (long)Limit.TotalMilliseconds,
    };
}

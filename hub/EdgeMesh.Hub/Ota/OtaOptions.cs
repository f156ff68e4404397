using System;
using System.ComponentModel.DataAnnotations;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Ota;

/// <summary>Updates over the air; configuration section <c>Ota</c>. Timeouts run only while the device is online.</summary>
public sealed class OtaOptions
{
    /// <summary>Least limit of <see cref="BytesPerSecond"/>: below it the largest chunk takes longer than patience.</summary>
    internal const int BytesPerSecondMin = 1024;

    // Above any network card of a hub.
    private const int BytesPerSecondMax = 1_000_000_000;

    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Ota";

    /// <summary>Bytes in a chunk, 256 to 8192. Default 4096; less where the device takes less.</summary>
    [Range(Limits.ChunkBytesMin, Limits.ChunkBytesMax), Setting(Unit = "bytes", Requirement = "chunk size")]
    public int ChunkSize { get; set; } = Limits.ChunkBytesDefault;

    /// <summary>Most chunks in flight, 1 to 64. Default 32; less where the device takes less.</summary>
    [Range(1, Limits.WindowMax), Setting(Unit = "chunks")]
    public int Window { get; set; } = Limits.WindowDefault;

    /// <summary><c>raw</c> (default) or <c>base64</c>, for inspection.</summary>
    [AllowedValues(ChunkEncodings.Raw, ChunkEncodings.Base64), Setting(Requirement = "chunk encoding")]
    public string Encoding { get; set; } = ChunkEncodings.Raw;

    /// <summary>Wait for the answer to an offer. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00"), Setting(Requirement = "offer timeout")]
    public TimeSpan OfferTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Wait for an acknowledgement that brings progress. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00"), Setting(Requirement = "chunk timeout, chunk-ack timeout")]
    public TimeSpan ChunkTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait for progress of the device's verification. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00"), Setting(Requirement = "verify timeout")]
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often an update is offered anew after a timeout before it fails. Default 5.</summary>
    [Range(0, 1000), Setting(Unit = "offers", Requirement = "retries")]
    public int Retries { get; set; } = 5;

    /// <summary>
    /// Most bytes of chunks per second to one device, resent ones included, 1024 and above; 0 (default) for no limit. Counted is the image's data; what
    /// frames, MQTT and TLS add comes on top. At most 100 ms of it go at once, or one chunk.
    /// </summary>
    [Range(BytesPerSecondMin, BytesPerSecondMax), Setting(Unit = "bytes/s", Zero = "no limit", Requirement = "per-session byte rate limit")]
    public long SessionBytesPerSecond { get; set; }

    /// <summary>The same for all devices together, who share it equally; for a link or a broker that others need too. Default 0, no limit.</summary>
    [Range(BytesPerSecondMin, BytesPerSecondMax), Setting(Unit = "bytes/s", Zero = "no limit", Requirement = "global byte rate limit")]
    public long BytesPerSecond { get; set; }

    /// <summary>Longest life of an update, offline times included. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "365.00:00:00"), Setting(Requirement = "long limit in days")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Pause before an update that failed at the hub itself, such as on a full disk, is taken up again. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan RecoveryPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an ended update stays in the list. Default 90 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
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

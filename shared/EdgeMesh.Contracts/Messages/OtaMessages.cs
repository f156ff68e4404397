namespace EdgeMesh.Contracts.Messages;

/// <summary>How chunks travel.</summary>
public static class ChunkEncodings
{
    /// <summary>The binary chunk frame.</summary>
    public const string Raw = "raw";

    /// <summary>Signed JSON with the data in base64, for inspection.</summary>
    public const string Base64 = "base64";
}

/// <summary>OFFER, hub to device: an image, and how the hub would send it. Repeated after every handshake until the delivery ends.</summary>
public sealed class Offer
{
    /// <summary>The update's session, 1 to 2^32-1; never used twice by a hub.</summary>
    public long Session { get; set; }

    /// <summary>base64url of the manifest's exact bytes.</summary>
    public string Manifest { get; set; } = "";

    /// <summary>base64url of the publisher's Ed25519 signature over those bytes; empty for none.</summary>
    public string Signature { get; set; } = "";

    /// <summary>The key that signed, in hex; empty for none.</summary>
    public string Publisher { get; set; } = "";

    /// <summary>The statements that lead from an older key to the publisher's, the oldest first: each base64url of its bytes, a dot, base64url of its signature.</summary>
    public string[] Keys { get; set; } = new string[0];

    /// <summary>Bytes in every chunk but the last.</summary>
    public int ChunkBytes { get; set; }

    /// <summary>Largest window the hub would use, in chunks.</summary>
    public int Window { get; set; } = 1;

    /// <summary>One of <see cref="ChunkEncodings"/>.</summary>
    public string Encoding { get; set; } = ChunkEncodings.Raw;
}

/// <summary>ACCEPT, device to hub: send from here on.</summary>
public sealed class Accept
{
    /// <summary>The offer's session.</summary>
    public long Session { get; set; }

    /// <summary>The first chunk that the device lacks; the chunk count when it has all.</summary>
    public long Next { get; set; }

    /// <summary>Most chunks in flight, 1 to <see cref="Limits.WindowMax"/>.</summary>
    public int Window { get; set; } = 1;
}

/// <summary>REJECT, device to hub: the offer is refused, and why.</summary>
public sealed class Reject
{
    /// <summary>The offer's session.</summary>
    public long Session { get; set; }

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; set; } = "";

    /// <summary>A sentence for people.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>CHUNK in the base64 encoding; the raw one is a binary frame.</summary>
public sealed class Chunk
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }

    /// <summary>Which chunk, from 0.</summary>
    public long Sequence { get; set; }

    /// <summary>The chunk's bytes, in base64.</summary>
    public string Data { get; set; } = "";
}

/// <summary>CHUNK_ACK, device to hub: all below <see cref="Next"/> has arrived. What is flushed to flash too, ACCEPT and VERIFY say.</summary>
public sealed class ChunkAck
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }

    /// <summary>The first chunk that the device lacks.</summary>
    public long Next { get; set; }

    /// <summary>16 hex digits; bit i (from the lowest) says that chunk <c>Next + 1 + i</c> has arrived too.</summary>
    public string Bitmap { get; set; } = "0000000000000000";
}

/// <summary>VERIFY, device to hub: how far the check of the image, or before ACCEPT of the offer's signature, is; with the hash once it fits.</summary>
public sealed class Verify
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }

    /// <summary>Bytes checked so far; any growth extends the hub's deadline.</summary>
    public long Checked { get; set; }

    /// <summary>Percent of the check of the publisher's signature, 0 to 100; any growth extends the hub's deadline for the answer to its offer.</summary>
    public int Signature { get; set; }

    /// <summary>64 hex digits once all is checked and equals the manifest's; empty until then.</summary>
    public string Sha256 { get; set; } = "";
}

/// <summary>COMPLETE, hub to device: the delivery is over, apply the image. A repeated VERIFY gets it again.</summary>
public sealed class Complete
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }
}

/// <summary>ABORT, in either direction: the session is over and what was received may go.</summary>
public sealed class Abort
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; set; } = "";

    /// <summary>A sentence for people.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>Report, device to hub: what became of a delivered image. Kept and repeated until the hub answers <see cref="Reported"/>.</summary>
public sealed class Report
{
    /// <summary>The update's session.</summary>
    public long Session { get; set; }

    /// <summary><see cref="OtaStates.Applying"/> while healthy on trial, <see cref="OtaStates.Confirmed"/> or <see cref="OtaStates.RolledBack"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>The image's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>The image's version.</summary>
    public string Version { get; set; } = "";

    /// <summary>The image's sequence.</summary>
    public long Sequence { get; set; }

    /// <summary>Why it was rolled back: one of <see cref="ErrorCodes"/>; empty otherwise.</summary>
    public string Code { get; set; } = "";

    /// <summary>The cause as a sentence, such as the program's last exception; empty otherwise.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>The hub's answer to a report: it is stored.</summary>
public sealed class Reported
{
    /// <summary>The report's session.</summary>
    public long Session { get; set; }

    /// <summary>The report's state.</summary>
    public string State { get; set; } = "";
}

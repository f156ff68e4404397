namespace EdgeMesh.Contracts;

/// <summary>Sizes and counts that every EdgeMesh party keeps, whatever its language. Exported to <c>contracts.py</c>.</summary>
public static class Limits
{
    /// <summary>Version of the wire protocol: the first byte of a chunk frame, and <c>v</c> in a hello.</summary>
    public const int ProtocolVersion = 1;

    /// <summary>Longest id, site or capability, in characters.</summary>
    public const int NameLength = 32;

    /// <summary>Largest JSON payload, in bytes. MQTT Explorer cuts longer ones.</summary>
    public const int JsonPayloadBytes = 20000;

    /// <summary>Deepest nesting of arrays and objects in a JSON payload.</summary>
    public const int JsonDepth = 8;

    /// <summary>Smallest chunk, in bytes of image data.</summary>
    public const int ChunkBytesMin = 256;

    /// <summary>Largest chunk, in bytes of image data; base64 of it still fits a JSON payload.</summary>
    public const int ChunkBytesMax = 8192;

    /// <summary>Chunk size where nothing else is configured, in bytes: the block of AWS streams and of ESP32 flash erases.</summary>
    public const int ChunkBytesDefault = 4096;

    /// <summary>Most chunks in flight: the acknowledgement's bitmap has this many bits.</summary>
    public const int WindowMax = 64;

    /// <summary>Window a sender asks for where nothing else is configured.</summary>
    public const int WindowDefault = 32;

    /// <summary>Largest image, in bytes (64 MiB): more than any ESP32 slot.</summary>
    public const long ImageBytesMax = 64L * 1024 * 1024;

    /// <summary>Largest manifest, in bytes of its JSON text before base64url.</summary>
    public const int ManifestBytes = 2048;

    /// <summary>Length of a publisher's public key (Ed25519) in hex digits.</summary>
    public const int PublisherKeyLength = 64;

    /// <summary>Most publishers' keys that a device or a boot record holds.</summary>
    public const int PublishersMax = 8;

    /// <summary>Most statements from a trusted key to the one that signed a manifest.</summary>
    public const int KeyChainLength = 3;

    /// <summary>Longest statement in an offer, its signature with it, in characters: one that names every kind, and some room.</summary>
    public const int KeyStatementLength = 480;

    /// <summary>Largest data of a command, in bytes of its JSON text: its message fits the smallest buffer of a device, encrypted too.</summary>
    public const int CommandBytes = 2048;

    /// <summary>Largest identity message, in bytes of its JSON text before it is signed: it fits the smallest buffer of a device. Two authorities, certificate and key take 2,700.</summary>
    public const int IdentityBytes = 3800;

    /// <summary>Attempts to connect with an identity before a device tries another one that it has.</summary>
    public const int IdentityAttempts = 3;

    /// <summary>Length of a handshake nonce, in bytes.</summary>
    public const int NonceBytes = 16;

    /// <summary>Length of every symmetric key, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>How far behind the highest counter a message may arrive: QoS 0 may overtake QoS 1.</summary>
    public const int ReplayWindow = 64;

    /// <summary>Boots that a program on trial gets before it is condemned.</summary>
    public const int TrialAttempts = 3;

    /// <summary>Longest sentence kept as a reason in reports and rejections, in bytes of UTF-8: languages count characters differently.</summary>
    public const int ReasonLength = 300;
}

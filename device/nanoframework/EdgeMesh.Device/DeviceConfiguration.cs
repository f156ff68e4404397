using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Publishing;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device;

/// <summary>What a device is told when it is added: the JSON object that <c>edgemesh devices add</c> prints.</summary>
public sealed class DeviceConfiguration
{
    private const long HourMs = 3600000;
    private const long WeekMs = 168 * HourMs;

    /// <summary>Member <c>site</c>: the hub's site.</summary>
    public string Site { get; private set; } = "";

    /// <summary>Member <c>device</c>: this device's id.</summary>
    public string Device { get; private set; } = "";

    /// <summary>Member <c>type</c>: its type, which images name.</summary>
    public string Type { get; private set; } = "";

    /// <summary>Member <c>key</c>: the long-term secret, 64 lower-case hex digits. Never logged.</summary>
    public byte[] Key { get; private set; } = new byte[0];

    /// <summary>Member <c>host</c>: the broker's name or address.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Member <c>port</c>: the broker's port.</summary>
    public int Port { get; private set; }

    /// <summary>Member <c>ca</c>: PEM of the authorities, one or in a rotation two, of which one is behind the broker's certificate; without it the connection is plain.</summary>
    public string Authority { get; private set; } = "";

    /// <summary>Member <c>encrypt</c>: whether messages are encrypted as the hub asks where the connection is not TLS; costs time and memory. Default true.</summary>
    public bool Encrypt { get; private set; } = true;

    /// <summary>Member <c>certificate</c>: PEM of this device's own certificate, where the broker asks for one; empty for none.</summary>
    public string Certificate { get; private set; } = "";

    /// <summary>Member <c>private_key</c>: PEM of that one's private key. Never logged.</summary>
    public string PrivateKey { get; private set; } = "";

    /// <summary>Member <c>slot_bytes</c>: room of one slot. Default 256 KiB.</summary>
    public long SlotBytes { get; private set; }

    /// <summary>Member <c>window</c>: most chunks in flight. Default 8.</summary>
    public int Window { get; private set; }

    /// <summary>Member <c>chunk_bytes</c>: largest chunk taken. Default 4096.</summary>
    public int ChunkBytes { get; private set; }

    /// <summary>Member <c>capabilities</c>: what images may require. Default none.</summary>
    public string[] Capabilities { get; private set; } = new string[0];

    /// <summary>
    /// Member <c>publishers</c>: the keys that sign images, each <c>{"key": "64 hex digits", "kinds": ["nano-app"]}</c>. An image of a kind
    /// named here is taken only with a signature of such a key; default none.
    /// </summary>
    public TrustedKey[] Publishers { get; private set; } = new TrustedKey[0];

    /// <summary>Members <c>healthy_after_ms</c>, <c>hub_patience_ms</c>, <c>report_retry_ms</c>; defaults as there.</summary>
    public TrialOptions Trial { get; } = new TrialOptions();

    /// <summary>Member <c>watchdog_ms</c>: the board resets after so long without a poll. Default 30 s.</summary>
    public long WatchdogMs { get; private set; }

    /// <summary>Member <c>log_level</c>: <c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>. Default info.</summary>
    public LogLevel LogLevel { get; private set; } = LogLevel.Info;

    /// <summary>Reads a configuration.</summary>
    /// <returns>It; null where it is refused, with the reason, which names the member, as a sentence.</returns>
    public static DeviceConfiguration? Read(byte[] utf8, out string problem)
    {
        JsonObject? o = JsonReader.Parse(utf8, utf8.Length, out problem);
        if (o == null)
        {
            problem = "The configuration is refused: " + problem + ".";
            return null;
        }

        DeviceConfiguration read = new DeviceConfiguration
        {
            Site = o.Name("site"),
            Device = o.Name("device"),
            Type = o.Name("type"),
            Key = Hex.Decode(o.Hex("key", 2 * Limits.KeyBytes))!,
            Host = HostName(o),
            Port = (int)o.Integer("port", 1, 65535),
            Authority = o.OptionalString("ca", 8192),
            Encrypt = Flag(o, "encrypt"),
            Certificate = o.OptionalString("certificate", 8192),
            PrivateKey = o.OptionalString("private_key", 8192),
            SlotBytes = o.OptionalInteger("slot_bytes", 1, Limits.ImageBytesMax, 256 * 1024),
            Window = (int)o.OptionalInteger("window", 1, Limits.WindowMax, 8),
            ChunkBytes = (int)o.OptionalInteger("chunk_bytes", Limits.ChunkBytesMin, Limits.ChunkBytesMax, Limits.ChunkBytesDefault),
            Capabilities = o.OptionalStrings("capabilities", 64, Limits.NameLength),
            WatchdogMs = o.OptionalInteger("watchdog_ms", 1000, HourMs, 30000),
            LogLevel = Level(o),
            Publishers = PublisherKeys(o),
        };
        TrialOptions trial = read.Trial;
        trial.HealthyAfterMs = o.OptionalInteger("healthy_after_ms", 0, HourMs, trial.HealthyAfterMs);
        trial.HubPatienceMs = o.OptionalInteger("hub_patience_ms", 1, WeekMs, trial.HubPatienceMs);
        trial.ReportRetryMs = o.OptionalInteger("report_retry_ms", 1, HourMs, trial.ReportRetryMs);
        if (o.Problem.Length > 0)
        {
            problem = "The configuration is refused: " + o.Problem + ".";
            return null;
        }

        return read;
    }

    // True where it is missing.
    private static bool Flag(JsonObject o, string member)
    {
        object? value = o.Get(member);
        if (o.Has(member) && value is not bool)
        {
            o.Note(member, "true or false");
        }

        return value is not bool flag || flag;
    }

    private static TrustedKey[] PublisherKeys(JsonObject o)
    {
        ArrayList keys = new ArrayList();
        JsonObject[] publishers = o.OptionalObjects("publishers", Limits.PublishersMax);
        for (int i = 0; i < publishers.Length; i++)
        {
            JsonObject publisher = publishers[i];
            string key = publisher.Hex("key", Limits.PublisherKeyLength);
            string[] kinds = publisher.OptionalStrings("kinds", 4, Limits.NameLength);
            if (publisher.Problem.Length > 0 || kinds.Length == 0 || !Ed25519.IsPublicKey(Hex.Decode(key)!))
            {
                // Were one that cannot be read passed over, images would be taken unsigned.
                o.Note("publishers", "objects of a \"key\" (an Ed25519 public key, 64 lower-case hex digits) and \"kinds\"");
                break;
            }

            TrustedKey[] configured = TrustedKey.Configured(key, kinds);
            for (int k = 0; k < configured.Length; k++)
            {
                keys.Add(configured[k]);
            }
        }

        if (keys.Count > Limits.PublishersMax)
        {
            o.Note("publishers", "at most " + Limits.PublishersMax.ToString() + " keys, each counted once a kind");
        }

        TrustedKey[] read = new TrustedKey[keys.Count];
        keys.CopyTo(read);
        return read;
    }

    private static string HostName(JsonObject o)
    {
        string host = o.String("host", 253);
        if (host.Length == 0)
        {
            o.Note("host", "the broker's name or address");
        }

        return host;
    }

    private static LogLevel Level(JsonObject o)
    {
        switch (o.Has("log_level") ? o.String("log_level", 16) : "info")
        {
            case "debug": return LogLevel.Debug;
            case "info": return LogLevel.Info;
            case "warning": return LogLevel.Warning;
            case "error": return LogLevel.Error;
            default:
                o.Note("log_level", "debug, info, warning or error");
                return LogLevel.Info;
        }
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <content>The handshake, and the hub's status that prompts it.</content>
public static partial class Codec
{
    /// <summary>Members of a hello.</summary>
    public static JsonWriter Write(Hello m)
    {
        JsonWriter writer = new JsonWriter().Add("v", m.Version).Add("nonce", m.Nonce);
        if (m.Encrypt)
        {
            writer.Add("encrypt", true);
        }

        if (m.Tls)
        {
            writer.Add("tls", true);
        }

        return m.Identity == 0 ? writer : writer.Add("identity", m.Identity);
    }

    /// <summary>Reads a hello.</summary>
    public static Hello ReadHello(JsonObject o) => new Hello
    {
        Version = (int)o.Integer("v", 1, 255),
        Nonce = o.Hex("nonce", 2 * Limits.NonceBytes),
        Encrypt = o.Get("encrypt") is bool encrypt && encrypt,
        Tls = o.Get("tls") is bool tls && tls,
        Identity = o.OptionalInteger("identity", 0, JsonReader.IntegerMax, 0),
    };

    /// <summary>Members of a welcome.</summary>
    public static JsonWriter Write(Welcome m)
    {
        JsonWriter writer = new JsonWriter().Add("device_nonce", m.DeviceNonce).Add("nonce", m.Nonce).Add("hub", m.Hub).Add("time", m.Time);
        return m.Encrypt.Length == 0 ? writer : writer.Add("encrypt", m.Encrypt);
    }

    /// <summary>Reads a welcome.</summary>
    public static Welcome ReadWelcome(JsonObject o) => new Welcome
    {
        DeviceNonce = o.Hex("device_nonce", 2 * Limits.NonceBytes),
        Nonce = o.Hex("nonce", 2 * Limits.NonceBytes),
        Hub = o.Hex("hub", 16),
        Time = o.Integer("time", 0, JsonReader.IntegerMax),
        Encrypt = o.OptionalStrings("encrypt", 32, 32),
    };

    /// <summary>Members of the hub's status.</summary>
    public static JsonWriter Write(HubStatus m) =>
        new JsonWriter().Add("status", m.Status).AddIfAny("boot", m.Boot).Add("time", m.Time).AddIfAny("version", m.HubVersion)
            .AddIfAny("accounts", m.Accounts);

    /// <summary>Reads the hub's status.</summary>
    public static HubStatus ReadHubStatus(JsonObject o) => new HubStatus
    {
        Status = o.String("status", 16),
        Boot = o.OptionalString("boot", 16),
        Time = o.OptionalInteger("time", 0, JsonReader.IntegerMax, 0),
        HubVersion = o.OptionalString("version", 32),
        Accounts = o.OptionalString("accounts", 16),
    };
}

using EdgeMesh.Protocol.Enrollment;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The board's file: what the hub hands out (<see cref="DeviceConfiguration"/>) or a PIN to get that with, and the Wi-Fi.</summary>
public sealed class NanoSettings
{
    /// <summary>Member <c>slot_bytes</c> where it is missing: what fits the smallest drive of nanoframework.json twice.</summary>
    public const long SlotBytes = 65536;

    private const int NetworksMax = 8;
    private const int PlainPort = 1883;

    // What belongs to an identity, and goes with the old one; and what asked for the new one.
    private static readonly string[] Replaced = new[] { "site", "device", "type", "key", "host", "port", "ca", "certificate", "private_key", "time", "pin", "tls", "id" };

    private NanoSettings(JsonObject members) => Members = members;

    /// <summary>All members as they were read.</summary>
    public JsonObject Members { get; }

    /// <summary>Member <c>wifi</c>: <c>[{"ssid": "…", "password": "…"}]</c>, tried in turn; none for a board with a cable.</summary>
    public WifiNetwork[] Networks { get; private set; } = new WifiNetwork[0];

    /// <summary>Member <c>time</c>: the least that the clock can say, in seconds since 1970-01-01 UTC; 0 for unknown.</summary>
    public long UnixSeconds { get; private set; }

    /// <summary>The device's configuration; null where it is to be enrolled first.</summary>
    public DeviceConfiguration? Device { get; private set; }

    /// <summary>Member <c>pin</c>, read: what the hub showed; null where the device has its configuration.</summary>
    public EnrollmentSecret? Secret { get; private set; }

    /// <summary>For the enrolment, member <c>host</c>: the broker.</summary>
    public string Host { get; private set; } = "";

    /// <summary>For the enrolment, member <c>port</c>.</summary>
    public int Port { get; private set; }

    /// <summary>For the enrolment, member <c>tls</c>: whether the broker speaks TLS there. Default: unless the port is 1883.</summary>
    public bool Tls { get; private set; }

    /// <summary>For the enrolment, member <c>type</c>. Default <c>esp32-nano</c>.</summary>
    public string Type { get; private set; } = "";

    /// <summary>For the enrolment, member <c>id</c>: the id it would like. Default none.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Reads a file.</summary>
    /// <returns>It; null where it is refused, with the reason, which names the member, as a sentence.</returns>
    public static NanoSettings? Read(byte[] utf8, out string problem)
    {
        JsonObject? o = JsonReader.Parse(utf8, utf8.Length, out problem);
        if (o == null)
        {
            problem = "The settings are refused: " + problem + ".";
            return null;
        }

        NanoSettings read = new NanoSettings(o) { UnixSeconds = o.OptionalInteger("time", 0, uint.MaxValue, 0) };
        read.Networks = ReadNetworks(o);
        if (o.Has("pin"))
        {
            read.ReadEnrollment(o);
        }
        else if (o.Problem.Length == 0)
        {
            read.Device = DeviceConfiguration.Read(o.Has("slot_bytes") ? utf8 : WithSlotBytes(o), out problem);
            return read.Device == null ? null : read;
        }

        problem = o.Problem.Length == 0 ? "" : "The settings are refused: " + o.Problem + ".";
        return problem.Length == 0 ? read : null;
    }

    /// <summary>The file after an enrolment: the granted configuration, and beside it what was set before and is not replaced by it.</summary>
    public byte[] With(byte[] granted)
    {
        JsonObject? o = JsonReader.Parse(granted, granted.Length, out string problem);
        JsonWriter file = new JsonWriter();
        foreach (object name in Members.MemberNames)
        {
            if (!IsReplaced((string)name) && (o == null || !o.Has((string)name)))
            {
                file.AddParsed((string)name, Members.Get((string)name));
            }
        }

        foreach (object name in o == null ? new object[0] : o.MemberNames)
        {
            file.AddParsed((string)name, o!.Get((string)name));
        }

        return file.ToBytes();
    }

    private static byte[] WithSlotBytes(JsonObject o)
    {
        JsonWriter members = new JsonWriter().Add("slot_bytes", SlotBytes);
        foreach (object name in o.MemberNames)
        {
            members.AddParsed((string)name, o.Get((string)name));
        }

        return members.ToBytes();
    }

    private static bool IsReplaced(string name)
    {
        for (int i = 0; i < Replaced.Length; i++)
        {
            if (Replaced[i] == name)
            {
                return true;
            }
        }

        return false;
    }

    private static WifiNetwork[] ReadNetworks(JsonObject o)
    {
        JsonObject[] given = o.OptionalObjects("wifi", NetworksMax);
        WifiNetwork[] networks = new WifiNetwork[given.Length];
        for (int i = 0; i < given.Length; i++)
        {
            networks[i] = new WifiNetwork(given[i].String("ssid", WifiNetwork.SsidLength), given[i].OptionalString("password", WifiNetwork.PasswordLength));
            if (given[i].Problem.Length > 0 || networks[i].Ssid.Length == 0)
            {
                o.Note("wifi", "objects of an \"ssid\" of 1 to 32 bytes and a \"password\" of at most 64");
            }
        }

        return networks;
    }

    private void ReadEnrollment(JsonObject o)
    {
        Secret = EnrollmentSecret.Read(o.String("pin", 64));
        if (Secret == null)
        {
            o.Note("pin", "what the hub shows, token-PIN or token-CODE");
        }

        Host = o.String("host", 253);
        if (Host.Length == 0)
        {
            o.Note("host", "the broker's name or address");
        }

        Port = (int)o.Integer("port", 1, 65535);
        Tls = Port != PlainPort;
        if (o.Has("tls"))
        {
            if (o.Get("tls") is bool tls)
            {
                Tls = tls;
            }
            else
            {
                o.Note("tls", "true or false");
            }
        }

        Type = o.Has("type") ? o.Name("type") : "esp32-nano";
        Id = o.Has("id") ? o.Name("id") : "";
    }
}

using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>The device's first message, <c>begin</c>.</summary>
public sealed class EnrollmentBegin
{
    /// <summary>Bytes of a session id.</summary>
    public const int SidBytes = 16;

    /// <summary>Names one try, random. What carries another one is not part of this exchange.</summary>
    public byte[] Sid { get; set; } = new byte[SidBytes];

    /// <summary><see cref="EnrollmentSecret.Pin"/> or <see cref="EnrollmentSecret.Code"/>.</summary>
    public string Tier { get; set; } = "";

    /// <summary>The device's share of CPace; empty with a code.</summary>
    public byte[] Share { get; set; } = new byte[0];

    /// <summary>The device's type.</summary>
    public string Type { get; set; } = "";

    /// <summary>What it runs, such as <c>micropython</c>.</summary>
    public string Runtime { get; set; } = "";

    /// <summary>The id it would like; empty for any.</summary>
    public string Id { get; set; } = "";

    /// <summary>Reads one; null where it is malformed, with the reason.</summary>
    public static EnrollmentBegin? Read(JsonObject o, out string problem)
    {
        o.Integer("v", Limits.ProtocolVersion, Limits.ProtocolVersion);
        string tier = o.String("tier", 8);
        if (tier != EnrollmentSecret.Pin && tier != EnrollmentSecret.Code)
        {
            o.Note("tier", "\"pin\" or \"code\"");
        }

        EnrollmentBegin begin = new EnrollmentBegin
        {
            Sid = Hex.Decode(o.Hex("sid", 2 * SidBytes))!,
            Tier = tier,
            Share = tier == EnrollmentSecret.Pin ? Hex.Decode(o.Hex("share", 2 * CPace.ShareBytes))! : new byte[0],
            Type = o.Name("type"),
            Runtime = o.Name("runtime"),
            Id = o.Has("id") ? o.Name("id") : "",
        };
        problem = o.Problem;
        return problem.Length == 0 ? begin : null;
    }

    /// <summary>The message.</summary>
    public byte[] ToBytes()
    {
        JsonWriter writer = EnrollmentStrings.Message("begin", Sid).Add("v", Limits.ProtocolVersion).Add("tier", Tier);
        return writer.AddIfAny("share", Hex.Encode(Share)).Add("type", Type).Add("runtime", Runtime).AddIfAny("id", Id).ToBytes();
    }

    /// <summary>What the device binds the key to (CPace's ADa): its fields, none of which can hold a line feed, each on a line.</summary>
    internal byte[] Fields() => Encoding.UTF8.GetBytes(Limits.ProtocolVersion.ToString() + "\n" + Tier + "\n" + Type + "\n" + Runtime + "\n" + Id);
}

using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <content>What an image is.</content>
public static partial class Codec
{
    /// <summary>Members of a manifest, in their fixed order.</summary>
    public static JsonWriter Write(Manifest m)
    {
        JsonWriter writer = new JsonWriter()
            .Add("id", m.Id).Add("version", m.Version).Add("sequence", m.Sequence).Add("kind", m.Kind)
            .Add("device_type", m.DeviceType).Add("size", m.Size).Add("sha256", m.Sha256);
        if (m.Requires.Length > 0)
        {
            writer.Add("requires", m.Requires);
        }

        writer.Add("created", m.Created);
        return m.Expires > 0 ? writer.Add("expires", m.Expires) : writer;
    }

    /// <summary>Reads a manifest.</summary>
    public static Manifest ReadManifest(JsonObject o) => new Manifest
    {
        Id = o.Name("id"),
        Version = VersionOf(o),
        Sequence = o.Integer("sequence", 1, JsonReader.IntegerMax),
        Kind = o.Name("kind"),
        DeviceType = o.Name("device_type"),
        Size = o.Integer("size", 1, Limits.ImageBytesMax),
        Sha256 = o.Hex("sha256", Sha256Digits),
        Requires = o.OptionalStrings("requires", 16, Limits.NameLength),
        Created = o.Integer("created", 0, JsonReader.IntegerMax),
        Expires = o.OptionalInteger("expires", 0, JsonReader.IntegerMax, 0),
    };

    private static string VersionOf(JsonObject o)
    {
        string text = o.String("version", Limits.NameLength);
        if (!Names.IsVersion(text))
        {
            o.Note("version", Names.VersionGrammar);
        }

        return text;
    }
}

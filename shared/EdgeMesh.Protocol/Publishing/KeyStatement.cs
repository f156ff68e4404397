using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Publishing;

/// <summary>A publisher's word, signed with its key, that another key takes this one's place: a link of the chain by which keys are rotated.</summary>
/// <remarks>
/// What is signed is <see cref="Domain"/> and then the statement's exact bytes, which are JSON. A manifest is signed as it is and begins otherwise, so
/// neither can pass for the other.
/// </remarks>
public sealed class KeyStatement
{
    /// <summary>What stands before a statement's bytes when it is signed; a zero byte follows.</summary>
    public const string Domain = "edgemesh key statement";

    /// <summary>The key that signs the statement, in hex.</summary>
    public string By { get; set; } = "";

    /// <summary>The key that takes its place, in hex.</summary>
    public string Key { get; set; } = "";

    /// <summary>The kinds for which it does.</summary>
    public string[] Kinds { get; set; } = new string[0];

    /// <summary>Above that of every statement before it; 1 at least.</summary>
    public long Sequence { get; set; }

    /// <summary>The bytes signed.</summary>
    public byte[] SignedBytes { get; private set; } = new byte[0];

    /// <summary>The signature over them.</summary>
    public byte[] Signature { get; private set; } = new byte[0];

    /// <summary>The statement's bytes: JSON.</summary>
    public byte[] ToBytes() => new JsonWriter().Add("by", By).Add("key", Key).Add("kinds", Kinds).Add("sequence", Sequence).ToBytes();

    /// <summary>What a signature over a statement's bytes is made of.</summary>
    public static byte[] BytesToSign(byte[] statement)
    {
        byte[] domain = Encoding.UTF8.GetBytes(Domain);
        byte[] bytes = new byte[domain.Length + 1 + statement.Length];
        domain.CopyTo(bytes, 0);
        statement.CopyTo(bytes, domain.Length + 1);
        return bytes;
    }

    /// <summary>A statement as it travels.</summary>
    public static string TextOf(byte[] statement, byte[] signature) => Base64Url.Encode(statement) + "." + Base64Url.Encode(signature);

    /// <summary>Reads a statement as it travels. Its signature is not checked by that.</summary>
    /// <returns>The statement; null where it cannot be read, with the reason in <paramref name="problem"/>.</returns>
    public static KeyStatement? Read(string text, out string problem)
    {
        int dot = text.IndexOf('.');
        byte[]? bytes = dot < 0 ? null : Base64Url.Decode(text.Substring(0, dot));
        byte[]? signature = dot < 0 ? null : Base64Url.Decode(text.Substring(dot + 1));
        if (bytes == null || signature == null)
        {
            problem = "it is not two base64url texts with a dot between";
            return null;
        }

        JsonObject? o = JsonReader.Parse(bytes, bytes.Length, out problem);
        if (o == null)
        {
            return null;
        }

        KeyStatement statement = new KeyStatement
        {
            By = o.Hex("by", Limits.PublisherKeyLength),
            Key = o.Hex("key", Limits.PublisherKeyLength),
            Kinds = o.OptionalStrings("kinds", 8, Limits.NameLength),
            Sequence = o.Integer("sequence", 1, JsonReader.IntegerMax),
            SignedBytes = BytesToSign(bytes),
            Signature = signature,
        };
        problem = o.Problem;
        return problem.Length > 0 ? null : statement;
    }

    /// <summary>Whether it names a kind.</summary>
    public bool IsFor(string kind)
    {
        for (int i = 0; i < Kinds.Length; i++)
        {
            if (Kinds[i] == kind)
            {
                return true;
            }
        }

        return false;
    }
}

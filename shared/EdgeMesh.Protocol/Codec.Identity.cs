using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <content>What a device is to connect with.</content>
public static partial class Codec
{
    /// <summary>Members of an identity.</summary>
    public static JsonWriter Write(Identity m) =>
        new JsonWriter().Add("sequence", m.Sequence).Add("ca", m.Authority).AddIfAny("certificate", m.Certificate).AddIfAny("private_key", m.PrivateKey);

    /// <summary>Reads an identity: authorities, and a certificate with its key or neither.</summary>
    public static Identity ReadIdentity(JsonObject o)
    {
        Identity read = new Identity
        {
            Sequence = o.Integer("sequence", 1, JsonReader.IntegerMax),
            Authority = PemOf(o, "ca"),
            Certificate = o.Has("certificate") ? PemOf(o, "certificate") : "",
            PrivateKey = o.Has("private_key") ? PemOf(o, "private_key") : "",
        };
        if ((read.Certificate.Length == 0) != (read.PrivateKey.Length == 0))
        {
            o.Note("private_key", "there with \"certificate\", and only then");
        }

        return read;
    }

    /// <summary>Members of the answer to an identity.</summary>
    public static JsonWriter Write(IdentityAnswer m) =>
        new JsonWriter().Add("sequence", m.Sequence).Add("state", m.State).AddIfAny("code", m.Code).AddIfAny("reason", Shorten(m.Reason));

    /// <summary>Reads the answer to an identity.</summary>
    public static IdentityAnswer ReadIdentityAnswer(JsonObject o) => new IdentityAnswer
    {
        Sequence = o.Integer("sequence", 1, JsonReader.IntegerMax),
        State = o.String("state", 16),
        Code = o.OptionalString("code", CodeLength),
        Reason = o.OptionalString("reason", Limits.ReasonLength),
    };

    private static string PemOf(JsonObject o, string name)
    {
        string text = o.String(name, Limits.IdentityBytes);
        if (!text.StartsWith("-----BEGIN "))
        {
            o.Note(name, "PEM");
        }

        return text;
    }
}

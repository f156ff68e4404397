using System;
using System.Text;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>Signed JSON: <c>{…,"mac":"64 hex digits"}</c>, the signature the last member and of fixed length.</summary>
/// <remarks>
/// The code is HMAC-SHA256 over the topic, a zero byte and the payload's bytes before <c>,"mac"</c>. It is checked on the raw bytes
/// before anything is parsed, so three languages need no canonical form, and no parser sees a stranger's bytes.
/// </remarks>
public static class SignedJson
{
    /// <summary>The member that carries the signature.</summary>
    public const string Member = "mac";

    private const string Opening = ",\"" + Member + "\":\"";

    /// <summary>Bytes of the signature member and the last brace.</summary>
    public const int TailBytes = 8 + 64 + 2;

    /// <summary>What precedes the payload in every signature: the topic and a zero byte.</summary>
    public static byte[] Prefix(string topic)
    {
        // Not as a part of the text: nanoFramework's strings end at a zero, and what is encoded of them too.
        byte[] text = Encoding.UTF8.GetBytes(topic);
        byte[] prefix = new byte[text.Length + 1];
        Array.Copy(text, prefix, text.Length);
        return prefix;
    }

    /// <summary>Signs an object of at least one member and closes it.</summary>
    public static byte[] Sign(ICrypto crypto, byte[] key, string topic, JsonWriter body)
    {
        byte[] open = body.OpenBytes();
        byte[] mac = crypto.HmacSha256(key, Prefix(topic), open, 0, open.Length);
        byte[] tail = Encoding.UTF8.GetBytes(Opening + Hex.Encode(mac) + "\"}");
        byte[] payload = new byte[open.Length + tail.Length];
        open.CopyTo(payload, 0);
        tail.CopyTo(payload, open.Length);
        return payload;
    }

    /// <summary>Whether the payload carries this key's signature for this topic.</summary>
    public static bool Verify(ICrypto crypto, byte[] key, string topic, byte[] payload)
    {
        int length = payload.Length - TailBytes;
        if (length < 1)
        {
            return false;
        }

        byte[] mac = crypto.HmacSha256(key, Prefix(topic), payload, 0, length);
        byte[] tail = Encoding.UTF8.GetBytes(Opening + Hex.Encode(mac) + "\"}");
        return Bytes.EqualInConstantTime(payload, length, tail, 0, TailBytes);
    }

    /// <summary>The body of a payload whose signature was verified: the object without its signature, closed again.</summary>
    public static JsonObject? Parse(byte[] payload, out string problem)
    {
        int length = payload.Length - TailBytes;
        byte[] body = new byte[length + 1];
        Array.Copy(payload, 0, body, 0, length);
        body[length] = (byte)'}';
        return JsonReader.Parse(body, body.Length, out problem);
    }
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>AES-256-GCM over a session's messages, for what crosses the network without TLS: a key a direction, from the handshake.</summary>
/// <remarks>
/// Encrypted first and signed then, as every message is. A nonce never comes twice under a key: of JSON it is a zero byte and the message's
/// counter; of a chunk a one, session and sequence, and a chunk that is sent again has the same bytes at the same place. The additional
/// data is the topic, which names site and device, and of a chunk its header too.
/// </remarks>
public sealed class SessionCipher
{
    /// <summary>The member that carries base64 of ciphertext and tag, in place of the body's own.</summary>
    public const string Member = "enc";

    private const string Device = "devices/{}/";
    private readonly IAead _send;
    private readonly IAead _receive;
    private readonly bool[] _covers = new bool[Topic.KindCount];

    /// <summary>The cipher of one side.</summary>
    /// <param name="crypto">The platform's AES-GCM.</param>
    /// <param name="sendKey">Key of what this side sends.</param>
    /// <param name="receiveKey">Key of what the other side sends.</param>
    /// <param name="topics">What is encrypted, as the welcome names it: topics below the device's, such as <c>down/command</c>. Unknown ones are passed over.</param>
    public SessionCipher(ICrypto crypto, byte[] sendKey, byte[] receiveKey, string[] topics)
    {
        _send = crypto.CreateAesGcm(sendKey);
        _receive = crypto.CreateAesGcm(receiveKey);
        for (int kind = 0; kind < _covers.Length; kind++)
        {
            string name = NameOf((TopicKind)kind);
            for (int i = 0; i < topics.Length; i++)
            {
                _covers[kind] |= name.Length > 0 && topics[i] == name;
            }
        }
    }

    /// <summary>How a welcome names a topic of a device: what follows the device's id. Empty for one that is not a device's, and for the handshake and the status, which are never encrypted.</summary>
    public static string NameOf(TopicKind kind)
    {
        string pattern = Topic.PatternOf(kind);
        bool never = kind == TopicKind.Hello || kind == TopicKind.Welcome || kind == TopicKind.Status;
        return never || !pattern.StartsWith(Device) ? "" : pattern.Substring(Device.Length);
    }

    /// <summary>Whether messages of this kind are encrypted: a plain one is refused then.</summary>
    public bool Covers(TopicKind kind) => _covers[(int)kind];

    /// <summary>A body's ciphertext, as the body that goes out.</summary>
    public JsonWriter Seal(string topic, JsonWriter body, long counter) =>
        new JsonWriter().Add(Member, Convert.ToBase64String(_send.Seal(Nonce(0, counter), SignedJson.Prefix(topic), body.ToBytes())));

    /// <summary>The plaintext of a body that came in; null where it carries none, or one that is not this key's, topic's and counter's.</summary>
    public byte[]? Open(string topic, JsonObject body, long counter)
    {
        byte[]? sealedBytes = Base64.Decode(body.String(Member, Limits.JsonPayloadBytes));
        return sealedBytes == null ? null : _receive.Open(Nonce(0, counter), SignedJson.Prefix(topic), sealedBytes);
    }

    /// <summary>A chunk frame with its data, which stands at <see cref="ChunkFrame.Overhead"/>, encrypted; header and tag are still to be filled in.</summary>
    public byte[] SealChunk(string topic, long session, long sequence, byte[] frame)
    {
        byte[] data = new byte[frame.Length - ChunkFrame.Overhead];
        Array.Copy(frame, ChunkFrame.Overhead, data, 0, data.Length);
        byte[] ciphertext = _send.Seal(ChunkNonce(session, sequence), Additional(topic, session, sequence), data);
        byte[] result = new byte[ChunkFrame.Overhead + ciphertext.Length];
        ciphertext.CopyTo(result, ChunkFrame.Overhead);
        return result;
    }

    /// <summary>A chunk frame, whose tag was verified, with its data in plain; null where that is not what the other side encrypted for this place.</summary>
    public byte[]? OpenChunk(string topic, byte[] frame)
    {
        byte[] ciphertext = new byte[frame.Length - ChunkFrame.Overhead];
        Array.Copy(frame, ChunkFrame.Overhead, ciphertext, 0, ciphertext.Length);
        long session = ChunkFrame.SessionOf(frame);
        long sequence = ChunkFrame.SequenceOf(frame);
        byte[]? data = _receive.Open(ChunkNonce(session, sequence), Additional(topic, session, sequence), ciphertext);
        if (data == null)
        {
            return null;
        }

        byte[] result = new byte[ChunkFrame.Overhead + data.Length];
        Array.Copy(frame, 0, result, 0, ChunkFrame.Overhead);
        data.CopyTo(result, ChunkFrame.Overhead);
        return result;
    }

    private static byte[] Nonce(byte use, long number)
    {
        byte[] nonce = new byte[Gcm.NonceBytes];
        nonce[0] = use;
        Bytes.PutUInt32(nonce, 4, number >> 32);
        Bytes.PutUInt32(nonce, 8, number);
        return nonce;
    }

    private static byte[] ChunkNonce(long session, long sequence) => Nonce(1, (session << 32) | sequence);

    private static byte[] Additional(string topic, long session, long sequence)
    {
        byte[] prefix = SignedJson.Prefix(topic);
        byte[] additional = new byte[prefix.Length + ChunkFrame.HeaderBytes];
        prefix.CopyTo(additional, 0);
        additional[prefix.Length] = Limits.ProtocolVersion;
        Bytes.PutUInt32(additional, prefix.Length + 1, session);
        Bytes.PutUInt32(additional, prefix.Length + 5, sequence);
        return additional;
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>One side of a session: signs with a growing counter, and opens every counter of the other side once.</summary>
public sealed class Session
{
    /// <summary>The member that carries the counter.</summary>
    public const string CounterMember = "n";

    private readonly ICrypto _crypto;
    private readonly byte[] _sendKey;
    private readonly byte[] _receiveKey;
    private readonly SessionCipher? _cipher;
    private readonly ReplayWindow _window = new ReplayWindow();
    private long _counter;

    /// <summary>A session that has sent and received nothing yet.</summary>
    /// <param name="crypto">The platform's primitives.</param>
    /// <param name="sendKey">Signs what this side sends.</param>
    /// <param name="receiveKey">Signs what the other side sends.</param>
    /// <param name="cipher">What is encrypted, and how; null for nothing.</param>
    public Session(ICrypto crypto, byte[] sendKey, byte[] receiveKey, SessionCipher? cipher = null)
    {
        _cipher = cipher;
        _crypto = crypto;
        _sendKey = sendKey;
        _receiveKey = receiveKey;
    }

    /// <summary>Encrypts a body where its kind is to be, adds the next counter, signs it for its topic and closes it.</summary>
    public byte[] Seal(TopicKind kind, string topic, JsonWriter body)
    {
        _counter++;
        JsonWriter outer = _cipher != null && _cipher.Covers(kind) ? _cipher.Seal(topic, body, _counter) : body;
        return SignedJson.Sign(_crypto, _sendKey, topic, outer.Add(CounterMember, _counter));
    }

    /// <summary>Signs a chunk frame in place, or a new one where chunks are encrypted.</summary>
    /// <returns>The frame to send.</returns>
    public byte[] SealChunk(string topic, long session, long sequence, byte[] frame)
    {
        byte[] outer = _cipher != null && _cipher.Covers(TopicKind.OtaChunk) ? _cipher.SealChunk(topic, session, sequence, frame) : frame;
        ChunkFrame.Seal(_crypto, _sendKey, topic, session, sequence, outer);
        return outer;
    }

    /// <summary>Whether the payload was signed by the other side of this session.</summary>
    public bool Signed(string topic, byte[] payload) => SignedJson.Verify(_crypto, _receiveKey, topic, payload);

    /// <summary>The chunk frame with its data in plain; null where it was not signed by the other side of this session.</summary>
    public byte[]? OpenChunk(string topic, byte[] frame) =>
        !ChunkFrame.Verify(_crypto, _receiveKey, topic, frame) ? null
        : _cipher != null && _cipher.Covers(TopicKind.OtaChunk) ? _cipher.OpenChunk(topic, frame)
        : frame;

    /// <summary>Reads a payload that <see cref="Signed"/> approved of.</summary>
    public Opened Open(TopicKind kind, string topic, byte[] payload)
    {
        JsonObject? body = SignedJson.Parse(payload, out string problem);
        if (body == null)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The message is signed but cannot be read: " + problem + ".");
        }

        long counter = body.Integer(CounterMember, 1, JsonReader.IntegerMax);
        if (body.Problem.Length > 0)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The message is signed but has no counter: " + body.Problem + ".");
        }

        return _window.Accept(counter)
            ? Decrypt(kind, topic, body, counter)
            : Opened.Refused(ErrorCodes.Replayed, "The counter " + counter.ToString() + " was seen before or is too old.");
    }

    // What is to be encrypted is refused in plain: whoever holds the keys agreed to it in the handshake.
    private Opened Decrypt(TopicKind kind, string topic, JsonObject body, long counter)
    {
        if (_cipher == null || !_cipher.Covers(kind))
        {
            return Opened.Good(body);
        }

        byte[]? plain = _cipher.Open(topic, body, counter);
        if (plain == null)
        {
            return Opened.Refused(ErrorCodes.SignatureInvalid, "The message is not encrypted with this session's key, as was agreed.");
        }

        JsonObject? inner = JsonReader.Parse(plain, plain.Length, out string problem);
        return inner != null ? Opened.Good(inner, plain) : Opened.Refused(ErrorCodes.MessageInvalid, "The message cannot be read: " + problem + ".");
    }
}

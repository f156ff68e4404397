using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>One side of a session: signs with a growing counter, and opens every counter of the other side once.</summary>
public sealed class Session
{
    /// <summary>The member that carries the counter.</summary>
    public const string CounterMember = "n";

    private const long CounterMax = 999999999999999999;
    private readonly ICrypto _crypto;
    private readonly byte[] _sendKey;
    private readonly byte[] _receiveKey;
    private readonly ReplayWindow _window = new ReplayWindow();
    private long _counter;

    /// <summary>A session that has sent and received nothing yet.</summary>
    public Session(ICrypto crypto, byte[] sendKey, byte[] receiveKey)
    {
        _crypto = crypto;
        _sendKey = sendKey;
        _receiveKey = receiveKey;
    }

    /// <summary>Adds the next counter to a body, signs it for a topic and closes it.</summary>
    public byte[] Seal(string topic, JsonWriter body)
    {
        _counter++;
        return SignedJson.Sign(_crypto, _sendKey, topic, body.Add(CounterMember, _counter));
    }

    /// <summary>Signs a chunk frame in place.</summary>
    public void SealChunk(string topic, long session, long sequence, byte[] frame) =>
        ChunkFrame.Seal(_crypto, _sendKey, topic, session, sequence, frame);

    /// <summary>Whether the payload was signed by the other side of this session.</summary>
    public bool Signed(string topic, byte[] payload) => SignedJson.Verify(_crypto, _receiveKey, topic, payload);

    /// <summary>Whether the chunk frame was signed by the other side of this session.</summary>
    public bool SignedChunk(string topic, byte[] frame) => ChunkFrame.Verify(_crypto, _receiveKey, topic, frame);

    /// <summary>Reads a payload that <see cref="Signed"/> approved of.</summary>
    public Opened Open(byte[] payload)
    {
        JsonObject? body = SignedJson.Parse(payload, out string problem);
        if (body == null)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The message is signed but cannot be read: " + problem + ".");
        }

        long counter = body.Integer(CounterMember, 1, CounterMax);
        if (body.Problem.Length > 0)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The message is signed but has no counter: " + body.Problem + ".");
        }

        return _window.Accept(counter)
            ? Opened.Good(body)
            : Opened.Refused(ErrorCodes.Replayed, "The counter " + counter.ToString() + " was seen before or is too old.");
    }
}

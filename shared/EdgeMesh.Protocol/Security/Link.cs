using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>What both sides of a device's link share: the session in use, and those on the way in or out of use.</summary>
/// <remarks>A session is only dropped for a message that proves the other side holds a newer one, so a replayed hello breaks nothing.</remarks>
public abstract class Link
{
    private readonly string[] _topics = new string[Topic.KindCount];

    /// <summary>The link of one device.</summary>
    protected Link(ICrypto crypto, DeviceKey key, string site, string device)
    {
        Crypto = crypto;
        Key = key;
        Site = site;
        Device = device;
    }

    /// <summary>The hub's site.</summary>
    public string Site { get; }

    /// <summary>The device's id.</summary>
    public string Device { get; }

    /// <summary>The platform's primitives.</summary>
    protected ICrypto Crypto { get; }

    /// <summary>The device's keys.</summary>
    protected DeviceKey Key { get; }

    /// <summary>The session in use; null before the first handshake.</summary>
    protected Session? Current { get; set; }

    /// <summary>Sessions that messages may still, or may soon, arrive under; unused places are null.</summary>
    protected Session?[] Others { get; } = new Session?[4];

    /// <summary>A topic of this device; formatted once, since every message needs one.</summary>
    public string TopicOf(TopicKind kind)
    {
        string topic = _topics[(int)kind];
        if (topic == null)
        {
            topic = Topic.Format(kind, Site, Device);
            _topics[(int)kind] = topic;
        }

        return topic;
    }

    /// <summary>Verifies and reads a message of a session.</summary>
    public Opened Open(TopicKind kind, byte[] payload)
    {
        if (payload.Length > Limits.JsonPayloadBytes)
        {
            string size = payload.Length.ToString() + " bytes, the limit is " + Limits.JsonPayloadBytes.ToString();
            return Opened.Refused(ErrorCodes.MessageTooLarge, "The message has " + size + ".");
        }

        string topic = TopicOf(kind);
        if (Current != null && Current.Signed(topic, payload))
        {
            CurrentProven();
            return Current.Open(kind, topic, payload);
        }

        bool any = Current != null;
        for (int i = 0; i < Others.Length; i++)
        {
            Session? other = Others[i];
            any |= other != null;
            if (other != null && other.Signed(topic, payload))
            {
                OtherProven(other);
                return other.Open(kind, topic, payload);
            }
        }

        return any
            ? Opened.Refused(ErrorCodes.SignatureInvalid, "The signature fits no session of this device.")
            : Opened.Refused(ErrorCodes.NoSession, "No handshake has been made yet; the device must say hello first.");
    }

    /// <summary>A binary chunk frame with its data in plain; null where it is not signed by the other side.</summary>
    public byte[]? OpenChunk(byte[] frame)
    {
        string topic = TopicOf(TopicKind.OtaChunk);
        return Current?.OpenChunk(topic, frame) ?? Others[0]?.OpenChunk(topic, frame);
    }

    /// <summary>A message under the session in use arrived.</summary>
    protected abstract void CurrentProven();

    /// <summary>A message under one of the other sessions arrived.</summary>
    protected abstract void OtherProven(Session session);

    /// <summary>Forgets every session but the one in use.</summary>
    protected void DropOthers()
    {
        for (int i = 0; i < Others.Length; i++)
        {
            Others[i] = null;
        }
    }

    /// <summary>The session of a handshake.</summary>
    /// <param name="deviceNonce">The hello's nonce.</param>
    /// <param name="hubNonce">The welcome's nonce.</param>
    /// <param name="encrypt">What the welcome says is encrypted.</param>
    /// <param name="hub">Whether this is the hub's side.</param>
    protected Session NewSession(byte[] deviceNonce, byte[] hubNonce, string[] encrypt, bool hub)
    {
        SessionKeys sign = Key.Session(deviceNonce, hubNonce);
        SessionCipher? cipher = null;
        if (encrypt.Length > 0)
        {
            SessionKeys secret = Key.Encryption(deviceNonce, hubNonce);
            cipher = new SessionCipher(Crypto, hub ? secret.Down : secret.Up, hub ? secret.Up : secret.Down, encrypt);
        }

        return new Session(Crypto, hub ? sign.Down : sign.Up, hub ? sign.Up : sign.Down, cipher);
    }

    /// <summary>Reads a handshake message, signed with the long-term handshake key.</summary>
    protected Opened OpenHandshake(TopicKind kind, byte[] payload)
    {
        if (payload.Length > Limits.JsonPayloadBytes)
        {
            return Opened.Refused(ErrorCodes.MessageTooLarge, "The handshake is over the size limit.");
        }

        if (!SignedJson.Verify(Crypto, Key.Handshake, TopicOf(kind), payload))
        {
            return Opened.Refused(ErrorCodes.SignatureInvalid, "The handshake is not signed with this device's key.");
        }

        JsonObject? body = SignedJson.Parse(payload, out string problem);
        return body != null ? Opened.Good(body) : Opened.Refused(ErrorCodes.MessageInvalid, "The handshake cannot be read: " + problem + ".");
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>The hub's side of one device's handshake and session.</summary>
/// <remarks>
/// A hello alone changes nothing for the session in use, since it may be a replay: the new session waits until a message under it
/// proves that the device has it, and only then does the hub speak under it. The last four wait, so that a replay cannot push out
/// the true one; a hello that the broker delivers twice gets the same welcome twice. Should late copies of old hellos push it out all the same, the device
/// speaks under a session that is known no more: <see cref="AskForHello"/> ends that.
/// </remarks>
public sealed class HubLink : Link
{
    // A message or two may come late, from before the session in use; three in a row with none that fits is a device that is not understood.
    private const int MisfitsAtFirst = 3;
    private const int MisfitsMore = 64;

    private readonly string[] _nonces = new string[4];
    private readonly byte[]?[] _welcomes = new byte[]?[4];
    private readonly Hello?[] _hellos = new Hello?[4];
    private int _next;
    private int _misfits;
    private int _askAt = MisfitsAtFirst;

    /// <summary>The link to one device.</summary>
    public HubLink(ICrypto crypto, DeviceKey key, string site, string device)
        : base(crypto, key, site, device)
    {
    }

    /// <summary>Whether a session is in use.</summary>
    public bool Established => Current != null;

    /// <summary>The hello of the session in use; null where there is none.</summary>
    public Hello? Hello { get; private set; }

    /// <summary>How many sessions have come into use: it grows with every handshake that was carried through.</summary>
    public int Generation { get; private set; }

    /// <summary>Answers a hello, with the hub's boot id and time.</summary>
    /// <returns>The welcome's payload in <paramref name="welcome"/>, or the refusal as a result.</returns>
    /// <param name="payload">The hello.</param>
    /// <param name="hubBoot">The hub's boot id: 16 hex digits.</param>
    /// <param name="unixSeconds">The hub's time.</param>
    /// <param name="encrypt">What is to be encrypted where the device asks for it: see <see cref="Welcome.Encrypt"/>.</param>
    /// <param name="welcome">The answer; null where the hello is refused.</param>
    public Opened Greet(byte[] payload, string hubBoot, long unixSeconds, string[] encrypt, out byte[]? welcome)
    {
        welcome = null;
        Opened opened = OpenHandshake(TopicKind.Hello, payload);
        if (opened.Body == null)
        {
            return opened;
        }

        Hello hello = Codec.ReadHello(opened.Body);
        if (opened.Body.Problem.Length > 0)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The hello is malformed: " + opened.Body.Problem + ".");
        }

        if (hello.Version != Limits.ProtocolVersion)
        {
            return Opened.Refused(
                ErrorCodes.VersionUnsupported,
                "The device speaks protocol " + hello.Version.ToString() + ", this hub " + Limits.ProtocolVersion.ToString() + "; update the older one.");
        }

        for (int i = 0; i < _nonces.Length; i++)
        {
            if (_nonces[i] == hello.Nonce && Others[i] != null)
            {
                welcome = _welcomes[i];
                return opened;
            }
        }

        byte[] nonce = Crypto.Random(Limits.NonceBytes);
        string[] agreed = hello.Encrypt ? encrypt : new string[0];
        Welcome answer = new Welcome { DeviceNonce = hello.Nonce, Nonce = Hex.Encode(nonce), Hub = hubBoot, Time = unixSeconds, Encrypt = agreed };
        welcome = SignedJson.Sign(Crypto, Key.Handshake, TopicOf(TopicKind.Welcome), Codec.Write(answer));
        Others[_next] = NewSession(Hex.Decode(hello.Nonce)!, nonce, agreed, true);
        _nonces[_next] = hello.Nonce;
        _hellos[_next] = hello;
        _welcomes[_next] = welcome;
        _next = (_next + 1) % _nonces.Length;
        return opened;
    }

    /// <summary>Counts a message that fitted no session, and at times asks the device to say hello again.</summary>
    /// <remarks>After 3 such messages in a row, then after twice as many, then every 64: whoever can publish for a device gains little by it.</remarks>
    /// <returns>The welcome to send, which answers no hello; null where nothing is to be sent yet.</returns>
    public byte[]? AskForHello(string hubBoot, long unixSeconds)
    {
        if (++_misfits < _askAt)
        {
            return null;
        }

        _askAt += _misfits < MisfitsMore ? _misfits : MisfitsMore;
        Welcome ask = new Welcome { DeviceNonce = Welcome.NoHello, Nonce = Hex.Encode(Crypto.Random(Limits.NonceBytes)), Hub = hubBoot, Time = unixSeconds };
        return SignedJson.Sign(Crypto, Key.Handshake, TopicOf(TopicKind.Welcome), Codec.Write(ask));
    }

    /// <summary>Signs a message under the session in use; null where there is none.</summary>
    public byte[]? Seal(TopicKind kind, JsonWriter body) => Current?.Seal(kind, TopicOf(kind), body);

    /// <summary>The chunk frame to send under the session in use; null where there is none.</summary>
    public byte[]? SealChunk(long session, long sequence, byte[] frame) =>
        Current?.SealChunk(TopicOf(TopicKind.OtaChunk), session, sequence, frame);

    /// <inheritdoc/>
    protected override void CurrentProven()
    {
        // Nothing to drop: hellos that wait may be the device's next.
        Understood();
    }

    /// <inheritdoc/>
    protected override void OtherProven(Session session)
    {
        for (int i = 0; i < _hellos.Length; i++)
        {
            Hello = Others[i] == session ? _hellos[i] : Hello;
        }

        Current = session;
        Generation++;
        DropOthers();
        Understood();
    }

    private void Understood()
    {
        _misfits = 0;
        _askAt = MisfitsAtFirst;
    }
}

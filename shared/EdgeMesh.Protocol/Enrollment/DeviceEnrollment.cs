using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>The device's side of one try to be enrolled. Pure: the driver connects as <see cref="EnrollmentSecret.User"/>, calls <see cref="Step"/> between
/// looks at its network, sends <see cref="Outgoing"/> whenever it is new or the connection is, and gives <see cref="Take"/> what arrives.</summary>
public sealed class DeviceEnrollment
{
    private const int TagBytesMax = CPace.TagBytes;
    private const int WaitMsMax = 3600000;
    private readonly ICrypto _crypto;
    private readonly EnrollmentSecret _secret;
    private readonly EnrollmentBegin _begin;
    private readonly CPace? _cpace;
    private byte[] _hubTag = new byte[0];
    private string _site = "";
    private string _device = "";
    private string _caSha256 = "";
    private Phase _phase = Phase.Working;
    private EnrollmentGrant? _grant;

    /// <summary>Begins.</summary>
    /// <param name="crypto">The platform's primitives: 16 random bytes, and 32 with a PIN. Without a source of randomness they throw, and nothing is enrolled.</param>
    /// <param name="secret">What the owner was shown.</param>
    /// <param name="type">The device's type.</param>
    /// <param name="runtime">What it runs.</param>
    /// <param name="id">The id it would like; empty for any.</param>
    public DeviceEnrollment(ICrypto crypto, EnrollmentSecret secret, string type, string runtime, string id)
    {
        _crypto = crypto;
        _secret = secret;
        _begin = new EnrollmentBegin { Sid = crypto.Random(EnrollmentBegin.SidBytes), Tier = secret.Tier, Type = type, Runtime = runtime, Id = id };
        if (secret.Tier == EnrollmentSecret.Pin)
        {
            _cpace = new CPace(crypto, true, Encoding.UTF8.GetBytes(secret.Value), EnrollmentStrings.Channel(secret.Token), _begin.Sid, _begin.Fields());
        }
        else
        {
            Begin();
        }
    }

    private enum Phase
    {
        Working,
        Begun,
        Answered,
        Confirmed,
        Granted,
        Done,
        Failed,
    }

    /// <summary>The message that the hub has not answered yet; null for none. It goes out again in a new connection: the hub answers it the same again.</summary>
    public byte[]? Outgoing { get; private set; }

    /// <summary>Grows whenever <see cref="Outgoing"/> is to be sent, which is after <see cref="WaitMs"/>.</summary>
    public int OutgoingNumber { get; private set; }

    /// <summary>How long to wait before <see cref="Outgoing"/> is sent, in milliseconds: the pause after a failed try, which the hub asks for; else 0.</summary>
    public int WaitMs { get; private set; }

    /// <summary>How much of the curve's work is done: 0 to 100; 100 with a code.</summary>
    public int Progress => _cpace == null ? 100 : _cpace.Progress;

    /// <summary>The granted configuration. The driver stores it and calls <see cref="Stored"/>.</summary>
    public byte[]? Configuration { get; private set; }

    /// <summary>Whether the hub has said that the device is enrolled.</summary>
    public bool IsDone => _phase == Phase.Done;

    /// <summary>The error code where the try has failed; else empty.</summary>
    public string Code { get; private set; } = "";

    /// <summary>Why, as a sentence.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Does some of the work, as <see cref="CPace.Step"/>; true where there is none at present.</summary>
    public bool Step(int multiplications)
    {
        if (_cpace == null || _phase == Phase.Failed || !_cpace.Step(multiplications))
        {
            return _cpace == null || _phase == Phase.Failed;
        }

        if (_phase == Phase.Working)
        {
            _begin.Share = _cpace.Share!;
            Begin();
        }
        else if (_phase == Phase.Answered)
        {
            Confirm(_cpace.Tag, _cpace.IsRefused ? null : _cpace.Confirm(_hubTag));
        }

        return true;
    }

    /// <summary>The message that says how far the work is: it extends the hub's patience.</summary>
    public byte[] ProgressMessage() => EnrollmentStrings.Message("progress", _begin.Sid).Add("percent", Progress).ToBytes();

    /// <summary>Takes a message of the hub. What is not for this try, or cannot be read, changes nothing.</summary>
    public void Take(byte[] payload)
    {
        JsonObject? o = payload.Length > Limits.JsonPayloadBytes ? null : JsonReader.Parse(payload, payload.Length, out _);
        if (o == null || o.OptionalString("sid", 64) != Hex.Encode(_begin.Sid))
        {
            return;
        }

        switch (o.OptionalString("m", 16))
        {
            case "answer": TakeAnswer(o); break;
            case "grant": TakeGrant(o); break;
            case "done": TakeDone(o); break;
            case "refuse": TakeRefusal(o); break;
            default: break;
        }
    }

    /// <summary>The configuration is stored.</summary>
    public void Stored()
    {
        if (_grant != null && Configuration != null)
        {
            Send(EnrollmentStrings.Message("stored", _begin.Sid).Add("tag", Hex.Encode(_grant.StoredTag(Configuration))));
        }
    }

    private void Begin()
    {
        _phase = Phase.Begun;
        Send(_begin.ToBytes());
    }

    private void TakeAnswer(JsonObject o)
    {
        string nonce = o.Hex("nonce", 2 * EnrollmentBegin.SidBytes);
        string site = o.String("site", Limits.NameLength);
        string device = o.String("device", Limits.NameLength);
        string ca = o.Has("ca_sha256") ? o.Hex("ca_sha256", 64) : "";
        byte[]? tag = Hex.Decode(o.String("tag", 2 * TagBytesMax));
        byte[] share = _cpace == null ? new byte[0] : Hex.Decode(o.Hex("share", 2 * CPace.ShareBytes))!;
        if (_phase != Phase.Begun || o.Problem.Length > 0 || tag == null || !Names.IsValid(site) || !Names.IsValid(device))
        {
            return;
        }

        _site = site;
        _device = device;
        _caSha256 = ca;
        _phase = Phase.Answered;
        Outgoing = null;
        WaitMs = 0;
        byte[] fields = EnrollmentStrings.HubFields(nonce, site, device, ca);
        if (_cpace != null)
        {
            _hubTag = tag;
            _cpace.Receive(share, fields);
            return;
        }

        EnrollmentCode code = new EnrollmentCode(_crypto, _secret, _begin, Hex.Decode(nonce)!, fields);
        Confirm(code.DeviceTag(), EnrollmentCode.AreEqual(code.HubTag(), tag) ? code.Key() : null);
    }

    private void Confirm(byte[]? tag, byte[]? isk)
    {
        if (isk == null)
        {
            Fail(ErrorCodes.EnrollmentRefused, "The hub does not know this PIN or code, or somebody changed its messages. Check what was typed; a new try counts.");
            Send(EnrollmentStrings.Message("abort", _begin.Sid).Add("code", ErrorCodes.EnrollmentRefused));
            return;
        }

        _grant = new EnrollmentGrant(_crypto, isk, _begin.Sid, _secret.Token);
        _phase = Phase.Confirmed;
        Send(EnrollmentStrings.Message("confirm", _begin.Sid).Add("tag", Hex.Encode(tag!)));
    }

    // What is changed on the way cannot be opened, and changes nothing: the hub sends it again when it is asked again.
    private void TakeGrant(JsonObject o)
    {
        string text = o.String("enc", Limits.JsonPayloadBytes);
        byte[]? opened = _phase == Phase.Confirmed && o.Problem.Length == 0 ? _grant!.Open(text) : null;
        JsonObject? configuration = opened == null ? null : JsonReader.Parse(opened, opened.Length, out _);
        if (configuration == null)
        {
            return;
        }

        string ca = configuration.OptionalString("ca", Limits.JsonPayloadBytes);
        if (configuration.OptionalString("site", Limits.NameLength) != _site || configuration.OptionalString("device", Limits.NameLength) != _device
            || (ca.Length == 0 ? "" : Sha256(ca)) != _caSha256)
        {
            Fail(ErrorCodes.EnrollmentRefused, "The hub grants another identity or authority than it agreed to. Report this: no honest hub does it.");
            return;
        }

        Configuration = opened;
        _phase = Phase.Granted;
        Outgoing = null;
    }

    private void TakeDone(JsonObject o)
    {
        byte[]? tag = Hex.Decode(o.String("tag", 64));
        if (_phase == Phase.Granted && tag != null && EnrollmentCode.AreEqual(_grant!.DoneTag(Configuration!), tag))
        {
            _phase = Phase.Done;
            Outgoing = null;
        }
    }

    // Nobody vouches for a refusal. So it counts only before the hub has proved itself; whoever can send it could use up the tries as well.
    private void TakeRefusal(JsonObject o)
    {
        int wait = (int)o.OptionalInteger("wait_ms", 0, WaitMsMax, 0);
        if (o.Problem.Length > 0 || (_phase != Phase.Begun && _phase != Phase.Confirmed))
        {
            return;
        }

        if (wait > 0)
        {
            WaitMs = wait;
            OutgoingNumber++;
            return;
        }

        Fail(o.OptionalString("code", 40), o.OptionalString("reason", Limits.ReasonLength));
    }

    private void Fail(string code, string reason)
    {
        _phase = Phase.Failed;
        Outgoing = null;
        Code = code.Length > 0 ? code : ErrorCodes.MessageInvalid;
        Reason = reason;
    }

    private void Send(JsonWriter message) => Send(message.ToBytes());

    private void Send(byte[] message)
    {
        Outgoing = message;
        OutgoingNumber++;
    }

    private string Sha256(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        IHash hash = _crypto.CreateSha256();
        hash.Update(utf8, 0, utf8.Length);
        return Hex.Encode(hash.Finish());
    }
}

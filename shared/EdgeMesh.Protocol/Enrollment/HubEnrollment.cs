using System.Text;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>The hub's side of one try of a device: begin → answer, confirm → grant, stored → done. Pure; how many tries there may be is the hub's to say.</summary>
/// <remarks>The curve is done at once: a hub takes a millisecond for it.</remarks>
public sealed class HubEnrollment
{
    private readonly ICrypto _crypto;
    private readonly string _token;
    private readonly EnrollmentBegin _begin;
    private readonly CPace? _cpace;
    private readonly EnrollmentCode? _code;
    private EnrollmentGrant? _grant;
    private byte[] _tag = new byte[0];
    private byte[] _configuration = new byte[0];

    /// <summary>Takes a begin of the secret's tier.</summary>
    /// <param name="crypto">The hub's primitives: 16 random bytes, and 32 with a PIN.</param>
    /// <param name="secret">What the owner was shown.</param>
    /// <param name="begin">The device's message.</param>
    /// <param name="site">The hub's site.</param>
    /// <param name="device">Who the device will be.</param>
    /// <param name="caSha256">SHA-256 of the PEM of the authorities that the device will trust, in hex; empty without TLS.</param>
    public HubEnrollment(ICrypto crypto, EnrollmentSecret secret, EnrollmentBegin begin, string site, string device, string caSha256)
    {
        _crypto = crypto;
        _token = secret.Token;
        _begin = begin;
        Site = site;
        Device = device;
        CaSha256 = caSha256;
        byte[] nonce = crypto.Random(EnrollmentBegin.SidBytes);
        string nonceText = Hex.Encode(nonce);
        byte[] fields = EnrollmentStrings.HubFields(nonceText, site, device, caSha256);
        byte[] tag;
        string share = "";
        if (secret.Tier == EnrollmentSecret.Pin)
        {
            _cpace = new CPace(crypto, false, Encoding.UTF8.GetBytes(secret.Value), EnrollmentStrings.Channel(_token), begin.Sid, fields);
            _cpace.Receive(begin.Share, begin.Fields());
            while (!_cpace.Step(CPace.Multiplications))
            {
            }

            if (_cpace.IsRefused)
            {
                return;
            }

            share = Hex.Encode(_cpace.Share!);
            tag = _cpace.Tag!;
        }
        else
        {
            _code = new EnrollmentCode(crypto, secret, begin, nonce, fields);
            tag = _code.HubTag();
        }

        Answer = EnrollmentStrings.Message("answer", begin.Sid).AddIfAny("share", share).Add("nonce", nonceText).Add("site", site)
            .Add("device", device).AddIfAny("ca_sha256", caSha256).Add("tag", Hex.Encode(tag)).ToBytes();
    }

    /// <summary>The hub's site.</summary>
    public string Site { get; }

    /// <summary>Who the device will be.</summary>
    public string Device { get; }

    /// <summary>What the device will trust.</summary>
    public string CaSha256 { get; }

    /// <summary>The message <c>answer</c>; null where the device's share is none that an honest device sends.</summary>
    public byte[]? Answer { get; }

    /// <summary>The message <c>grant</c>, once it was made.</summary>
    public byte[]? GrantMessage { get; private set; }

    /// <summary>Whether the tag proves the PIN or code. The first answer stands: a wrong tag ends the try, and a right one may come again.</summary>
    public bool Confirm(byte[] tag)
    {
        if (_grant != null)
        {
            return EnrollmentCode.AreEqual(_tag, tag);
        }

        byte[]? isk = _cpace != null ? _cpace.Confirm(tag) : EnrollmentCode.AreEqual(_code!.DeviceTag(), tag) ? _code.Key() : null;
        if (isk == null)
        {
            return false;
        }

        _tag = tag;
        _grant = new EnrollmentGrant(_crypto, isk, _begin.Sid, _token);
        return true;
    }

    /// <summary>Makes <see cref="GrantMessage"/>, once, after <see cref="Confirm"/>: the configuration for nobody else to read.</summary>
    public void Grant(byte[] configuration)
    {
        _configuration = configuration;
        GrantMessage = EnrollmentStrings.Message("grant", _begin.Sid).Add("enc", _grant!.Seal(configuration)).ToBytes();
    }

    /// <summary>The message <c>done</c> where the tag proves that the device keeps what it was granted; else null.</summary>
    public byte[]? Stored(byte[] tag) => GrantMessage != null && EnrollmentCode.AreEqual(_grant!.StoredTag(_configuration), tag)
        ? EnrollmentStrings.Message("done", _begin.Sid).Add("tag", Hex.Encode(_grant.DoneTag(_configuration))).ToBytes() : null;
}

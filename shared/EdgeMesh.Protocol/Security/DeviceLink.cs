using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>The device's side of the handshake and of the session it makes.</summary>
/// <remarks>Pure: it is told the time and asked when it wants to speak. Times are milliseconds of any monotonic clock.</remarks>
public sealed class DeviceLink : Link
{
    /// <summary>First wait for a welcome, in milliseconds; it doubles with every hello that goes unanswered.</summary>
    public const long HelloRetryMs = 2000;

    /// <summary>Longest wait for a welcome, in milliseconds.</summary>
    public const long HelloRetryMaxMs = 60000;

    private readonly bool _encrypts;
    private byte[]? _nonce;
    private long _helloDueMs = long.MaxValue;
    private long _retryMs = HelloRetryMs;
    private string _hubBoot = "";

    /// <summary>The link of this device.</summary>
    /// <param name="crypto">The platform's primitives.</param>
    /// <param name="key">The device's keys.</param>
    /// <param name="site">The hub's site.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="encrypts">Whether it asks the hub to encrypt: where the connection is not TLS.</param>
    public DeviceLink(ICrypto crypto, DeviceKey key, string site, string device, bool encrypts = false)
        : base(crypto, key, site, device)
    {
        _encrypts = encrypts;
    }

    /// <summary>Whether the hub has answered the last hello.</summary>
    public bool Established { get; private set; }

    /// <summary>Whether the connection is TLS, as the next hello says.</summary>
    public bool Tls { get; set; }

    /// <summary>The number of the identity that the connection was made with, likewise.</summary>
    public long Identity { get; set; }

    /// <summary>When <see cref="Poll"/> wants to be called, in milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long DueMs => _helloDueMs;

    /// <summary>The connection to the broker is up: say hello now.</summary>
    public void Connected(long nowMs) => Restart(nowMs);

    /// <summary>The connection is gone: nothing is due until it is back.</summary>
    public void Disconnected()
    {
        Established = false;
        _helloDueMs = long.MaxValue;
    }

    /// <summary>The hub's status was published: a boot id that is not the welcomed one asks for a new hello.</summary>
    /// <remarks>So does any sign of a hub that has left two hellos unanswered: the next one could be a minute away.</remarks>
    public void HubSeen(string boot, long nowMs)
    {
        bool unanswered = _helloDueMs != long.MaxValue && _retryMs > 2 * HelloRetryMs;
        if (Established ? boot != _hubBoot : unanswered)
        {
            Restart(nowMs);
        }
    }

    /// <summary>The payload of a hello, when one is due; null otherwise.</summary>
    public byte[]? Poll(long nowMs)
    {
        if (nowMs < _helloDueMs)
        {
            return null;
        }

        _nonce = Crypto.Random(Limits.NonceBytes);
        _helloDueMs = nowMs + _retryMs;
        _retryMs = Math.Min(_retryMs * 2, HelloRetryMaxMs);
        Hello hello = new Hello { Nonce = Hex.Encode(_nonce), Encrypt = _encrypts, Tls = Tls, Identity = Identity };
        return SignedJson.Sign(Crypto, Key.Handshake, TopicOf(TopicKind.Hello), Codec.Write(hello));
    }

    /// <summary>Takes the hub's answer. Only the answer to the last hello makes a session; <see cref="Welcome.NoHello"/> asks for another hello.</summary>
    /// <returns>The welcome in <paramref name="welcome"/>, or the refusal as a result.</returns>
    public Opened Welcomed(byte[] payload, long nowMs, out Welcome? welcome)
    {
        welcome = null;
        Opened opened = OpenHandshake(TopicKind.Welcome, payload);
        if (opened.Body == null)
        {
            return opened;
        }

        Welcome read = Codec.ReadWelcome(opened.Body);
        if (opened.Body.Problem.Length > 0)
        {
            return Opened.Refused(ErrorCodes.MessageInvalid, "The welcome is malformed: " + opened.Body.Problem + ".");
        }

        if (read.DeviceNonce == Welcome.NoHello)
        {
            if (Established)
            {
                Restart(nowMs);
            }

            return Opened.Refused(ErrorCodes.NoSession, "The hub knows no session with this device; it says hello again.");
        }

        if (_nonce == null || read.DeviceNonce != Hex.Encode(_nonce))
        {
            return Opened.Refused(ErrorCodes.Replayed, "The welcome answers another hello.");
        }

        Others[0] = Current;
        Current = NewSession(_nonce, Hex.Decode(read.Nonce)!, _encrypts ? read.Encrypt : new string[0], false);
        _nonce = null;
        _hubBoot = read.Hub;
        _helloDueMs = long.MaxValue;
        Established = true;
        welcome = read;
        return opened;
    }

    /// <summary>Signs a message under the session in use. There must be one.</summary>
    public byte[] Seal(TopicKind kind, JsonWriter body) => Current!.Seal(kind, TopicOf(kind), body);

    /// <inheritdoc/>
    protected override void CurrentProven() => DropOthers();

    /// <inheritdoc/>
    protected override void OtherProven(Session session)
    {
        // What the hub sent before it saw the newest session in use; it will follow.
    }

    private void Restart(long nowMs)
    {
        Established = false;
        _retryMs = HelloRetryMs;
        _helloDueMs = nowMs;
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Programs;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Device;

/// <summary>Enrols a device that has nothing but a PIN or setup code: the production exchange over the board's connection, in portions.</summary>
public sealed class EnrollmentClient
{
    // Field multiplications between two looks at the network: a fraction of a second on the slowest board.
    private const int Portion = 60;
    private const int ConnectTimeoutMs = 10000;
    private const long PauseMs = 2000;
    private const long ProgressMs = 1000;
    private const long IdleMs = 1000;

    // A used PIN's account is gone, which looks like any refusal.
    private const long PatienceMs = 300000;

    // The hub's word that all is well is waited for so long; without it the device goes on all the same.
    private const long FarewellMs = 10000;

    private readonly IMqttConnection _mqtt;
    private readonly IClock _clock;
    private readonly IDeviceLog _log;
    private readonly DeviceEnrollment _enrollment;
    private readonly MqttSettings _settings;
    private readonly string _up;
    private long _dialMs;
    private long _connectedMs;
    private long _sendMs = -1;
    private long _toldMs;
    private long _storedMs = -1;
    private int _told = -1;
    private int _sent = -1;

    /// <summary>Prepares; nothing is connected before <see cref="Poll"/>.</summary>
    /// <param name="mqtt">The connection.</param>
    /// <param name="clock">The time.</param>
    /// <param name="crypto">Randomness and the board's primitives.</param>
    /// <param name="log">What is going on.</param>
    /// <param name="secret">What the hub showed.</param>
    /// <param name="host">The broker's host.</param>
    /// <param name="port">The broker's port.</param>
    /// <param name="tls">Whether it speaks TLS there. Its certificate is not verified: the device has no authority yet, and the exchange proves the hub.</param>
    /// <param name="type">The device's type.</param>
    /// <param name="runtime">Its runtime.</param>
    /// <param name="id">The id it would like; empty for any.</param>
    public EnrollmentClient(
        IMqttConnection mqtt, IClock clock, ICrypto crypto, IDeviceLog log, EnrollmentSecret secret, string host, int port, bool tls, string type, string runtime, string id)
    {
        _mqtt = mqtt;
        _clock = clock;
        _log = log;
        _enrollment = new DeviceEnrollment(crypto, secret, type, runtime, id);
        _up = Topic.EnrollUp(secret.Token);
        _connectedMs = clock.NowMs;
        _settings = new MqttSettings
        {
            Host = host,
            Port = port,
            TlsUnverified = tls,
            ClientId = secret.User,
            Password = secret.Token,
            Filters = new[] { Topic.EnrollDown(secret.Token) },
            TimeoutMs = ConnectTimeoutMs,
        };
    }

    /// <summary>The device's configuration, once granted: to be stored, and <see cref="Stored"/> called.</summary>
    public byte[]? Configuration => _enrollment.Configuration;

    /// <summary>Whether the hub has said that the device is enrolled, or did not say it in time after it was told.</summary>
    public bool IsDone => _enrollment.IsDone || (_storedMs >= 0 && _clock.NowMs - _storedMs > FarewellMs);

    /// <summary>Why it failed, as a sentence; empty while it has not.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Does some work; gives how long to wait before the next call at most, in milliseconds.</summary>
    public long Poll()
    {
        long now = _clock.NowMs;
        if (!Connect(now))
        {
            return PauseMs;
        }

        for (MqttMessage? message = _mqtt.Receive(); message != null; message = _mqtt.Receive())
        {
            _enrollment.Take(message.Payload);
        }

        bool idle = _enrollment.Step(Portion);
        bool sent = Send(now);
        Tell(now);
        if (_enrollment.Code.Length > 0 && (_enrollment.Outgoing == null || _sent == _enrollment.OutgoingNumber))
        {
            Problem = _enrollment.Reason + " [" + _enrollment.Code + "]";
        }

        return !idle || sent ? 0 : _sendMs > now ? _sendMs - now : IdleMs;
    }

    /// <summary>The configuration is stored, crash-safe. Deletes what the hub of before has counted; throws <see cref="StorageException"/>.</summary>
    /// <param name="storage">The device's files.</param>
    public void Stored(IStorage storage)
    {
        CommandLedger.Erase(storage);
        _storedMs = _clock.NowMs;
        _enrollment.Stored();
    }

    private bool Connect(long now)
    {
        if (_mqtt.Connected)
        {
            _connectedMs = now;
            return true;
        }

        if (now - _connectedMs > PatienceMs)
        {
            Problem = "The broker does not let the device in. Is the PIN or code still good, and the address right?";
            return false;
        }

        if (now < _dialMs)
        {
            return false;
        }

        _dialMs = now + PauseMs;
        string failure = _mqtt.Connect(_settings);
        if (failure.Length > 0)
        {
            _log.Write(LogLevel.Warning, "Enrolment: the connection failed: " + failure);
            return false;
        }

        _sent = -1;
        _sendMs = -1;
        return true;
    }

    private bool Send(long now)
    {
        if (_enrollment.Outgoing == null || _sent == _enrollment.OutgoingNumber)
        {
            _sendMs = -1;
            return false;
        }

        if (_sendMs < 0)
        {
            _sendMs = now + _enrollment.WaitMs;
        }

        if (now < _sendMs)
        {
            return false;
        }

        _mqtt.Publish(_up, _enrollment.Outgoing, 1, false);
        _sent = _enrollment.OutgoingNumber;
        return true;
    }

    private void Tell(long now)
    {
        int percent = _enrollment.Progress;
        if (percent != _told && now - _toldMs >= ProgressMs)
        {
            _told = percent;
            _toldMs = now;
            _log.Write(LogLevel.Info, "Enrolment: " + percent.ToString() + " %.");
            _mqtt.Publish(_up, _enrollment.ProgressMessage(), 1, false);
        }
    }
}

using System;
using System.Collections;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using EdgeMesh.Device.Platform;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;
using ConnectSettings = EdgeMesh.Device.Platform.MqttSettings;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>One connection from its dialling to its end, over an M2Mqtt client of its own, so that nothing of an old one lives on.</summary>
/// <remarks>
/// It dials on a thread: look-up, TCP, TLS and CONNECT each block for as long as they like, the last for 30 s, which is more than a watchdog
/// waits. What M2Mqtt has received stands in a queue of its own without a limit; here a limit ends the connection.
/// </remarks>
internal sealed class M2MqttLink
{
    private const ushort KeepAliveSeconds = 15;

    // More than a window of the largest chunks. A device that cannot keep up is better off with a new connection than without memory.
    private const int InboxBytesMax = 96 * 1024;
    private const int OutboxMessagesMax = 64;

    private readonly object _lock = new object();
    private readonly AutoResetEvent _progress = new AutoResetEvent(false);
    private readonly Queue _inbox = new Queue();
    private readonly NanoClock _clock;
    private readonly IDeviceLog _log;
    private readonly string _host;
    private readonly int _port;
    private readonly string _user;
    private readonly string _password;
    private readonly string _willTopic;
    private readonly string _will;
    private readonly string[] _filters;
    private readonly bool _unverified;
    private readonly string _authority;
    private readonly string _certificate;
    private readonly string _privateKey;
    private MqttClient? _client;
    private string _problem = "";
    private int _inboxBytes;
    private bool _dialled;
    private bool _subscribed;
    private bool _ended;

    internal M2MqttLink(ConnectSettings settings, NanoClock clock, IDeviceLog log)
    {
        _clock = clock;
        _log = log;

        // Copied: the settings are the caller's, who may change them while a thread still dials.
        _host = settings.Host;
        _port = settings.Port;
        _user = settings.ClientId;
        _password = settings.Password;
        _willTopic = settings.WillTopic;
        _will = Encoding.UTF8.GetString(settings.WillPayload, 0, settings.WillPayload.Length);
        _filters = settings.Filters;
        _unverified = settings.TlsUnverified;
        _authority = settings.Authority;
        _certificate = settings.Certificate;
        _privateKey = settings.PrivateKey;
    }

    /// <summary>Whether the thread that dials has not come back.</summary>
    internal bool Dialling => !_dialled;

    /// <summary>Whether messages go both ways.</summary>
    internal bool Connected => _subscribed && !_ended && _client != null && _client.IsConnected;

    /// <summary>Connects and subscribes; empty, or why that failed.</summary>
    internal string Open(int timeoutMs)
    {
        long endMs = _clock.NowMs + timeoutMs;
        new Thread(Dial).Start();
        while (!_subscribed && _problem.Length == 0)
        {
            long leftMs = endMs - _clock.NowMs;
            if (leftMs <= 0)
            {
                return "The broker at " + _host + " did not answer in " + timeoutMs.ToString() + " ms.";
            }

            _progress.WaitOne((int)leftMs, false);
        }

        return _problem;
    }

    /// <summary>Queues a message.</summary>
    internal void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        try
        {
            _client!.Publish(topic, payload, null, null, (MqttQoSLevel)qos, retain);
        }
        catch (Exception e)
        {
            // Its queue is full, or it has just ended: either way nothing goes out any more.
            End("A message could not be sent: " + Words(e));
        }
    }

    /// <summary>The oldest message that waits.</summary>
    internal MqttMessage? Receive()
    {
        lock (_lock)
        {
            if (_inbox.Count == 0)
            {
                return null;
            }

            MqttMessage message = (MqttMessage)_inbox.Dequeue()!;
            _inboxBytes -= message.Payload.Length;
            return message;
        }
    }

    /// <summary>Ends the connection without a DISCONNECT, so that the broker publishes the will.</summary>
    internal void Close()
    {
        MqttClient? client;
        lock (_lock)
        {
            _ended = true;
            client = _client;
            _client = null;
        }

        if (client != null)
        {
            client.Close();
        }
    }

    private static string Words(Exception e) => e.InnerException == null ? e.Message : e.Message + " " + e.InnerException.Message;

    private void Dial()
    {
        try
        {
            MqttClient client = NewClient();
            lock (_lock)
            {
                if (_ended)
                {
                    return;
                }

                _client = client;
            }

            MqttReasonCode code = client.Connect(
                _user, _user, _password, true, MqttQoSLevel.AtLeastOnce, _willTopic.Length > 0, _willTopic, _will, true, KeepAliveSeconds);
            if (code == MqttReasonCode.Success)
            {
                Subscribe(client);
            }
            else
            {
                _problem = "The broker refuses the connection with code " + ((int)code).ToString() + ".";
            }
        }
        catch (Exception e)
        {
            _problem = "The broker at " + _host + " is not reached: " + Words(e);
        }
        finally
        {
            _dialled = true;
            _progress.Set();
        }
    }

    private MqttClient NewClient()
    {
        bool tls = _authority.Length > 0 || _unverified;
        X509Certificate? authority = _authority.Length > 0 ? new X509Certificate(_authority) : null;
        X509Certificate? own = tls && _certificate.Length > 0 ? new X509Certificate2(_certificate, _privateKey, "") : null;
        MqttClient client = new MqttClient(_host, _port, tls, authority, own, tls ? MqttSslProtocols.TLSv1_2 : MqttSslProtocols.None);

        // The settings are one object for all clients, and keep what an enrolment before has set.
        client.Settings.ValidateServerCertificate = _authority.Length > 0;
        client.Settings.InflightQueueSize = OutboxMessagesMax;
        client.MqttMsgPublishReceived += Take;
        client.MqttMsgSubscribed += TakeGrant;
        client.ConnectionClosed += TakeEnd;
        return client;
    }

    private void Subscribe(MqttClient client)
    {
        MqttQoSLevel[] levels = new MqttQoSLevel[_filters.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] = MqttQoSLevel.AtLeastOnce;
        }

        client.Subscribe(_filters, levels);
    }

    private void TakeGrant(object sender, MqttMsgSubscribedEventArgs e)
    {
        bool granted = true;
        for (int i = 0; i < e.GrantedQoSLevels.Length; i++)
        {
            granted = granted && e.GrantedQoSLevels[i] != MqttQoSLevel.GrantedFailure;
        }

        if (granted)
        {
            _subscribed = true;
        }
        else
        {
            _problem = "The broker refuses a subscription; its access rules lack this device.";
        }

        _progress.Set();
    }

    private void Take(object sender, MqttMsgPublishEventArgs e)
    {
        bool full;
        lock (_lock)
        {
            _inboxBytes += e.Message.Length;
            full = _inboxBytes > InboxBytesMax;
            if (!full)
            {
                _inbox.Enqueue(new MqttMessage(e.Topic, e.Message));
            }
        }

        if (full)
        {
            End("More came in than there is room for.");
        }

        _clock.Wake();
    }

    private void TakeEnd(object sender, EventArgs e)
    {
        if (!_subscribed && _problem.Length == 0)
        {
            _problem = "The broker at " + _host + " ended the connection.";
        }

        _ended = true;
        _progress.Set();
        _clock.Wake();
    }

    // The core sees that it is not connected any more, and dials anew; that closes this one.
    private void End(string reason)
    {
        if (!_ended)
        {
            _ended = true;
            _log.Write(LogLevel.Warning, reason + " The connection is given up.");
        }
    }
}

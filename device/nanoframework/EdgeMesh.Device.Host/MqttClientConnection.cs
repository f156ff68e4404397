using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Device.Platform;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Device.Host;

/// <summary>The broker over EdgeMesh's MQTT client. Each connect takes a new client, so nothing of an old connection lives on.</summary>
internal sealed class MqttClientConnection(HostClock clock, IDeviceLog log) : IMqttConnection, IDisposable
{
    private const int InboxMessages = 256;
    private MqttClient? _client;
    private ConcurrentQueue<MqttMessage> _inbox = new();

    public bool Connected => _client is { IsConnected: true };

    public string Connect(MqttSettings settings)
    {
        Close();
        var client = new MqttClient();
        var inbox = new ConcurrentQueue<MqttMessage>();
        client.ApplicationMessageReceivedAsync += async received =>
        {
            // Back-pressure: while the device is busy the socket is not read.
            while (inbox.Count >= InboxMessages) await Task.Delay(5);
            inbox.Enqueue(new MqttMessage(received.ApplicationMessage.Topic, received.ApplicationMessage.Payload.ToArray()));
            clock.Wake();
        };
        client.DisconnectedAsync += _ =>
        {
            clock.Wake();
            return Task.CompletedTask;
        };
        try
        {
            using var limit = new CancellationTokenSource(settings.TimeoutMs);
            var result = client.ConnectAsync(Options(settings), limit.Token).GetAwaiter().GetResult();
            if (result.ResultCode == MqttClientConnectResultCode.Success)
            {
                var filters = settings.Filters.Select(f => new MqttTopicFilter(f, MqttQualityOfServiceLevel.AtLeastOnce)).ToList();
                var subscribed = client.SubscribeAsync(filters, limit.Token).GetAwaiter().GetResult();
                if (subscribed.Items.All(item => item.ResultCode != MqttClientSubscribeResultCode.UnspecifiedError))
                {
                    _inbox = inbox;
                    _client = client;
                    return "";
                }
            }

            End(client);
            return result.ResultCode == MqttClientConnectResultCode.Success
                ? "The broker refuses a subscription; its access rules lack this device."
                : result.ReasonString;
        }
        catch (Exception e) when (e is MqttCommunicationException or MqttProtocolViolationException or OperationCanceledException or CryptographicException)
        {
            End(client);
            return e.Message;
        }
    }

    public void Publish(string topic, byte[] payload, int qos, bool retain)
    {
        if (_client is not { IsConnected: true } client) return;
        var message = new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithRetainFlag(retain)
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)qos).Build();
        _ = Send(client, message);
    }

    public MqttMessage? Receive() => _inbox.TryDequeue(out var message) ? message : null;

    public void Close()
    {
        if (_client is { } client) End(client);
        _client = null;
        _inbox = new ConcurrentQueue<MqttMessage>();
    }

    public void Dispose() => Close();

    private static void End(MqttClient client) => client.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static MqttClientOptions Options(MqttSettings settings) => new()
    {
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = new DnsEndPoint(settings.Host, settings.Port),
            TlsOptions = Tls(settings),
        },
        ClientId = settings.ClientId,
        Credentials = new MqttClientCredentials(settings.ClientId, System.Text.Encoding.UTF8.GetBytes(settings.Password)),
        Timeout = TimeSpan.FromMilliseconds(settings.TimeoutMs),
        WillTopic = settings.WillTopic.Length > 0 ? settings.WillTopic : null,
        WillPayload = settings.WillPayload,
        WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        WillRetain = true,
    };

    // Only the pinned authorities are trusted, and the certificate must carry the name or address that is connected to. Whoever enrols has none yet.
    private static MqttClientTlsOptions Tls(MqttSettings settings)
    {
        if (settings.Authority.Length == 0) return new MqttClientTlsOptions { UseTls = settings.TlsUnverified, AllowUntrustedCertificates = settings.TlsUnverified, TargetHost = settings.Host };
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPem(settings.Authority);
        // An empty list would mean the system's authorities: never what was pinned.
        if (authorities.Count == 0) throw new CryptographicException("The configuration's member \"ca\" holds no certificate.");
        return new MqttClientTlsOptions
        {
            UseTls = true,
            TargetHost = settings.Host,
            TrustChain = authorities,
            ClientCertificates = settings.Certificate.Length > 0 ? [X509Certificate2.CreateFromPem(settings.Certificate, settings.PrivateKey)] : null,
        };
    }

    private async Task Send(MqttClient client, MqttApplicationMessage message)
    {
        try
        {
            await client.PublishAsync(message).ConfigureAwait(false);
        }
        catch (MqttCommunicationException e)
        {
            // The protocol above repairs what a lost connection takes with it.
            log.Write(LogLevel.Debug, $"A message was lost with the connection: {e.Message}");
        }
    }
}

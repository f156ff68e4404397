using System;
using System.Buffers;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>A device over the real broker with the production exchange, or a stranger who says what it likes.</summary>
internal sealed class EnrollingDevice : IAsyncDisposable
{
    private readonly EnrollmentSecret _secret;
    private readonly MqttClient _client = new();

    public EnrollingDevice(string secret, string type = "test", string id = "", ICrypto? crypto = null)
    {
        _secret = EnrollmentSecret.Read(secret)!;
        Exchange = new DeviceEnrollment(crypto ?? new DotNetCrypto(), _secret, type, "test", id);
        _client.ApplicationMessageReceivedAsync += e =>
        {
            Received.Enqueue(Encoding.UTF8.GetString(e.ApplicationMessage.Payload.ToArray()));
            return Task.CompletedTask;
        };
    }

    public DeviceEnrollment Exchange { get; }

    /// <summary>All that the hub answered, in order; taken by <see cref="RunAsync"/>.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    public bool IsConnected => _client.IsConnected;

    public async Task<MqttClientConnectResultCode> ConnectAsync(int port, bool tls = false)
    {
        MqttClientConnectResult result = await _client.ConnectAsync(new MqttClientOptions
        {
            ClientId = _secret.User,
            Credentials = new MqttClientCredentials(_secret.User, Encoding.UTF8.GetBytes(_secret.Token)),
            ChannelOptions = new MqttClientTcpOptions
            {
                RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, port), TlsOptions = new MqttClientTlsOptions { UseTls = tls, AllowUntrustedCertificates = tls },
            },
        });
        if (result.ResultCode == MqttClientConnectResultCode.Success)
        {
            await _client.SubscribeAsync(Topic.EnrollDown(_secret.Token), MqttQualityOfServiceLevel.AtLeastOnce);
        }

        return result.ResultCode;
    }

    public Task SayAsync(string message) => SayAsync(Encoding.UTF8.GetBytes(message));

    public async Task SayAsync(byte[] message) => await _client.PublishAsync(new MqttApplicationMessage
    {
        Topic = Topic.EnrollUp(_secret.Token), Payload = new ReadOnlySequence<byte>(message), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
    });

    /// <summary>Works until there is something to say, and gives that.</summary>
    public string Work()
    {
        while (!Exchange.Step(CPace.Multiplications))
        {
        }

        return Encoding.UTF8.GetString(Exchange.Outgoing!);
    }

    /// <summary>The hub's next word.</summary>
    public async Task<JsonNode> HearAsync(string what)
    {
        string? heard = null;
        await Eventually.TrueAsync(() => Received.TryDequeue(out heard), what);
        return JsonNode.Parse(heard!)!;
    }

    /// <summary>Behaves as a device does until it is enrolled or refused, or <paramref name="until"/> holds.</summary>
    public async Task RunAsync(Func<bool>? until = null)
    {
        int sent = -1;
        bool stored = false;
        while (!Exchange.IsDone && until?.Invoke() != true)
        {
            while (!Exchange.Step(CPace.Multiplications))
            {
            }

            if (Exchange.Outgoing is { } message && sent != Exchange.OutgoingNumber)
            {
                await Task.Delay(Exchange.WaitMs);
                await SayAsync(message);
                sent = Exchange.OutgoingNumber;
            }

            if (Exchange.Code.Length > 0)
            {
                return;
            }

            if (Exchange.Configuration is not null && !stored)
            {
                stored = true;
                Exchange.Stored();
                continue;
            }

            string? heard = null;
            await Eventually.TrueAsync(() => Received.TryDequeue(out heard) || until?.Invoke() == true, "the hub answers");
            Exchange.Take(Encoding.UTF8.GetBytes(heard ?? ""));
        }
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();
}

using System;
using System.Collections.Generic;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>The hub with its own Mosquitto, and devices and strangers at it.</summary>
public abstract class EnrollmentWorld : IAsyncLifetime
{
    private protected TempFolder Folder { get; } = new();
    private protected int Port { get; } = BrokerHub.FreePort();
    private protected RunningHub Hub { get; set; } = null!;

    public async Task InitializeAsync() => Hub = await StartAsync();

    public async Task DisposeAsync()
    {
        await Hub.DisposeAsync();
        Folder.Dispose();
    }

    private protected DeviceService Devices => Hub.Get<DeviceService>();

    private protected DeviceGateway Gateway => Hub.Get<DeviceGateway>();

    private protected EnrollmentService Service => Hub.Get<EnrollmentService>();

    private protected static string Wrong(string secret) => secret[..^1] + (secret[^1] == '0' ? '1' : '0');

    private protected static byte[] Stored(EnrollingDevice device)
    {
        device.Exchange.Stored();
        return device.Exchange.Outgoing!;
    }

    private protected Task<RunningHub> StartAsync(string tryTimeout = "00:00:02") => RunningHub.StartAsync(
        Folder.Path, Port, "--Enrollment:RetryDelay", "00:00:00.2", "--Enrollment:TryTimeout", tryTimeout);

    private protected async Task<string> OpenAsync(string tier, string? device = null, string? type = null, TimeSpan? life = null) =>
        (await Service.OpenAsync(tier, device, type, life, CancellationToken.None)).Value.Secret;

    private protected async Task<EnrollingDevice> ConnectedAsync(string secret, bool retry = false)
    {
        for (; ;)
        {
            EnrollingDevice device = new(secret);
            try
            {
                Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(Port));
                return device;
            }
            catch (MqttCommunicationException) when (retry)
            {
                await device.DisposeAsync();
                await Task.Delay(50);
            }
        }
    }

    private protected EnrollmentView View(string secret) => Service.ShowAsync(secret[..8], default).GetAwaiter().GetResult().Value;

    private protected Task StateAsync(string secret, string state) => Eventually.TrueAsync(() => View(secret).State == state, $"the enrolment is {state}; it is {View(secret)}");

    private protected IReadOnlyList<AuditEntry> Audited() => Hub.Get<AuditLog>().List(0, 1000);

    private protected async Task<MqttClientConnectResultCode> LoginAsync(MqttClient client, string? user, string id, string? password) => (await client.ConnectAsync(new MqttClientOptions
    {
        ClientId = id,
        Credentials = user is null ? null : new MqttClientCredentials(user, Encoding.UTF8.GetBytes(password!)),
        ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
    })).ResultCode;
}

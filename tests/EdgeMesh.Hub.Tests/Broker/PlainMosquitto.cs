using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using EdgeMesh.Hub.Broker.Embedded;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>Somebody else's Mosquitto: anyone may do anything, and it has no dynamic security.</summary>
internal sealed class PlainMosquitto : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-plain-").FullName;
    private Process? _process;

    public int Port { get; } = BrokerHub.FreePort();

    public async Task StartAsync()
    {
        string configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, $"user {Environment.UserName}\nlistener {Port} 127.0.0.1\nallow_anonymous true\nlog_type none\n");
        _process = Process.Start("/usr/sbin/mosquitto", ["-c", configuration]);
        await Eventually.TrueAsync(() => LinuxProcesses.ListenerOf(Port) is not null, "the plain Mosquitto to listen");
    }

    /// <summary>A client that has subscribed to everything.</summary>
    public async Task<BrokerHub.Client> WitnessAsync()
    {
        BrokerHub.Client witness = new();
        await witness.Mqtt.ConnectAsync(new MqttClientOptions
        {
            ChannelOptions = { RemoteEndpoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, Port) },
        });
        await witness.MaySubscribeAsync("#");
        return witness;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

using System.Globalization;
using System.Net;
using EdgeMesh.Mqtt;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>Debian's nats-server, which speaks MQTT once it has JetStream and a name. Without accounts: whoever reaches it may do anything.</summary>
internal sealed class NatsServer(int port) : ExternalBroker(port)
{
    public override string[] HubOptions => ["--Broker:Url", $"mqtt://127.0.0.1:{Port}"];

    protected override string Program => File.Exists("/usr/sbin/nats-server") ? "/usr/sbin/nats-server"
        : throw new FileNotFoundException("There is no /usr/sbin/nats-server. tools/install puts it there, from Debian's package nats-server.");

    public override Task AdmitAsync(string device, string password) => Task.CompletedTask;

    public override MqttClientOptions Everything(string clientId) => new()
    {
        ClientId = clientId, ChannelOptions = new MqttClientTcpOptions { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) },
    };

    protected override async Task<string[]> ConfigureAsync(string folder)
    {
        string configuration = Path.Combine(folder, "nats-server.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            server_name: e2e
            host: 127.0.0.1
            port: -1
            jetstream { store_dir: "{{folder}}" }
            mqtt { host: 127.0.0.1, port: {{Port.ToString(CultureInfo.InvariantCulture)}} }

            """);
        return ["-c", configuration];
    }
}

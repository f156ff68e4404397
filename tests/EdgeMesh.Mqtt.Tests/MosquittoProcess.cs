using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeMesh.Mqtt.Tests;

/// <summary>A real Mosquitto on a free loopback port, with its configuration in a folder of its own; can be killed and started again.</summary>
internal sealed class MosquittoProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);

    private readonly string folder = Directory.CreateTempSubdirectory("edgemesh-mosquitto-").FullName;
    private readonly StringBuilder log = new();
    private Process? process;

    private MosquittoProcess(string configuration)
    {
        Port = FreePort();
        File.WriteAllText(
            Path.Combine(folder, "mosquitto.conf"),
            // As root Mosquitto would drop to a user that cannot read this folder; as anyone else it ignores the line.
            $"user {Environment.UserName}\nlistener {Port} 127.0.0.1\nmax_queued_messages 0\nset_tcp_nodelay true\n" + configuration.Replace("{folder}", folder, StringComparison.Ordinal));
    }

    public int Port { get; }

    public string Folder => folder;

    public static async Task<MosquittoProcess> StartAsync(string configuration = "allow_anonymous true\n", Action<string>? prepare = null)
    {
        var broker = new MosquittoProcess(configuration);
        prepare?.Invoke(broker.folder);
        await broker.StartAsync();
        return broker;
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("/usr/sbin/mosquitto", ["-c", Path.Combine(folder, "mosquitto.conf")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => { lock (log) log.AppendLine(line.Data); };
        process.OutputDataReceived += (_, line) => { lock (log) log.AppendLine(line.Data); };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await Eventually.TrueAsync(AcceptsAsync, StartLimit, () => $"Mosquitto does not accept connections: {log}");
    }

    public async Task KillAsync()
    {
        if (process is not { } running) return;
        process = null;
        running.Kill();
        await running.WaitForExitAsync();
        running.Dispose();
    }

    public MqttClientOptions Options(string? clientId = null)
    {
        var options = new MqttClientOptions { ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, Port) } };
        if (clientId is not null) options.ClientId = clientId;
        return options;
    }

    public async Task<MqttClient> ConnectAsync(MqttClientOptions? options = null)
    {
        var client = new MqttClient();
        var result = await client.ConnectAsync(options ?? Options());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> AcceptsAsync()
    {
        if (process!.HasExited) throw new InvalidOperationException($"Mosquitto exited with {process.ExitCode}: {log}");
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

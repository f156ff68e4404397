using System.Net;
using EdgeMesh.Mqtt;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>A broker that is not the hub's, as a Debian package runs it: its own process and configuration, no dynamic security.</summary>
internal abstract class ExternalBroker(int port)
{
    /// <summary>Who may read and write everything of the site: the hub, and whoever stole its account.</summary>
    protected const string HubUser = "edgemesh";

    public int Port => port;

    /// <summary>What the hub is told.</summary>
    public abstract string[] HubOptions { get; }

    protected RunningProcess? Process { get; private set; }

    /// <summary>What it printed.</summary>
    public string[] Lines => Process?.Lines ?? [];

    /// <summary>Writes its configuration below the folder, and starts it.</summary>
    public async Task StartAsync(string folder)
    {
        Process = RunningProcess.Start(Program, [.. await ConfigureAsync(Directory.CreateDirectory(Path.Combine(folder, "broker")).FullName)]);
        await Eventually.TrueAsync(Listens, $"{Program} listens at {port}");
    }

    /// <summary>Makes a device's account, as the administrator would.</summary>
    public abstract Task AdmitAsync(string device, string password);

    /// <summary>How somebody with the hub's rights connects.</summary>
    public abstract MqttClientOptions Everything(string clientId);

    protected abstract string Program { get; }

    /// <summary>Writes its configuration, and gives its arguments.</summary>
    protected abstract Task<string[]> ConfigureAsync(string folder);

    private bool Listens()
    {
        using System.Net.Sockets.Socket probe = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            Assert.False(Process!.HasExited, $"{Program} has ended: {string.Join('\n', Lines)}");
            return false;
        }
    }
}

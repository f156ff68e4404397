using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>The TCP ports that Mosquitto is to listen on: whether another program has one.</summary>
internal static class ListenerPorts
{
    /// <summary>The first port that another program listens on; null where none is.</summary>
    /// <param name="ports">The ports, 0 for none, and whether all addresses are meant or loopback alone.</param>
    public static int? FirstTaken(params (int Port, bool Everywhere)[] ports) =>
        ports.Where(p => p.Port > 0 && IsTaken(p.Port, p.Everywhere)).Select(p => (int?)p.Port).FirstOrDefault();

    /// <summary>Who has a port, and what to do, as a sentence.</summary>
    public static string TakenBy(int port)
    {
        string holder = LinuxProcesses.ListenerOf(port)
            ?? (LinuxProcesses.IsRunning("mosquitto") ? "another program, perhaps Debian's own Mosquitto," : "another program");
        return $"port {port} is taken by {holder}. Where that is the mosquitto.service of Debian's package, which starts by itself, run "
            + "'systemctl disable --now mosquitto'; else set Broker:Port or Broker:TlsPort to a free port, or Broker:Url to use that broker.";
    }

    private static bool IsTaken(int port, bool everywhere)
    {
        using TcpListener probe = new(everywhere ? IPAddress.Any : IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
        catch (SocketException)
        {
            // Ports below 1024, say: Mosquitto's own words are as good.
            return false;
        }
    }
}

using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Hub.Tests.Enrollment;

/// <summary>Somebody on the wire: passes bytes between a device and the broker, and keeps them all.</summary>
internal sealed class Tap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _bytes = new();
    private readonly Task _serving;

    public Tap(int broker)
    {
        _listener.Start();
        _serving = ServeAsync(broker);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Everything that went by, in both directions, as text: the exchange is JSON.</summary>
    public string Recorded
    {
        get
        {
            lock (_bytes)
            {
                return Encoding.Latin1.GetString(_bytes.ToArray());
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync(int broker)
    {
        using TcpClient device = await _listener.AcceptTcpClientAsync(_stop.Token);
        using TcpClient server = new();
        await server.ConnectAsync(IPAddress.Loopback, broker, _stop.Token);
        await Task.WhenAny(PassAsync(device.GetStream(), server.GetStream()), PassAsync(server.GetStream(), device.GetStream()));
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[4096];
        for (int count; (count = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            lock (_bytes)
            {
                _bytes.Write(buffer, 0, count);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Mqtt.Tests;

/// <summary>A listener that does with each connection what a test tells it, however hostile.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    public static readonly byte[] ConnAck = [0x20, 2, 0, 0];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;

    public FakeBroker(Func<NetworkStream, CancellationToken, Task> serve)
    {
        listener.Start();
        serving = ServeAsync(serve);
    }

    public MqttClientOptions Options => new()
    {
        ChannelOptions = { RemoteEndpoint = listener.LocalEndpoint },
        // Long enough for a busy machine to connect in, short enough to wait for in a test.
        Timeout = TimeSpan.FromSeconds(3),
        KeepAlivePeriod = TimeSpan.FromSeconds(1),
    };

    /// <summary>Sends these bytes and then reads for ever without an answer.</summary>
    public static FakeBroker Saying(params byte[][] bytes) => new(async (stream, token) =>
    {
        foreach (byte[] some in bytes) await stream.WriteAsync(some, token);
        await SwallowAsync(stream, token);
    });

    public static async Task SwallowAsync(NetworkStream stream, CancellationToken token)
    {
        byte[] buffer = new byte[65536];
        while (await stream.ReadAsync(buffer, token) > 0) { }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }

    private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeOneAsync(await listener.AcceptTcpClientAsync(stopping.Token), serve));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeOneAsync(TcpClient connection, Func<NetworkStream, CancellationToken, Task> serve)
    {
        using (connection)
        {
            try
            {
                await serve(connection.GetStream(), stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client hung up, which is what these tests are about.
            }
        }
    }
}

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;

namespace EdgeMesh.Device.Tests.Hostile;

/// <summary>A broker on a loopback port that is hostile for a number of connections, and a good one with a hub behind it from then on.</summary>
internal sealed class TurningBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HostileStream _hostile;
    private readonly int _hostileConnections;
    private readonly byte[] _key;
    private readonly Task _serving;

    public TurningBroker(HostileStream hostile, int hostileConnections, byte[] key)
    {
        _hostile = hostile;
        _hostileConnections = hostileConnections;
        _key = key;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections { get; private set; }

    /// <summary>What was sent last, for whoever finds something wrong with it.</summary>
    public byte[] Last { get; private set; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using TcpClient connection = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await using NetworkStream stream = connection.GetStream();
                await (++Connections <= _hostileConnections ? AttackAsync(connection, stream) : ServeWellAsync(stream));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The device hung up, or the test has ended.
            }
        }
    }

    private async Task AttackAsync(TcpClient connection, NetworkStream stream)
    {
        await ReadPacketAsync(stream);
        await SendAsync(stream, _hostile.Percent(90) ? [0x20, 2, 0, 0] : _hostile.Greeting());
        if (_hostile.Percent(85))
        {
            (_, byte[] subscribe) = await ReadPacketAsync(stream);
            await SendAsync(stream, _hostile.Percent(90) ? [0x90, 4, subscribe[0], subscribe[1], 1, 1] : _hostile.Granting());
        }

        await SendAsync(stream, _hostile.Rest());
        if (_hostile.Percent(15))
        {
            // A reset instead of an end: what was sent may be lost.
            connection.LingerState = new LingerOption(true, 0);
            return;
        }

        connection.Client.Shutdown(SocketShutdown.Send);
        byte[] swallowed = new byte[65536];
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        while (await stream.ReadAsync(swallowed, patience.Token) > 0)
        {
        }
    }

    private async Task SendAsync(NetworkStream stream, byte[] bytes)
    {
        Last = bytes;
        await stream.WriteAsync(bytes, _stopping.Token);
    }

    private async Task ServeWellAsync(NetworkStream stream)
    {
        ScriptedHub hub = new(_key, (topic, payload) => stream.Write([0x30, .. LengthOf(2 + topic.Length + payload.Length), (byte)(topic.Length >> 8), (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), .. payload]));
        while (true)
        {
            (int first, byte[] body) = await ReadPacketAsync(stream);
            switch (first >> 4)
            {
                case 1: await stream.WriteAsync(new byte[] { 0x20, 2, 0, 0 }, _stopping.Token); break;
                case 8: await stream.WriteAsync(new byte[] { 0x90, 4, body[0], body[1], 1, 1 }, _stopping.Token); break;
                case 12: await stream.WriteAsync(new byte[] { 0xd0, 0 }, _stopping.Token); break;
                case 3:
                    int topicEnd = 2 + ((body[0] << 8) | body[1]);
                    bool acknowledged = (first & 6) != 0;
                    if (acknowledged)
                    {
                        await stream.WriteAsync(new byte[] { 0x40, 2, body[topicEnd], body[topicEnd + 1] }, _stopping.Token);
                    }

                    hub.Take(Encoding.UTF8.GetString(body[2..topicEnd]), body[(topicEnd + (acknowledged ? 2 : 0))..], Environment.TickCount64);
                    break;
                default: break;
            }
        }
    }

    private async Task<(int First, byte[] Body)> ReadPacketAsync(NetworkStream stream)
    {
        byte[] one = new byte[1];
        await stream.ReadExactlyAsync(one, _stopping.Token);
        int first = one[0];
        int length = 0;
        for (int shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(one, _stopping.Token);
            length |= (one[0] & 127) << shift;
            if (one[0] < 128) break;
        }

        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return (first, body);
    }

    private static byte[] LengthOf(int length) => length < 128 ? [(byte)length] : [(byte)(length | 128), (byte)(length >> 7)];
}

using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace EdgeMesh.Bench.Links;

/// <summary>A link with delay and loss: a TCP proxy before the broker that reads MQTT's packets, so that it can lose chunks as a radio does.</summary>
/// <remarks>TCP repairs what is lost below it; so a lost chunk is a PUBLISH packet that the proxy leaves out.</remarks>
internal sealed class SlowLink : IDisposable
{
    private const int Publish = 3;
    private static readonly byte[] ChunkTopicEnd = Encoding.ASCII.GetBytes("/down/ota/chunk");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _brokerPort;
    private readonly TimeSpan _oneWay;
    private readonly double _loss;
    private readonly Random _random;

    /// <summary>Opens the link.</summary>
    /// <param name="brokerPort">Where the broker listens.</param>
    /// <param name="oneWay">Delay in each direction.</param>
    /// <param name="loss">Share of chunks that are lost, 0 to 1.</param>
    /// <param name="seed">Seed of the losses.</param>
    internal SlowLink(int brokerPort, TimeSpan oneWay, double loss = 0, int seed = 1)
    {
        _brokerPort = brokerPort;
        _oneWay = oneWay;
        _loss = loss;
        _random = new Random(seed);
        _listener.Start();
        new Thread(Accept) { IsBackground = true, Name = "link" }.Start();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Chunks that were lost so far.</summary>
    internal long Lost { get; private set; }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket device = _listener.AcceptSocket();
                Socket broker = new(SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(device);
                _sockets.Add(broker);
                broker.Connect(IPAddress.Loopback, _brokerPort);
                Pump(device, broker, loses: false);
                Pump(broker, device, loses: true);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The link is closed.
        }
    }

    private void Pump(Socket from, Socket to, bool loses)
    {
        from.NoDelay = to.NoDelay = true;
        BlockingCollection<(long DueAt, byte[] Bytes)> underWay = [];
        new Thread(() => Guard(to, () => Read(from, underWay, loses), underWay.CompleteAdding)) { IsBackground = true }.Start();
        new Thread(() => Guard(to, () => Write(to, underWay), static () => { })) { IsBackground = true }.Start();
    }

    // Whichever side closes, the other is told by the end of its own connection.
    private static void Guard(Socket to, Action pump, Action end)
    {
        try
        {
            pump();
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            to.Dispose();
        }
        finally
        {
            end();
        }
    }

    private void Read(Socket from, BlockingCollection<(long DueAt, byte[] Bytes)> underWay, bool loses)
    {
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        while (from.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is > 0 and int count)
        {
            long dueAt = Stopwatch.GetTimestamp() + (long)(_oneWay.TotalSeconds * Stopwatch.Frequency);
            length += count;
            int at = 0;
            using MemoryStream through = new();
            while (PacketLength(buffer.AsSpan(at, length - at)) is > 0 and int packet && packet <= length - at)
            {
                if (!loses || !Loses(buffer.AsSpan(at, packet)))
                {
                    through.Write(buffer, at, packet);
                }

                at += packet;
            }

            buffer.AsSpan(at, length - at).CopyTo(buffer);
            length -= at;
            if (through.Length > 0)
            {
                underWay.Add((dueAt, through.ToArray()));
            }
        }
    }

    private static void Write(Socket to, BlockingCollection<(long DueAt, byte[] Bytes)> underWay)
    {
        foreach ((long dueAt, byte[] bytes) in underWay.GetConsumingEnumerable())
        {
            TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), dueAt);
            if (wait > TimeSpan.Zero)
            {
                Thread.Sleep(wait);
            }

            to.Send(bytes);
        }

        to.Dispose();
    }

    /// <summary>Bytes of the packet that begins here (MQTT 3.1.1, section 2.2); 0 where its length is not all there.</summary>
    private static int PacketLength(ReadOnlySpan<byte> bytes)
    {
        int value = 0;
        for (int i = 1; i < Math.Min(5, bytes.Length); i++)
        {
            value |= (bytes[i] & 0x7f) << (7 * (i - 1));
            if (bytes[i] < 0x80)
            {
                return 1 + i + value;
            }
        }

        return 0;
    }

    private bool Loses(ReadOnlySpan<byte> packet)
    {
        if (_loss == 0 || packet[0] >> 4 != Publish)
        {
            return false;
        }

        int at = 1;
        while (packet[at++] >= 0x80)
        {
        }

        int topicBytes = (packet[at] << 8) | packet[at + 1];
        bool lost = packet.Slice(at + 2, topicBytes).EndsWith(ChunkTopicEnd) && _random.NextDouble() < _loss;
        Lost += lost ? 1 : 0;
        return lost;
    }
}

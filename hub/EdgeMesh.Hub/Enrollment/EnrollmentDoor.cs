using System;
using System.Buffers;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol.Enrollment;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Enrollment;

/// <summary>
/// The way in for a device that has no certificate yet, where the broker asks every client for one: a TLS listener that is there while an
/// enrolment is open, and passes to the broker's plain listener what begins with the CONNECT of an enrolment's account, and nothing else.
/// </summary>
public sealed class EnrollmentDoor(
    IBrokerCertificates certificates, IOptions<BrokerOptions> broker, IOptions<EnrollmentOptions> options, TimeProvider time, ILogger<EnrollmentDoor> log) : IDisposable
{
    private const int ConnectBytesMax = 1024;
    private const int ConnectionsMax = 8;
    private const int RelayBytes = 4096;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    // Devices send a keep-alive well within it.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(90);

    // For what is still on its way to a device when its enrolment ends, and the broker throws it off.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    // CONNACK with return code 5: not authorized (MQTT 3.1.1, 3.2.2.3).
    private static readonly byte[] NotAuthorized = [0x20, 2, 0, 5];

    private (TcpListener Listener, CancellationTokenSource Stop)? _open;
    private int _connections;

    /// <summary>Whether devices without a certificate have to come by here.</summary>
    public bool Needed => broker.Value.MutualTls;

    /// <summary>The TCP port.</summary>
    public int Port => options.Value.Port;

    /// <summary>Listens from now on; nothing where it does already, or is not needed. Not for two threads at once, nor with <see cref="Close"/>.</summary>
    /// <returns>Why it cannot; null where all is well.</returns>
    public Error? Open()
    {
        if (!Needed || _open is not null)
        {
            return null;
        }

        if (Port == 0)
        {
            return new Error(
                ErrorCodes.BrokerUnavailable,
                "The broker asks for certificates (Broker:MutualTls), and the port by which a device without one enrols is off. Set Enrollment:Port (8884 is the default), or use `edgemesh devices add`.");
        }

        TcpListener listener = TcpListener.Create(Port);
        try
        {
            listener.Start();
        }
        catch (SocketException taken)
        {
            listener.Dispose();
            return new Error(ErrorCodes.BrokerUnavailable, $"Port {Port}, by which a device without a certificate enrols, cannot be opened: {taken.Message}. Free it, or set Enrollment:Port.");
        }

        CancellationTokenSource stop = new(Timeout.InfiniteTimeSpan, time);
        _open = (listener, stop);
        _ = AcceptAsync(listener, stop.Token);
        return null;
    }

    /// <summary>Lets nobody in any more. Who is in has a few seconds: the broker throws off whose enrolment has ended.</summary>
    public void Close()
    {
        if (_open is { } open)
        {
            _open = null;
            open.Listener.Dispose();
            open.Stop.CancelAfter(Farewell);
        }
    }

    /// <summary>Closes it at once.</summary>
    public void Dispose()
    {
        if (_open is { } open)
        {
            Close();
            open.Stop.Cancel();
        }
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken stop)
    {
        while (true)
        {
            Socket device;
            try
            {
                device = await listener.AcceptSocketAsync(stop).ConfigureAwait(false);
            }
            catch (Exception closed) when (closed is ObjectDisposedException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException failed)
            {
                // The client went before it was accepted, or the process is short of files: neither is the next one's fault.
                log.LogWarning("A connection to enrol was not accepted: {Reason}", failed.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None).ConfigureAwait(false);
                continue;
            }

            if (Interlocked.Increment(ref _connections) > ConnectionsMax)
            {
                Interlocked.Decrement(ref _connections);
                device.Dispose();
                continue;
            }

            _ = ServeAsync(device, stop);
        }
    }

    private async Task ServeAsync(Socket device, CancellationToken stop)
    {
        device.NoDelay = true;
        string from = device.RemoteEndPoint?.ToString() ?? "";
        using CancellationTokenSource limit = new(ConnectLimit, time);
        using CancellationTokenRegistration stopping = stop.Register(limit.Cancel);
        SslStream tls = new(new NetworkStream(device, ownsSocket: true));
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile((certificates.Current ?? throw new IOException("there is no certificate yet")).Certificate);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true), EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                },
                limit.Token).ConfigureAwait(false);
            if (await ConnectAsync(tls, limit.Token).ConfigureAwait(false) is { } connect)
            {
                await RelayAsync(tls, connect, limit).ConfigureAwait(false);
            }
            else
            {
                log.LogInformation("{From} asked for another account than an enrolment's, and is not let in by the enrolments' port", from);
                await tls.WriteAsync(NotAuthorized, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or AuthenticationException or CryptographicException
            or MqttProtocolViolationException or OperationCanceledException)
        {
            log.LogInformation("{From} is off the enrolments' port: {Reason}", from, ended is OperationCanceledException ? "it was silent for too long, or no enrolment is open any more" : ended.Message);
        }
        catch (Exception bug)
        {
            log.LogError(bug, "A connection to enrol failed");
        }
        finally
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            Interlocked.Decrement(ref _connections);
        }
    }

    // All that was received, beginning with the CONNECT of an enrolment's account; null where the account is another, or none.
    private static async Task<ReadOnlyMemory<byte>?> ConnectAsync(SslStream tls, CancellationToken cancellation)
    {
        byte[] buffer = new byte[ConnectBytesMax];
        int count = 0;
        string? user;
        while (!MqttConnectReader.TryReadUserName(new ReadOnlySequence<byte>(buffer, 0, count), ConnectBytesMax, out user))
        {
            int read = await tls.ReadAsync(buffer.AsMemory(count), cancellation).ConfigureAwait(false);
            count += read > 0 ? read : throw new IOException("it went before it said who it is");
        }

        return user?.StartsWith(EnrollmentSecret.UserPrefix, StringComparison.Ordinal) == true ? buffer.AsMemory(0, count) : default(ReadOnlyMemory<byte>?);
    }

    private async Task RelayAsync(SslStream tls, ReadOnlyMemory<byte> connect, CancellationTokenSource limit)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, broker.Value.Port), limit.Token).ConfigureAwait(false);
        await using NetworkStream plain = new(socket);
        await plain.WriteAsync(connect, limit.Token).ConfigureAwait(false);
        Task up = PassAsync(tls, plain, limit), down = PassAsync(plain, tls, limit);
        await Task.WhenAny(up, down).ConfigureAwait(false);
        await limit.CancelAsync().ConfigureAwait(false);
        // However the two ended, the connection is over.
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Ends with its source; what passes puts the idle limit off.
    private static async Task PassAsync(Stream from, Stream to, CancellationTokenSource limit)
    {
        byte[] buffer = new byte[RelayBytes];
        int count;
        do
        {
            limit.CancelAfter(IdleLimit);
            count = await from.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
            await to.WriteAsync(buffer.AsMemory(0, count), limit.Token).ConfigureAwait(false);
        }
        while (count > 0);
    }
}

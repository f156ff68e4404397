using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>Opens the stream to a broker: TCP, and TLS where asked for.</summary>
internal static class MqttChannel
{
    public static string Describe(EndPoint endPoint) =>
        endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString() ?? "";

    public static async Task<Stream> OpenAsync(MqttClientTcpOptions options, CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(options.RemoteEndpoint, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!options.TlsOptions.UseTls) return stream;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(TlsOptions(options), cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (exception is AuthenticationException or IOException)
                throw new MqttCommunicationException(
                    $"The TLS handshake with {Describe(options.RemoteEndpoint)} failed: {exception.Message} Check the CA and the host name that the certificate carries.",
                    exception);
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is SocketException)
                throw new MqttCommunicationException($"The broker at {Describe(endPoint)} cannot be reached: {exception.Message}.", exception);
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(MqttClientTcpOptions options)
    {
        var tls = options.TlsOptions;
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = tls.TargetHost ?? (options.RemoteEndpoint switch
            {
                DnsEndPoint dns => dns.Host,
                IPEndPoint ip => ip.Address.ToString(),
                var other => other.ToString(),
            }),
            ClientCertificates = tls.ClientCertificates,
            CertificateRevocationCheckMode = tls.RevocationMode,
        };
#pragma warning disable CA5359 // This is what the option asks for.
        if (tls.AllowUntrustedCertificates) authentication.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        if (tls.TrustChain is not { Count: > 0 } trusted) return authentication;
        authentication.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = tls.RevocationMode,
        };
        authentication.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        return authentication;
    }
}

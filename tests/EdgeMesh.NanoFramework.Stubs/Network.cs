using System;
using System.Threading;
using System.Device.Wifi;

// Signatures: github.com/nanoframework/System.Net v1.11.54, nanoFramework.System.Net/X509Certificates/{X509Certificate,X509Certificate2}.cs.
namespace System.Security.Cryptography.X509Certificates
{
    public class X509Certificate
    {
        /// <summary>Parses at once; the native parser refuses what is no certificate.</summary>
        public X509Certificate(string certificate)
        {
            if (!PemEncoding.TryFind(certificate, out _))
            {
                throw new ArgumentException();
            }

            Pem = certificate;
        }

        public string Pem { get; }
    }

    public class X509Certificate2 : X509Certificate
    {
        public X509Certificate2(string rawData, string key, string password)
            : base(rawData) => Key = key;

        public string Key { get; }
    }
}

// Signatures: github.com/nanoframework/System.Net v1.11.54, nanoFramework.System.Net/NetworkInformation/NetworkInterface.cs.
namespace System.Net.NetworkInformation
{
    public class NetworkInterface
    {
        /// <summary>The address of the only interface.</summary>
        public static string Address { get; set; } = "0.0.0.0";

        public string IPv4Address => Address;

        public static NetworkInterface[] GetAllNetworkInterfaces() => [new NetworkInterface()];
    }
}

// Signatures: github.com/nanoframework/System.Device.Wifi v1.5.147, System.Device.Wifi/WifiReconnectionKind.cs.
namespace System.Device.Wifi
{
    public enum WifiReconnectionKind
    {
        Automatic,
        Manual,
    }
}

// Signatures: github.com/nanoframework/System.Net v1.11.54, nanoFramework.System.Net/NetworkHelper/NetworkHelperStatus.cs;
// github.com/nanoframework/System.Device.Wifi v1.5.147, System.Device.Wifi/NetworkHelper/WifiNetworkHelper.cs.
namespace nanoFramework.Networking
{
    public enum NetworkHelperStatus
    {
        None,
        Started,
        NetworkIsReady,
        FailedNoNetworkInterface,
        TokenExpiredWaitingIPAddress,
        TokenExpiredWaitingDateTime,
        ErrorConnetingToWiFiWhileScanning,
        ExceptionOccurred,
        Reconnecting,
    }

    /// <summary>How an attempt to join ends: never with an exception, which is kept beside the status.</summary>
    public delegate NetworkHelperStatus StubJoin(string ssid, string password);

    public static class WifiNetworkHelper
    {
        public static StubJoin Join { get; set; } = (_, _) => NetworkHelperStatus.FailedNoNetworkInterface;

        public static NetworkHelperStatus Status { get; private set; }

        public static Exception? HelperException { get; private set; }

        public static bool ConnectDhcp(
            string ssid, string password, WifiReconnectionKind reconnectionKind = WifiReconnectionKind.Automatic, bool requiresDateTime = false,
            int wifiAdapterId = 0, CancellationToken token = default)
        {
            HelperException = null;
            try
            {
                Status = Join(ssid, password);
            }
            catch (InvalidOperationException e)
            {
                Status = NetworkHelperStatus.ExceptionOccurred;
                HelperException = e;
            }

            return Status == NetworkHelperStatus.NetworkIsReady;
        }
    }
}

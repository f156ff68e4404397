using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;
using EdgeMesh.Device.Platform;
using nanoFramework.Networking;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>Keeps the board in one of its Wi-Fi networks, on a thread of its own: joining blocks for longer than a watchdog waits.</summary>
/// <remarks>
/// The firmware rejoins a network that it has lost by itself. Only when it has not done so for a while are all networks tried in turn, each
/// for 20 s, with growing pauses between the rounds. There is no end to that: a board without a network is no use to anybody.
/// </remarks>
public sealed class WifiKeeper
{
    /// <summary>How long joining one network may take, in milliseconds: association and DHCP.</summary>
    public const int AttemptMs = 20000;

    /// <summary>How long the firmware gets to rejoin by itself, in milliseconds.</summary>
    public const long GraceMs = 20000;

    /// <summary>Between two looks at the address, in milliseconds.</summary>
    public const long LookMs = 2000;

    /// <summary>The first pause after a round in which no network could be joined, in milliseconds; each next is twice as long.</summary>
    public const long PauseMs = 5000;

    /// <summary>The longest pause, in milliseconds.</summary>
    public const long PauseMaxMs = 60000;

    private readonly WifiNetwork[] _networks;
    private readonly IClock _clock;
    private readonly IDeviceLog _log;
    private bool _up;
    private long _againMs;
    private long _pauseMs = PauseMs;
    private int _next;
    private int _failures;

    /// <summary>A keeper that is not started yet.</summary>
    /// <param name="networks">The networks to try in turn; none where the firmware knows its network itself, as with a cable.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">What is going on.</param>
    public WifiKeeper(WifiNetwork[] networks, IClock clock, IDeviceLog log)
    {
        _networks = networks;
        _clock = clock;
        _log = log;
    }

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run).Start();

    /// <summary>One look, and one attempt where it is due.</summary>
    /// <returns>How long to wait before the next, in milliseconds.</returns>
    public long Poll()
    {
        bool up = HasAddress();
        if (up != _up)
        {
            _up = up;
            _againMs = _clock.NowMs + GraceMs;
            _pauseMs = PauseMs;
            _failures = 0;
            _log.Write(up ? LogLevel.Info : LogLevel.Warning, up ? "The network is reached." : "The network is lost.");
        }

        if (!up && _networks.Length > 0 && _clock.NowMs >= _againMs)
        {
            Join(_networks[_next]);
        }

        return LookMs;
    }

    private static bool HasAddress()
    {
        NetworkInterface[] interfaces = NetworkInterface.GetAllNetworkInterfaces();
        for (int i = 0; i < interfaces.Length; i++)
        {
            string address = interfaces[i].IPv4Address;
            if (address != null && address.Length > 0 && address != "0.0.0.0")
            {
                return true;
            }
        }

        return false;
    }

    private void Join(WifiNetwork network)
    {
        _log.Write(LogLevel.Info, "Joins " + network.Ssid + ".");
        CancellationTokenSource limit = new CancellationTokenSource(AttemptMs);
        if (WifiNetworkHelper.ConnectDhcp(network.Ssid, network.Password, WifiReconnectionKind.Automatic, false, 0, limit.Token))
        {
            return;
        }

        Exception? cause = WifiNetworkHelper.HelperException;
        _log.Write(LogLevel.Warning, network.Ssid + " is not joined: " + Reason(WifiNetworkHelper.Status) + (cause == null ? "" : " " + cause.Message));
        _next = (_next + 1) % _networks.Length;
        _failures++;
        if (_failures % _networks.Length == 0)
        {
            _againMs = _clock.NowMs + _pauseMs;
            _pauseMs = Math.Min(2 * _pauseMs, PauseMaxMs);
        }
    }

    private static string Reason(NetworkHelperStatus status)
    {
        switch (status)
        {
            case NetworkHelperStatus.FailedNoNetworkInterface: return "this firmware has no Wi-Fi.";
            case NetworkHelperStatus.TokenExpiredWaitingIPAddress: return "no address in time; is the password right, and the network in reach?";
            case NetworkHelperStatus.ErrorConnetingToWiFiWhileScanning: return "it was found and refused the board.";
            default: return "status " + ((int)status).ToString() + ".";
        }
    }

    private void Run()
    {
        while (true)
        {
            long waitMs = LookMs;
            try
            {
                waitMs = Poll();
            }
            catch (Exception e)
            {
                // Were the thread to end, the board would never come back.
                _log.Write(LogLevel.Error, "The Wi-Fi failed: " + e.Message);
            }

            Thread.Sleep((int)waitMs);
        }
    }
}

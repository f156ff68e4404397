extern alias nano;

using System;
using System.Collections.Generic;
using System.Linq;
using nano::EdgeMesh.Device.NanoFramework;
using nano::nanoFramework.Networking;
using nano::System.Net.NetworkInformation;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class WifiTests : IDisposable
{
    private readonly Board _board = new();
    private readonly List<(long AtMs, string Ssid)> _joined = [];
    private readonly HashSet<string> _inReach = [];
    private readonly WifiKeeper _keeper;

    public WifiTests()
    {
        _keeper = new WifiKeeper([new WifiNetwork("home", "secret-1"), new WifiNetwork("garage", "secret-2")], _board, _board);
        WifiNetworkHelper.Join = (ssid, _) =>
        {
            _joined.Add((_board.NowMs, ssid));
            if (!_inReach.Contains(ssid))
            {
                _board.NowMs += WifiKeeper.AttemptMs;
                return NetworkHelperStatus.TokenExpiredWaitingIPAddress;
            }

            NetworkInterface.Address = "192.168.1.7";
            return NetworkHelperStatus.NetworkIsReady;
        };
    }

    public void Dispose() => _board.Dispose();

    [Fact]
    public void The_networks_are_tried_in_turn_until_one_is_joined_and_that_one_is_kept()
    {
        _inReach.Add("garage");
        Run(120_000);
        Assert.Equal(["home", "garage"], _joined.Select(j => j.Ssid));
        Assert.Contains("The network is reached.", _board.Lines);
    }

    [Fact]
    public void Without_any_network_it_goes_on_for_ever_with_pauses_that_grow_to_a_minute()
    {
        Run(3_600_000);
        long[] rounds = _joined.Where(j => j.Ssid == "home").Select(j => j.AtMs).ToArray();
        long[] gaps = rounds.Zip(rounds.Skip(1), (a, b) => b - a).ToArray();
        Assert.True(gaps[0] < gaps[1] && gaps[1] < gaps[2], string.Join(' ', gaps));
        Assert.All(gaps, g => Assert.InRange(g, WifiKeeper.PauseMs, WifiKeeper.PauseMaxMs + (2 * WifiKeeper.AttemptMs) + (2 * WifiKeeper.LookMs)));
        Assert.InRange(gaps[^1], WifiKeeper.PauseMaxMs, long.MaxValue);
    }

    [Fact]
    public void A_lost_network_is_first_left_to_the_firmware_and_then_all_are_tried()
    {
        _inReach.Add("home");
        Run(10_000);
        Assert.Single(_joined);
        NetworkInterface.Address = "0.0.0.0";
        Run(WifiKeeper.GraceMs - 3000);
        Assert.Single(_joined);
        NetworkInterface.Address = "192.168.1.7";
        Run(60_000);
        Assert.Single(_joined);
        NetworkInterface.Address = "0.0.0.0";
        _inReach.Remove("home");
        _inReach.Add("garage");
        Run(120_000);
        Assert.Equal(["home", "home", "garage"], _joined.Select(j => j.Ssid));
    }

    [Fact]
    public void Neither_a_failure_of_the_firmware_nor_its_message_ends_the_attempts_and_no_password_is_logged()
    {
        int calls = 0;
        WifiNetworkHelper.Join = (_, _) => ++calls < 5 ? throw new InvalidOperationException("no adapter") : NetworkHelperStatus.NetworkIsReady;
        Run(600_000);
        Assert.True(calls >= 5);
        Assert.Contains(_board.Lines, l => l.Contains("no adapter", StringComparison.Ordinal));
        Assert.DoesNotContain(_board.Lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_board_with_a_cable_joins_nothing()
    {
        WifiKeeper keeper = new([], _board, _board);
        for (int i = 0; i < 50; i++)
        {
            _board.NowMs += keeper.Poll();
        }

        Assert.Empty(_joined);
    }

    private void Run(long milliseconds)
    {
        for (long endMs = _board.NowMs + milliseconds; _board.NowMs < endMs;)
        {
            _board.NowMs += _keeper.Poll();
        }
    }
}

extern alias nano;

using System;
using System.Linq;
using nano::EdgeMesh.Device.NanoFramework;
using nano::nanoFramework.Runtime.Native;

namespace EdgeMesh.NanoFramework.Tests;

public sealed class BoardTests
{
    [Fact]
    public void The_dead_man_resets_a_board_that_two_looks_find_unfed_and_no_other()
    {
        const int TimeoutMs = 1_000_000_000;
        using Board board = new();
        ThreadDeadMan deadMan = new(board, board, board);
        deadMan.Start(TimeoutMs);
        board.NowMs = TimeoutMs - 1;
        deadMan.Look();
        Assert.Equal(0, board.Reboots);
        deadMan.Feed();
        board.NowMs = (2 * TimeoutMs) - 2;
        deadMan.Look();
        Assert.Equal(0, board.Reboots);
        board.NowMs++;
        deadMan.Look();
        deadMan.Feed();
        deadMan.Look();
        Assert.Equal(0, board.Reboots);
        board.NowMs += TimeoutMs;
        deadMan.Look();
        deadMan.Look();
        Assert.Equal(1, board.Reboots);
    }

    [Fact]
    public void A_reboot_never_returns() => Assert.Throws<StubRebootException>(() => new NanoPower().Reboot());

    [Fact]
    public void Where_the_hardware_gives_no_random_numbers_none_are_given()
    {
        using Board board = new();
        NanoCrypto crypto = new();
        Assert.True(NanoCrypto.HasHardwareRandom);
        Assert.Equal(64, Enumerable.Range(0, 64).Select(_ => Convert.ToHexString(crypto.Random(16))).Distinct().Count());
        SystemInfo.Platform = "STM32";
        Assert.False(NanoCrypto.HasHardwareRandom);
        Assert.Throws<InvalidOperationException>(() => crypto.Random(16));
    }
}

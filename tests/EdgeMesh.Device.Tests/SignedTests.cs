using System;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;

namespace EdgeMesh.Device.Tests;

/// <summary>A device with a pinned publisher, offered what the shared vectors' publishers signed.</summary>
public sealed class SignedTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdef");

    [Fact]
    public void Unsigned_or_by_a_stranger_is_rejected_with_the_cause_and_nothing_is_written()
    {
        var key = new TestPublisher();
        var stranger = new TestPublisher();
        var world = new TestWorld(Pinned(key));
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 3000), 0);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Rejected);
        Assert.Equal(ErrorCodes.SignatureRequired, world.Hub.Sender!.Code);

        world.Hub.Sign = stranger.Sign;
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 3000), world.NowMs);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Rejected);
        Assert.Equal(ErrorCodes.PublisherUntrusted, world.Hub.Sender!.Code);

        world.Hub.Sign = o =>
        {
            stranger.Sign(o);
            o.Publisher = key.Key;
        };
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 3000), world.NowMs);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Rejected);
        Assert.Equal(ErrorCodes.SignatureInvalid, world.Hub.Sender!.Code);
        Assert.Null(world.Client.Record.Transfer);
        Assert.Empty(world.Loaded);
    }

    [Fact]
    public void A_slow_check_tells_its_progress_is_waited_for_and_the_image_is_confirmed()
    {
        // Some 80 slices of 1.5 s: two minutes, twice the hub's patience for an answer to its offer.
        var key = new TestPublisher();
        var world = new TestWorld(Pinned(key)) { BusyPollMs = 1500 };
        world.Hub.Sign = key.Sign;
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 3000), 0);
        world.RunUntil(() => world.Client is { Record.Transfer: not null });
        Assert.True(world.NowMs > 60_000, $"It took {world.NowMs} ms.");
        Assert.Single(world.Hub.Heard, m => m.Kind == TopicKind.OtaAccept);
        Assert.True(world.Hub.Heard.Count(m => m.Body.Has("signature")) > 10);
        world.BusyPollMs = 1;
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Confirmed);
    }

    [Fact]
    public void A_key_handed_over_is_kept_through_a_power_cut_and_the_old_one_refused_once_its_image_is_confirmed()
    {
        var old = new TestPublisher();
        var next = new TestPublisher();
        var world = new TestWorld(Pinned(old));
        world.Hub.Sign = o =>
        {
            next.Sign(o);
            o.Keys = [old.HandOver(next, 7)];
        };
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 3000), 0);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Confirmed && world.Client.Record.ReportHeard);
        world.PowerCycle();
        world.Hub.Sign = old.Sign;
        world.Hub.Update("2.0.0", 2, world.Image("good-2", 3000), world.NowMs);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Rejected);
        Assert.Equal(ErrorCodes.PublisherUntrusted, world.Hub.Sender!.Code);
        world.Hub.Sign = next.Sign;
        world.Hub.Update("2.0.0", 2, world.Image("good-2", 3000), world.NowMs);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Confirmed);
    }

    [Fact]
    public void A_publisher_that_cannot_be_read_is_refused_with_the_configuration()
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""
            {"site":"home","device":"a","type":"t","key":"{{Convert.ToHexStringLower(Secret)}}","host":"h","port":1,"publishers":[{"key":"00","kinds":["nano-app"]}]}
            """);
        Assert.Null(DeviceConfiguration.Read(json, out string problem));
        Assert.Contains("publishers", problem);
    }

    private static string Pinned(TestPublisher key) => $$""","publishers":[{"key":"{{key.Key}}","kinds":["nano-app"]}]""";
}

using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Tests.World;

namespace EdgeMesh.Device.Tests;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(ChunkEncodings.Raw, false)]
    [InlineData(ChunkEncodings.Base64, false)]
    [InlineData(ChunkEncodings.Raw, true)]
    public void An_offered_image_is_delivered_tried_and_confirmed(string encoding, bool lossy)
    {
        var world = new TestWorld();
        world.Hub.Encoding = encoding;
        int sent = 0;
        if (lossy) world.Hub.LosesChunk = _ => sent++ % 3 == 1;
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 9000), 0);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Confirmed && world.Client.Record.ReportHeard);

        Assert.Equal(["good-1"], world.Loaded);
        Assert.Equal(1, world.Reboots);
        Assert.Equal(1, world.Client.Record.Sequence);
        Assert.Equal("", world.Client.Record.Trial);
        Assert.True(world.Program!.Loops > 0);
        Assert.DoesNotContain(world.Lines, line => line.Contains("Refused"));
        world.RunUntil(() => world.Hub.Heard.Any(m => m.Kind == TopicKind.Telemetry));
    }

    [Fact]
    public void What_became_of_an_update_is_heard_before_the_next_one_can_end()
    {
        var world = new TestWorld();
        world.Hub.Update("1.0.0", 1, world.Image("good-1"), 0);
        // The hub misses that the first one was confirmed.
        world.Hub.Silent = () => world.Client.Record.Report is { State: OtaStates.Confirmed };
        world.RunUntil(() => world.Published.Any(m => Topic.Parse(m.Topic)?.Kind == TopicKind.OtaReport && System.Text.Encoding.UTF8.GetString(m.Payload).Contains("confirmed")));
        world.Run(1000);
        world.Hub.Silent = () => false;
        world.Hub.Update("1.1.0", 2, world.Image("good-2"), world.NowMs);
        world.RunUntil(() => world.Hub.Heard.Any(m => m.Kind == TopicKind.OtaVerify && m.Body.Integer("session", 0, 9) == 2));
        Assert.Contains(world.Hub.Heard, m => m.Kind == TopicKind.OtaReport && m.Body.Integer("session", 0, 9) == 1 && m.Body.String("state", 16) == OtaStates.Confirmed);
    }

    [Fact]
    public void A_long_verification_tells_its_progress_while_messages_are_answered()
    {
        // 100 slices of 4 KiB, four of them in 200 ms, are a verification of five seconds.
        var world = new TestWorld(",\"slot_bytes\":500000") { BusyPollMs = 200 };
        world.Hub.ChunkBytes = 4096;
        world.Hub.Update("1.0.0", 1, world.Image("good-1", 409_600), 0);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Verifying);
        world.Hub.Heard.Clear();
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Complete);

        var progress = world.Hub.Heard.Where(m => m.Kind == TopicKind.OtaVerify && !m.Body.Has("sha256")).ToList();
        Assert.Equal(2, progress.Count);
        Assert.InRange((long)progress[0].Body.Get("checked")!, 100_000, 200_000);
        Assert.InRange((long)progress[1].Body.Get("checked")!, 250_000, 400_000);
    }
}

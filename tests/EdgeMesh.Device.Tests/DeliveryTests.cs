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

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
}

using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Tests;

public sealed class RefusalTests
{
    private readonly TestWorld _world = new();

    public RefusalTests() => _world.RunUntil(() => _world.Hub.Heard.Any(m => m.Kind == TopicKind.Info));

    [Fact]
    public void A_replayed_message_is_refused()
    {
        _world.Hub.Send(TopicKind.Command, new JsonWriter().Add("name", "echo"));
        byte[] sealedOnce = _world.Hub.LastSealed!;
        for (int i = 0; i < 12; i++) Publish(TopicKind.Command, sealedOnce);
        AssertRefused(ErrorCodes.Replayed, 12);
        Assert.Single(_world.Hub.Heard, m => m.Kind == TopicKind.Response);
    }

    [Fact]
    public void An_unsigned_message_is_refused()
    {
        for (int i = 0; i < 12; i++) Publish(TopicKind.Command, Encoding.UTF8.GetBytes("""{"name":"echo","n":1}"""));
        AssertRefused(ErrorCodes.SignatureInvalid, 12);
        Assert.DoesNotContain(_world.Hub.Heard, m => m.Kind == TopicKind.Response);
    }

    [Fact]
    public void A_chunk_with_a_wrong_tag_is_refused()
    {
        for (int i = 0; i < 12; i++) Publish(TopicKind.OtaChunk, [1, .. new byte[ChunkFrame.Overhead + 200]]);
        AssertRefused(ErrorCodes.SignatureInvalid, 12);
    }

    [Fact]
    public void A_signed_message_that_cannot_be_read_is_refused()
    {
        for (int i = 0; i < 12; i++) _world.Hub.Send(TopicKind.OtaOffer, new JsonWriter().Add("session", "seven"));
        AssertRefused(ErrorCodes.MessageInvalid, 12);
    }

    [Fact]
    public void A_base64_chunk_that_is_no_base64_is_refused()
    {
        for (int i = 0; i < 12; i++) _world.Hub.Send(TopicKind.OtaChunk, Codec.Write(new Chunk { Session = 1, Data = "====" }));
        AssertRefused(ErrorCodes.MessageInvalid, 12);
    }

    [Fact]
    public void An_oversize_message_is_refused_unparsed()
    {
        for (int i = 0; i < 12; i++) Publish(TopicKind.HubStatus, new byte[Limits.JsonPayloadBytes + 1]);
        AssertRefused(ErrorCodes.MessageTooLarge, 12);
    }

    [Fact]
    public void A_message_on_a_topic_of_another_device_is_refused()
    {
        for (int i = 0; i < 12; i++) _world.FromHub("edgemesh/v1/home/devices/other/down/command", [1]);
        AssertRefused(ErrorCodes.TopicForbidden, 12);
    }

    [Fact]
    public void Random_bytes_on_any_topic_end_nothing()
    {
        var random = new System.Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && i % 2 == 0) bytes[0] = (byte)(i % 4 == 0 ? 1 : '{');
            Publish((TopicKind)random.Next(Topic.KindCount), bytes);
        }

        _world.Run(60_000);
        Assert.Equal(0, _world.Reboots);
        Assert.True(_world.Online);
    }

    // Logged the first and the tenth time, counted every time, and the client is none the worse.
    private void AssertRefused(string code, int times)
    {
        _world.Run(1000);
        Assert.Equal(times, _world.Client.RefusedCount(code));
        Assert.Equal(2, _world.Lines.Count(l => l.Contains($"Refused ({code}")));
        Assert.True(_world.Online);
    }

    private void Publish(TopicKind kind, byte[] payload) => _world.FromHub(Topic.Format(kind, ScriptedHub.Site, ScriptedHub.Device, "x"), payload);
}

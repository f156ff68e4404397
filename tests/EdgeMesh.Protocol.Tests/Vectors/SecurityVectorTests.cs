using System.Linq;
using System.Text;
using Vector = System.Text.Json.Nodes.JsonObject;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class SecurityVectorTests
{
    [Fact]
    public void Signed_json_is_accepted_and_refused_as_the_vectors_say()
    {
        Vector file = VectorFile.Load("signed-json");
        foreach (ICrypto crypto in TestCrypto.Both)
        {
            foreach (Vector c in VectorFile.List(file, "accepted"))
            {
                Assert.True(SignedJson.Verify(crypto, file.Hex("key"), c.Text("topic"), c.Utf8("payload")), c.Text("name"));
                Assert.True(SignedJson.Parse(c.Utf8("payload"), out string problem) != null, problem);
            }

            foreach (Vector c in VectorFile.List(file, "refused"))
            {
                Assert.False(SignedJson.Verify(crypto, file.Hex("key"), c.Text("topic"), c.Utf8("payload")), c.Text("name"));
            }

            Vector first = VectorFile.List(file, "accepted").First();
            byte[] made = SignedJson.Sign(crypto, file.Hex("key"), first.Text("topic"), new JsonWriter().Add("n", 1));
            Assert.Equal(first.Text("payload"), Encoding.UTF8.GetString(made));
        }
    }

    [Fact]
    public void A_devices_keys_are_derived_as_the_vectors_say()
    {
        Vector file = VectorFile.Load("device-key");
        foreach (ICrypto crypto in TestCrypto.Both)
        {
            DeviceKey key = new(crypto, file.Hex("secret"), file.Text("site"), file.Text("device"));
            SessionKeys session = key.Session(file.Hex("device_nonce"), file.Hex("hub_nonce"));
            Assert.Equal(file.Text("handshake"), Hex.Encode(key.Handshake));
            Assert.Equal(file.Text("broker_password"), key.BrokerPassword());
            Assert.Equal(file.Text("session_up"), Hex.Encode(session.Up));
            Assert.Equal(file.Text("session_down"), Hex.Encode(session.Down));
        }
    }

    [Fact]
    public void A_handshake_with_fixed_nonces_is_byte_for_byte_that_of_the_vectors()
    {
        Vector file = VectorFile.Load("handshake");
        DeviceLink device = DeviceOf(file);
        HubLink hub = HubOf(file);
        device.Connected(0);
        byte[] hello = device.Poll(0)!;
        Assert.Equal(file.Text("hello"), Encoding.UTF8.GetString(hello));
        Assert.NotNull(hub.Greet(hello, file.Text("hub"), file.Number("time"), [], out byte[]? welcome).Body);
        Assert.Equal(file.Text("welcome"), Encoding.UTF8.GetString(welcome!));
        Assert.False(hub.Established);
        Assert.Null(hub.Seal(TopicKind.Command, new JsonWriter()));
        Assert.NotNull(device.Welcomed(welcome!, 0, out Welcome? read).Body);
        Assert.Equal((file.Number("time"), file.Text("hub")), (read!.Time, read.Hub));

        byte[] up = device.Seal(TopicKind.Status, Codec.Write(new DeviceStatus()));
        Assert.Equal(file["first_up"]!.AsObject().Text("payload"), Encoding.UTF8.GetString(up));
        Assert.NotNull(hub.Open(TopicKind.Status, up).Body);
        Assert.True(hub.Established);
        Assert.Equal(ErrorCodes.Replayed, hub.Open(TopicKind.Status, up).Code);
        Assert.Equal(ErrorCodes.NoSession, device.Welcomed(Encoding.UTF8.GetBytes(file.Text("ask_for_hello")), 7, out _).Code);
        Assert.Equal((false, 7L), (device.Established, device.DueMs));

        byte[] down = hub.Seal(TopicKind.Command, new JsonWriter().Add("name", "identify"))!;
        Assert.Equal(file["first_down"]!.AsObject().Text("payload"), Encoding.UTF8.GetString(down));
        Assert.Equal("identify", device.Open(TopicKind.Command, down).Body!.String("name", 32));
        Assert.Equal(ErrorCodes.SignatureInvalid, device.Open(TopicKind.Reported, down).Code);
    }

    [Fact]
    public void Encrypted_messages_and_chunks_are_made_accepted_and_refused_as_the_vectors_say()
    {
        Vector file = VectorFile.Load("encryption");
        foreach (ICrypto platform in TestCrypto.Both)
        {
            DeviceKey key = new(platform, file.Hex("secret"), file.Text("site"), file.Text("device"));
            DeviceLink device = new(new TestCrypto(file.Hex("device_nonce")), key, file.Text("site"), file.Text("device"), encrypts: true);
            HubLink hub = new(new TestCrypto(file.Hex("hub_nonce")), key, file.Text("site"), file.Text("device"));
            device.Connected(0);
            byte[] hello = device.Poll(0)!;
            Assert.Equal(file.Text("hello"), Encoding.UTF8.GetString(hello));
            string[] encrypt = [.. file["encrypt"]!.AsArray().Select(t => (string)t!)];
            hub.Greet(hello, file.Text("hub"), file.Number("time"), encrypt, out byte[]? welcome);
            Assert.Equal(file.Text("welcome"), Encoding.UTF8.GetString(welcome!));
            Assert.NotNull(device.Welcomed(welcome!, 0, out _).Body);

            byte[] up = device.Seal(TopicKind.Telemetry, new JsonWriter().AddRaw("temperature", "21.5"));
            Assert.Equal(file["up"]!.AsObject().Text("payload"), Encoding.UTF8.GetString(up));
            Assert.Equal(file["up"]!.AsObject().Text("plain"), Encoding.UTF8.GetString(hub.Open(TopicKind.Telemetry, up).Plain!));
            byte[] down = hub.Seal(TopicKind.Command, new JsonWriter().Add("name", "identify"))!;
            Assert.Equal(file["down"]!.AsObject().Text("payload"), Encoding.UTF8.GetString(down));
            Assert.Equal("identify", device.Open(TopicKind.Command, down).Body!.String("name", 32));
            Assert.NotNull(device.Open(TopicKind.Reported, Encoding.UTF8.GetBytes(file["plain_down"]!.AsObject().Text("payload"))).Body);
            foreach (Vector c in VectorFile.List(file, "refused_down"))
            {
                Assert.Equal((c.Text("name"), c.Text("code")), (c.Text("name"), device.Open(TopicKind.Command, c.Utf8("payload")).Code));
            }

            Vector chunk = file["chunk"]!.AsObject();
            byte[] frame = [.. new byte[ChunkFrame.Overhead], .. chunk.Hex("data")];
            byte[] made = hub.SealChunk(chunk.Number("session"), chunk.Number("sequence"), frame)!;
            Assert.Equal(chunk.Text("frame"), Hex.Encode(made));
            Assert.Equal(chunk.Text("data"), Hex.Encode(device.OpenChunk(made)![ChunkFrame.Overhead..]));
            foreach (Vector c in VectorFile.List(file, "refused_chunks"))
            {
                Assert.True(device.OpenChunk(c.Hex("frame")) is null, c.Text("name"));
            }
        }
    }

    [Fact]
    public void Handshakes_that_do_not_fit_are_refused_with_their_code()
    {
        Vector file = VectorFile.Load("handshake");
        foreach (Vector c in VectorFile.List(file, "refused_welcomes"))
        {
            DeviceLink device = DeviceOf(file);
            device.Connected(0);
            device.Poll(0);
            Assert.Equal((c.Text("name"), c.Text("code")), (c.Text("name"), device.Welcomed(c.Utf8("payload"), 0, out _).Code));
            Assert.False(device.Established);
        }

        foreach (Vector c in VectorFile.List(file, "refused_hellos"))
        {
            Assert.Equal((c.Text("name"), c.Text("code")), (c.Text("name"), HubOf(file).Greet(c.Utf8("payload"), file.Text("hub"), 0, [], out byte[]? welcome).Code));
            Assert.Null(welcome);
        }
    }

    [Fact]
    public void Chunk_frames_are_accepted_and_refused_as_the_vectors_say()
    {
        Vector file = VectorFile.Load("chunk-frame");
        foreach (ICrypto crypto in TestCrypto.Both)
        {
            foreach (Vector c in VectorFile.List(file, "accepted"))
            {
                byte[] frame = c.Hex("frame");
                Assert.True(ChunkFrame.Verify(crypto, file.Hex("key"), file.Text("topic"), frame));
                Assert.Equal((c.Number("session"), c.Number("sequence")), (ChunkFrame.SessionOf(frame), ChunkFrame.SequenceOf(frame)));
                byte[] data = c.Hex("data");
                byte[] made = new byte[ChunkFrame.Overhead + data.Length];
                data.CopyTo(made, ChunkFrame.Overhead);
                ChunkFrame.Seal(crypto, file.Hex("key"), file.Text("topic"), c.Number("session"), c.Number("sequence"), made);
                Assert.Equal(c.Text("frame"), Hex.Encode(made));
            }

            foreach (Vector c in VectorFile.List(file, "refused"))
            {
                Assert.False(ChunkFrame.Verify(crypto, file.Hex("key"), file.Text("topic"), c.Hex("frame")), c.Text("name"));
            }
        }
    }

    [Fact]
    public void The_replay_window_accepts_as_the_vectors_say()
    {
        foreach (Vector c in VectorFile.List(VectorFile.Load("replay-window"), "cases"))
        {
            ReplayWindow window = new();
            bool[] accepted = c["counters"]!.AsArray().Select(n => window.Accept((long)n!)).ToArray();
            Assert.Equal(c["accepted"]!.AsArray().Select(n => (bool)n!), accepted);
        }
    }

    private static DeviceLink DeviceOf(Vector file)
    {
        TestCrypto crypto = new(file.Hex("device_nonce"));
        return new(crypto, new(crypto, file.Hex("secret"), file.Text("site"), file.Text("device")), file.Text("site"), file.Text("device"));
    }

    private static HubLink HubOf(Vector file)
    {
        TestCrypto crypto = new(file.Hex("hub_nonce"));
        DeviceKey key = new(crypto, file.Hex("secret"), file.Text("site"), file.Text("device"));
        return new(crypto, key, file.Text("site"), file.Text("device"));
    }
}

using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>The handshake between device and hub, and the first messages after it, in plain or encrypted.</summary>
internal sealed class LinkChecks : VectorChecks
{
    private readonly bool _encrypted;
    private readonly ICrypto _crypto;
    private readonly JsonObject _head;

    internal LinkChecks(bool encrypted, ICrypto crypto, JsonObject head)
    {
        _encrypted = encrypted;
        _crypto = crypto;
        _head = head;
    }

    internal override bool HasHead => true;

    internal override string Check(string list, object? item)
    {
        DeviceLink device = NewDevice();
        device.Connected(0);
        byte[] hello = device.Poll(0)!;
        if (list == "refused_welcomes")
        {
            return Same(Text((JsonObject)item!, "code"), device.Welcomed(Utf8Of((JsonObject)item!, "payload"), 0, out Welcome? _).Code, "the code");
        }

        HubLink hub = NewHub();
        byte[] greeting = list == "refused_hellos" ? Utf8Of((JsonObject)item!, "payload") : hello;
        string[] encrypt = _encrypted ? Strings(List(_head, "encrypt")) : new string[0];
        string code = hub.Greet(greeting, Text(_head, "hub"), Number(_head, "time"), encrypt, out byte[]? welcome).Code;
        if (list == "refused_hellos")
        {
            return First(Same(Text((JsonObject)item!, "code"), code, "the code"), True(welcome == null, "it is answered"));
        }

        string made = First(Same(Text(_head, "hello"), TextOf(hello), "the hello"), Same(Text(_head, "welcome"), TextOf(welcome), "the welcome"));
        if (made.Length > 0 || device.Welcomed(welcome!, 0, out Welcome? _).Body == null)
        {
            return made.Length > 0 ? made : "the welcome is refused";
        }

        switch (list)
        {
            case "refused_down": return Same(Text((JsonObject)item!, "code"), device.Open(TopicKind.Command, Utf8Of((JsonObject)item!, "payload")).Code, "the code");
            case "refused_chunks": return True(device.OpenChunk(Bytes((JsonObject)item!, "frame")) == null, "it is taken");
            default: return _encrypted ? Encrypted(device, hub) : Plain(device, hub);
        }
    }

    private DeviceLink NewDevice()
    {
        DeviceKey key = new DeviceKey(_crypto, Bytes(_head, "secret"), Text(_head, "site"), Text(_head, "device"));
        return new DeviceLink(new ScriptedCrypto(_crypto, Bytes(_head, "device_nonce")), key, Text(_head, "site"), Text(_head, "device"), _encrypted);
    }

    private HubLink NewHub()
    {
        DeviceKey key = new DeviceKey(_crypto, Bytes(_head, "secret"), Text(_head, "site"), Text(_head, "device"));
        return new HubLink(new ScriptedCrypto(_crypto, Bytes(_head, "hub_nonce")), key, Text(_head, "site"), Text(_head, "device"));
    }

    private string Plain(DeviceLink device, HubLink hub)
    {
        byte[] up = device.Seal(TopicKind.Status, Codec.Write(new DeviceStatus()));
        bool opened = hub.Open(TopicKind.Status, up).Body != null;
        byte[]? down = hub.Seal(TopicKind.Command, new JsonWriter().Add("name", "identify"));
        return First(
            Same(Text(Object(_head, "first_up"), "payload"), TextOf(up), "the first message up"), True(opened, "the first message up is refused"),
            Same(ErrorCodes.Replayed, hub.Open(TopicKind.Status, up).Code, "the code of its repetition"),
            Same(Text(Object(_head, "first_down"), "payload"), TextOf(down), "the first message down"),
            True(down != null && device.Open(TopicKind.Command, down).Body != null, "the first message down is refused"));
    }

    private string Encrypted(DeviceLink device, HubLink hub)
    {
        byte[] up = device.Seal(TopicKind.Telemetry, new JsonWriter().AddRaw("temperature", "21.5"));

        // The hub's keys count from the first message under them on.
        string opened = TextOf(hub.Open(TopicKind.Telemetry, up).Plain);
        byte[]? down = hub.Seal(TopicKind.Command, new JsonWriter().Add("name", "identify"));
        JsonObject chunk = Object(_head, "chunk");
        byte[] data = Bytes(chunk, "data");
        byte[] frame = new byte[ChunkFrame.Overhead + data.Length];
        Array.Copy(data, 0, frame, ChunkFrame.Overhead, data.Length);
        return First(
            Same(Text(Object(_head, "up"), "payload"), TextOf(up), "the message up"),
            Same(Text(Object(_head, "up"), "plain"), opened, "what is in it"),
            Same(Text(Object(_head, "down"), "payload"), TextOf(down), "the message down"),
            True(down != null && device.Open(TopicKind.Command, down).Body != null, "the message down is refused"),
            True(device.Open(TopicKind.Reported, Utf8Of(Object(_head, "plain_down"), "payload")).Body != null, "the plain message is refused"),
            Same(Text(chunk, "frame"), HexOf(hub.SealChunk(Number(chunk, "session"), Number(chunk, "sequence"), frame)), "the chunk"),
            True(device.OpenChunk(Bytes(chunk, "frame")) != null, "the chunk is refused"));
    }
}

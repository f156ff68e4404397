using System;
using System.Collections;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>Signatures, the counter's window, and the keys that come of a device's secret.</summary>
internal sealed class SignatureChecks : VectorChecks
{
    private readonly string _file;
    private readonly ICrypto _crypto;
    private readonly JsonObject _head;

    internal SignatureChecks(string file, ICrypto crypto, JsonObject head)
    {
        _file = file;
        _crypto = crypto;
        _head = head;
    }

    internal override bool HasHead => _file == "device-key";

    internal override string Check(string list, object? item)
    {
        switch (_file)
        {
            case "signed-json": return Signed((JsonObject)item!, list == "accepted");
            case "chunk-frame": return list == "accepted" ? Frame((JsonObject)item!) : RefusedFrame((JsonObject)item!);
            case "replay-window": return Counters(List((JsonObject)item!, "counters"), List((JsonObject)item!, "accepted"));
            default: return Keys();
        }
    }

    private static string Counters(ArrayList counters, ArrayList accepted)
    {
        ReplayWindow window = new ReplayWindow();
        for (int i = 0; i < counters.Count; i++)
        {
            if (window.Accept((long)counters[i]!) != (bool)accepted[i]!)
            {
                return "counter " + i.ToString() + " is taken for the other";
            }
        }

        return True(counters.Count == accepted.Count, "there are not as many answers as counters");
    }

    private string Signed(JsonObject c, bool accepted)
    {
        byte[] key = Bytes(_head, "key");
        string first = "";
        if (Text(c, "name") == "one member")
        {
            first = Same(Text(c, "payload"), TextOf(SignedJson.Sign(_crypto, key, Text(c, "topic"), new JsonWriter().Add("n", 1))), "what is signed here");
        }

        bool verified = SignedJson.Verify(_crypto, key, Text(c, "topic"), Utf8Of(c, "payload"));
        return First(
            first, True(verified == accepted, verified ? "it is taken" : "it is refused"),
            True(!accepted || SignedJson.Parse(Utf8Of(c, "payload"), out string _) != null, "it cannot be parsed"));
    }

    private string Frame(JsonObject c)
    {
        byte[] frame = Bytes(c, "frame");
        byte[] data = Bytes(c, "data");
        byte[] made = new byte[ChunkFrame.Overhead + data.Length];
        Array.Copy(data, 0, made, ChunkFrame.Overhead, data.Length);
        ChunkFrame.Seal(_crypto, Bytes(_head, "key"), Text(_head, "topic"), Number(c, "session"), Number(c, "sequence"), made);
        return First(
            True(ChunkFrame.Verify(_crypto, Bytes(_head, "key"), Text(_head, "topic"), frame), "it is refused"),
            True(ChunkFrame.SessionOf(frame) == Number(c, "session") && ChunkFrame.SequenceOf(frame) == Number(c, "sequence"), "its numbers are read otherwise"),
            Same(Text(c, "frame"), Hex.Encode(made), "the frame"));
    }

    private string RefusedFrame(JsonObject c) =>
        True(!ChunkFrame.Verify(_crypto, Bytes(_head, "key"), Text(_head, "topic"), Bytes(c, "frame")), "it is taken");

    private string Keys()
    {
        DeviceKey key = new DeviceKey(_crypto, Bytes(_head, "secret"), Text(_head, "site"), Text(_head, "device"));
        SessionKeys session = key.Session(Bytes(_head, "device_nonce"), Bytes(_head, "hub_nonce"));
        return First(
            Same(Text(_head, "handshake"), Hex.Encode(key.Handshake), "the handshake's key"),
            Same(Text(_head, "broker_password"), key.BrokerPassword(), "the password"),
            Same(Text(_head, "session_up"), Hex.Encode(session.Up), "the key up"),
            Same(Text(_head, "session_down"), Hex.Encode(session.Down), "the key down"));
    }
}

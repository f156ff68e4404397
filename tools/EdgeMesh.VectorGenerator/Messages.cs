using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace EdgeMesh.VectorGenerator;

/// <summary>Signed messages, chunk frames, counters and JSON texts.</summary>
internal static class Messages
{
    private const string Topic = "edgemesh/v1/home/devices/porch/down/command";
    private static readonly ICrypto Crypto = new DotNetCrypto();
    private static readonly string[] Names = ["a", "name", "ä", "with \"quotes\"", "e\tf", ""];

    public static JsonObject SignedJson(Draw draw, int count)
    {
        draw.Expect("signed-json accepted", "signed-json refused");
        byte[] key = Convert.FromHexString(draw.Hex(32));
        JsonArray accepted = [], refused = [];
        for (int i = 0; i < count; i++)
        {
            JsonWriter body = new JsonWriter().Add("n", draw.Below(1000)).AddRaw("data", Tree(draw, 5).Line());
            byte[] payload = Protocol.Security.SignedJson.Sign(Crypto, key, Topic, body);
            string topic = draw.Percent(5) ? Topic + draw.Of("/", "\0", "x") : Topic;
            payload = draw.Percent(40) ? payload : Damaged(draw, payload);
            bool good = Protocol.Security.SignedJson.Verify(Crypto, key, topic, payload);
            JsonObject c = new() { ["name"] = draw.NextName(), ["topic"] = topic };
            c[good ? "payload" : "payload_hex"] = good ? Encoding.UTF8.GetString(payload) : Convert.ToHexStringLower(payload);
            (good ? accepted : refused).Add(c);
            draw.Count("signed-json " + (good ? "accepted" : "refused"));
            draw.Steps++;
        }

        return new() { ["key"] = Convert.ToHexStringLower(key), ["accepted"] = accepted, ["refused"] = refused };
    }

    public static JsonObject ChunkFrames(Draw draw, int count)
    {
        draw.Expect("chunk-frame accepted", "chunk-frame refused");
        byte[] key = Convert.FromHexString(draw.Hex(32));
        JsonArray accepted = [], refused = [];
        for (int i = 0; i < count; i++)
        {
            byte[] frame = Convert.FromHexString(draw.Hex(ChunkFrame.Overhead + draw.From(0, 40)));
            ChunkFrame.Seal(Crypto, key, Topic, draw.From(1, int.MaxValue - 1), draw.Below(100000), frame);
            frame = draw.Percent(40) ? frame : Damaged(draw, frame);
            bool good = ChunkFrame.Verify(Crypto, key, Topic, frame);
            (good ? accepted : refused).Add(new JsonObject { ["name"] = draw.NextName(), ["frame"] = Convert.ToHexStringLower(frame) });
            draw.Count("chunk-frame " + (good ? "accepted" : "refused"));
            draw.Steps++;
        }

        return new() { ["key"] = Convert.ToHexStringLower(key), ["topic"] = Topic, ["accepted"] = accepted, ["refused"] = refused };
    }

    public static JsonObject ReplayWindow(Draw draw, int count)
    {
        draw.Expect("counter accepted", "counter refused");
        JsonArray cases = [];
        for (int i = 0; i < count; i++)
        {
            ReplayWindow window = new();
            long highest = draw.Of(0L, 1L, 1000L, 999999999999990000L);
            JsonArray counters = [], accepted = [];
            for (int step = draw.From(20, 150); step > 0; step--)
            {
                long counter = highest + draw.Of(1, draw.From(2, 5), draw.From(62, 66), 0, -draw.From(0, 10), -draw.From(0, 70), -draw.From(62, 66));
                bool good = window.Accept(counter);
                highest = good ? Math.Max(highest, counter) : highest;
                counters.Add(counter);
                accepted.Add(good);
                draw.Count("counter " + (good ? "accepted" : "refused"));
                draw.Steps++;
            }

            cases.Add(new JsonObject { ["name"] = draw.NextName(), ["counters"] = counters, ["accepted"] = accepted });
        }

        return new() { ["cases"] = cases };
    }

    /// <summary>Texts that both must read alike. What the C# reader refuses is not asked of devices: they parse signed texts only.</summary>
    public static JsonObject Json(Draw draw, int count)
    {
        draw.Expect("json accepted");
        JsonArray accepted = [];
        for (int i = 0; i < count; i++)
        {
            JsonObject value = new() { ["n"] = draw.Below(1000), ["data"] = Tree(draw, 5) };
            // The latter escapes all but ASCII; MicroPython makes two characters of the two escapes of one, and nobody sends it any.
            string text = draw.Percent(50) || value.Line().Any(char.IsSurrogate) ? value.Line() : value.ToJsonString();
            if (JsonReader.Parse(text, out string problem) == null)
            {
                throw new InvalidOperationException("The C# reader refuses " + text + ": " + problem);
            }

            accepted.Add(new JsonObject { ["text"] = text, ["value"] = value });
            draw.Count("json accepted");
            draw.Steps++;
        }

        return new() { ["accepted"] = accepted };
    }

    private static byte[] Damaged(Draw draw, byte[] whole)
    {
        int at = draw.Below(whole.Length);
        switch (draw.Below(4))
        {
            case 0: return whole[..at];
            case 1: return [.. whole, (byte)draw.Of(' ', '}', '\0', '\n')];
            case 2: return [.. whole[..at], (byte)draw.Below(256), .. whole[at..]];
            default:
                byte[] flipped = [.. whole];
                flipped[at] ^= (byte)(1 << draw.Below(8));
                return flipped;
        }
    }

    private static JsonObject Tree(Draw draw, int depth)
    {
        JsonObject o = [];
        foreach (string name in Names.Take(draw.From(0, 6)))
        {
            o[name] = depth > 1 && draw.Percent(30) ? draw.Percent(50) ? Tree(draw, depth - 1) : new JsonArray(Tree(draw, depth - 2), draw.Below(9)) : draw.Value();
        }

        return o;
    }
}

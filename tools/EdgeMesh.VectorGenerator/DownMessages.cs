using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace EdgeMesh.VectorGenerator;

/// <summary>Bodies of what the hub sends, good and bad, and whether a device reads them.</summary>
internal static class DownMessages
{
    public static JsonObject Make(Draw draw, int count)
    {
        draw.Expect("message accepted", "message refused");
        JsonArray cases = [];
        for (int i = 0; i < count; i++)
        {
            TopicKind kind = draw.Of(TopicKind.OtaOffer, TopicKind.OtaOffer, TopicKind.OtaComplete, TopicKind.Reported);
            JsonObject body = Body(draw, kind);
            for (int changes = draw.Of(0, 1, 1, 2); changes > 0; changes--)
            {
                body = draw.Mutated(body);
            }

            if (JsonReader.Parse(body.Line(), out _) is not { } members)
            {
                // Numbers over the reader's length: a device is sent none by a hub, which would have to read them first.
                continue;
            }

            Read(kind, members);
            cases.Add(new JsonObject
            {
                ["name"] = draw.NextName() + " " + body.Line(), ["topic"] = Topic.PatternOf(kind), ["body"] = body, ["accepted"] = members.Problem.Length == 0,
            });
            draw.Count("message " + (members.Problem.Length == 0 ? "accepted" : "refused"));
            draw.Steps++;
        }

        return new() { ["cases"] = cases };
    }

    private static JsonObject Body(Draw draw, TopicKind kind)
    {
        JsonObject body = new() { ["session"] = draw.Of(1L, 7L, 4294967295L) };
        if (kind == TopicKind.OtaOffer)
        {
            body["manifest"] = draw.Of("e30", new string('e', 2734), new string('e', 2735), "");
            body["chunk_bytes"] = draw.Of(255, 256, 4096, 8192, 8193);
            body["window"] = draw.Of(0, 1, 32, 64, 65);
            body["encoding"] = draw.Of("raw", "base64", new string('x', 16), new string('x', 17));
            if (draw.Percent(30))
            {
                body["signature"] = draw.Of("", new string('a', 128), new string('a', 129));
            }
        }
        else if (kind == TopicKind.Reported)
        {
            body["state"] = draw.Of(OtaStates.Applying, OtaStates.RolledBack, new string('x', 17), "ääääääää", "äääääääää", "😀😀😀😀", "😀😀😀😀😀");
        }

        return body;
    }

    private static object Read(TopicKind kind, Protocol.Json.JsonObject members) => kind switch
    {
        TopicKind.OtaOffer => Codec.ReadOffer(members),
        TopicKind.OtaComplete => Codec.ReadComplete(members),
        _ => Codec.ReadReported(members),
    };
}

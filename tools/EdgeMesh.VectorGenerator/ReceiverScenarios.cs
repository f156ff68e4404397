using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.VectorGenerator;

/// <summary>Deliveries to a receiver: mostly what a hub sends, in its order, and everything else now and then.</summary>
internal static class ReceiverScenarios
{
    public static JsonObject Make(Draw draw, int count)
    {
        draw.Expect(
            "open_slot", "adopt", "append", "hold", "append_held", "flush", "trim", "hash", "discard", "apply", "report", "refuse stale_session",
            "refuse chunk_out_of_range", "refuse chunk_length_wrong", "send accept", "send chunk_ack", "send verify", "send reject", "send abort");
        JsonObject manifests = [];
        Dictionary<string, (int Size, string Sha256)> images = [];
        void Add(string name, JsonObject manifest)
        {
            manifests[name] = Draw.Encoded(manifest);
            images[name] = ((int)manifest.Number("size"), manifest.Text("sha256"));
        }

        for (int i = 0; i < 12; i++)
        {
            Add("m" + i, draw.Manifest(draw.Of(1, draw.From(1, 600), draw.From(600, 8000), draw.From(4000, 20000), draw.From(8000, 30000), 4096 * draw.From(1, 8)), draw.From(5, 9)));
        }

        Add("old", draw.Manifest(1000, 4));
        Add("big", draw.Manifest(65537, 5));
        Add("expired", draw.Manifest(1000, 5).With(new JsonObject { ["expires"] = 1759999999 }));
        manifests["unreadable"] = draw.Of("eyJ9", "!", "e");
        JsonArray scenarios = [];
        for (int i = 0; i < count; i++)
        {
            JsonObject profile = new() { ["window"] = draw.Of(1, 2, 3, 8, 8, draw.From(1, 64), 64), ["on_trial"] = draw.Percent(2) };
            JsonArray steps = new ReceiverWalk(draw, Offers.Profile.With(profile), manifests, images).Steps();
            scenarios.Add(new JsonObject { ["name"] = draw.NextName(), ["profile"] = profile, ["steps"] = steps });
            draw.Steps += steps.Count;
        }

        return new() { ["profile"] = Offers.Profile, ["manifests"] = manifests, ["scenarios"] = scenarios };
    }

    public static JsonObject Step(long atMs, string text, string[] effects, long dueMs) => new()
    {
        ["at"] = atMs, ["event"] = text, ["effects"] = new JsonArray(effects.Select(e => (JsonNode?)e).ToArray()),
        ["due"] = dueMs == long.MaxValue ? "never" : dueMs,
    };
}

/// <summary>One delivery. It knows what a hub would know, so that its events lead somewhere.</summary>
internal sealed class ReceiverWalk(Draw draw, JsonObject profile, JsonObject manifests, Dictionary<string, (int Size, string Sha256)> images)
{
    private readonly OtaReceiver _receiver = new(ScenarioPlayer.ProfileOf(profile));
    private readonly JsonArray _steps = [];
    private readonly int _carelessPercent = draw.Of(3, 15, 30);
    private string _phase = "idle";
    private string _manifest = "m0";
    private int _chunkBytes = 4096;
    private int _session = 6;
    private long _now;

    private long ChunkCount => ((images[_manifest].Size - 1) / _chunkBytes) + 1;

    public JsonArray Steps()
    {
        Prepare();
        if (draw.Percent(30))
        {
            int size = images[_manifest].Size;
            int stored = Math.Max(0, draw.Of(size, size + 1, size - 1, draw.Below(size + 20), _chunkBytes * draw.From(0, 4)));
            Take("restored session=" + _session + " manifest=" + _manifest + " chunk_bytes=" + _chunkBytes + " stored=" + stored);
        }

        Take(draw.Percent(90) ? "online" : "tick");
        for (int left = draw.From(8, 80), after = 3; left > 0 && after > 0; left--)
        {
            Take(draw.Percent(_carelessPercent) ? Careless() : Next());
            after -= _phase == "applied" ? 1 : 0;
        }

        return _steps;
    }

    /// <summary>Another image under another session.</summary>
    private void Prepare()
    {
        _session++;
        _manifest = "m" + draw.Below(12);
        _chunkBytes = draw.Of(256, 512, 1000, 4096);
    }

    private void Take(string text)
    {
        _now = text == "tick" && _receiver.DueMs < long.MaxValue && draw.Percent(80)
            ? Math.Max(_now, _receiver.DueMs + draw.Of(0, 0, 0, -1, 1, 700)) : _now + draw.Of(0, 0, 1, 10, 60, 100, 1999);
        string[] effects = ScenarioPlayer.Step(_receiver, manifests, _now, text);
        _steps.Add(ReceiverScenarios.Step(_now, text, effects, _receiver.DueMs));
        if (_phase == "verifying" && text.EndsWith(images[_manifest].Sha256, StringComparison.Ordinal))
        {
            _phase = "verified";
        }

        if (text.StartsWith("offer", StringComparison.Ordinal) && (effects.Contains("open_slot") || effects.Contains("adopt")))
        {
            ScenarioText offer = ScenarioText.Parse(text);
            (_session, _manifest, _chunkBytes) = ((int)offer.Number("session"), offer.Text("manifest"), (int)offer.Number("chunk_bytes"));
        }

        foreach (string[] words in effects.Select(e => e.Split(' ')))
        {
            draw.Count(words[0] is "send" or "refuse" ? words[0] + " " + words[1] : words[0]);
            _phase = words[0] switch
            {
                "open_slot" => "receiving", "hash" => "verifying", "discard" => "idle", "apply" => "applied", "trim" => "receiving", _ => _phase,
            };
        }

        _phase = text.StartsWith("restored", StringComparison.Ordinal) && _phase == "idle" ? "receiving" : _phase;
    }

    /// <summary>What moves the delivery on.</summary>
    private string Next()
    {
        if (_phase == "idle")
        {
            Prepare();
            return Offer(_session, _manifest);
        }

        return _phase switch
        {
            "receiving" => draw.Weighted((60, Chunk(_receiver.Next)), (25, Chunk(_receiver.Next + draw.From(1, 3))), (8, "tick"), (3, Offer(_session, _manifest))),
            "verifying" => draw.Weighted((40, "hashed checked=" + draw.Below(images[_manifest].Size)), (60, Hashed(images[_manifest].Sha256))),
            "verified" => draw.Weighted((40, "tick"), (50, "complete session=" + _session), (10, Offer(_session, _manifest))),
            _ => Careless(),
        };
    }

    /// <summary>What a hub, a network or a disk may do at any time.</summary>
    private string Careless() => draw.Weighted(
        (10, Chunk(_receiver.Next - draw.From(1, 9))), (8, Chunk(Math.Min(_receiver.Next + draw.From(1, 64), draw.Percent(80) ? ChunkCount - 1 : 99))), (4, Chunk(ChunkCount + draw.From(0, 2))),
        (8, Chunk(_receiver.Next) + "0"), (3, "chunk session=" + (_session - 1) + " sequence=0 length=256"), (12, "tick"), (6, "offline"), (10, "online"),
        (6, Offer(_session, _manifest)), (4, Offer(_session + 1, _manifest)), (4, Offer(_session + draw.Below(2), "m" + draw.Below(12))),
        (4, Offer(draw.Of(3, _session, _session + 1), draw.Of("old", "big", "expired", "unreadable", "m1"))), (2, "hashed checked=1"), (3, Hashed(draw.Hex(32))),
        (3, "complete session=" + draw.From(_session - 1, _session)), (3, "abort session=" + draw.From(_session - 1, _session) + " code=aborted"),
        (2, "storage_failed code=" + draw.Of("storage_full", "storage_failed")));

    private string Hashed(string sha256) => "hashed checked=" + images[_manifest].Size + " sha256=" + sha256;

    private string Offer(int session, string manifest) => "offer session=" + session + " manifest=" + manifest + " chunk_bytes="
        + (draw.Percent(95) ? _chunkBytes : draw.Of(256, 8192)) + " window=" + draw.Of(1, 4, 8, 32, 64) + " encoding=" + draw.Weighted((60, "raw"), (10, "base64"), (1, "gzip"));

    private string Chunk(long sequence)
    {
        sequence = Math.Max(0, sequence);
        int length = sequence == ChunkCount - 1 ? (int)(images[_manifest].Size - (sequence * _chunkBytes)) : _chunkBytes;
        return "chunk session=" + _session + " sequence=" + sequence + " length=" + length;
    }
}

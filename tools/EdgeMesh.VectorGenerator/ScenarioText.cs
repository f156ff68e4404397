using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.VectorGenerator;

/// <summary>The text form of events and effects that shared/vectors/README.md describes.</summary>
internal sealed class ScenarioText
{
    /// <summary>The key that scenarios with signatures trust.</summary>
    private const string Pinned = "578dd5760eebf8f976fed730911bbf811b568ada3309196fedddad9d8a4f83d0";

    private readonly Dictionary<string, string> _pairs;

    private ScenarioText(string text)
    {
        string[] words = text.Split(' ');
        Word = words[0];
        Rest = text.Length > Word.Length ? text[(Word.Length + 1)..] : "";
        _pairs = words.Skip(1).Where(w => w.Contains('=')).Select(w => w.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
    }

    /// <summary>What happens.</summary>
    public string Word { get; }

    /// <summary>All behind the word.</summary>
    public string Rest { get; }

    public static ScenarioText Parse(string text) => new(text);

    public string Text(string name) => _pairs[name];

    public long Number(string name) => long.Parse(_pairs[name], CultureInfo.InvariantCulture);

    /// <summary>The transfer that the pairs session, manifest and chunk_bytes describe.</summary>
    public Transfer Transfer(JsonObject manifests) =>
        Protocol.Ota.Transfer.Read(Number("session"), manifests.Text(Text("manifest")), (int)Number("chunk_bytes"), out string problem)
        ?? throw new InvalidOperationException(problem);

    public ReceiverEvent ReceiverEvent(JsonObject manifests) => Word switch
    {
        "restored" => Protocol.Ota.ReceiverEvent.Restored(Transfer(manifests), Number("stored")),
        "online" => Protocol.Ota.ReceiverEvent.Online(),
        "offline" => Protocol.Ota.ReceiverEvent.Offline(),
        "tick" => Protocol.Ota.ReceiverEvent.Tick(),
        "offer" => Protocol.Ota.ReceiverEvent.Offered(new Offer
        {
            Session = Number("session"), Manifest = manifests.Text(Text("manifest")), ChunkBytes = (int)Number("chunk_bytes"),
            Window = (int)Number("window"), Encoding = Text("encoding"),
        }),
        "chunk" => Protocol.Ota.ReceiverEvent.ChunkArrived(Number("session"), Number("sequence"), Number("length")),
        "hashed" => Protocol.Ota.ReceiverEvent.Hashed(Number("checked"), _pairs.GetValueOrDefault("sha256", "")),
        "complete" => Protocol.Ota.ReceiverEvent.Completed(Number("session")),
        "abort" => Protocol.Ota.ReceiverEvent.Aborted(Number("session"), Text("code")),
        "storage_failed" => Protocol.Ota.ReceiverEvent.StorageFailed(Text("code")),
        "signature" => Protocol.Ota.ReceiverEvent.SignatureChecked(
            (int)Number("percent"),
            _pairs.ContainsKey("sequence") ? new TrustedKey { Pin = Pinned, Kind = ImageKinds.MicroPythonApp, Key = Pinned, Sequence = Number("sequence") } : null,
            _pairs.TryGetValue("code", out string? code) ? new Reject { Code = code, Reason = "It is not right." } : null),
        _ => throw new InvalidOperationException("Unknown event: " + Word),
    };

    public static string Of(ReceiverEffect effect) => effect.Kind switch
    {
        ReceiverEffectKind.Send => "send " + OfMessage(effect.Message!),
        ReceiverEffectKind.OpenSlot => "open_slot",
        ReceiverEffectKind.CheckSignature => "check_signature",
        ReceiverEffectKind.AppendHeld => "append_held " + effect.Number,
        ReceiverEffectKind.Hold => "hold " + effect.Number,
        ReceiverEffectKind.Trim => "trim " + effect.Number,
        ReceiverEffectKind.Refuse => "refuse " + ((Reject)effect.Message!).Code,
        _ => effect.Kind.ToString().ToLowerInvariant(),
    };

    public static string Of(Report r) => "send report session=" + r.Session + " state=" + r.State + (r.Code == "" ? "" : " code=" + r.Code);

    /// <summary>A step as one line, with what must come of it.</summary>
    public static string Expected(JsonObject step) =>
        Line(step, step["effects"]!.AsArray().Select(n => (string)n!), step["due"] == null ? "" : step["due"]!.ToString());

    /// <summary>A step as one line, with what came of it.</summary>
    public static string Actual(JsonObject step, IEnumerable<string> effects, long dueMs) =>
        Line(step, effects, step["due"] == null ? "" : dueMs == long.MaxValue ? "never" : dueMs.ToString(CultureInfo.InvariantCulture));

    private static string Line(JsonObject step, IEnumerable<string> effects, string due) =>
        step.Number("at") + " " + step.Text("event") + " -> " + string.Join("; ", effects) + (due == "" ? "" : " (due " + due + ")");

    private static string OfMessage(object message) => message switch
    {
        Accept m => "accept session=" + m.Session + " next=" + m.Next + " window=" + m.Window,
        Reject m => "reject session=" + m.Session + " code=" + m.Code,
        ChunkAck m => "chunk_ack session=" + m.Session + " next=" + m.Next + " bitmap=" + m.Bitmap,
        Verify m => "verify session=" + m.Session + " checked=" + m.Checked + (m.Sha256 == "" ? "" : " sha256=" + m.Sha256)
            + (m.Signature == 0 ? "" : " signature=" + m.Signature),
        Abort m => "abort session=" + m.Session + " code=" + m.Code,
        _ => throw new InvalidOperationException("Unknown message: " + message),
    };
}

using System;
using System.Collections;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>The text form of events and effects that shared/vectors/README.md describes.</summary>
internal sealed class ScenarioText
{
    /// <summary>The key that scenarios with signatures trust.</summary>
    private const string Pinned = "578dd5760eebf8f976fed730911bbf811b568ada3309196fedddad9d8a4f83d0";

    // In the order of the enumeration, whose members have no names at run time; those that say more are told below.
    private static readonly string[] EffectNames = new[]
    {
        "", "check_signature", "open_slot", "adopt", "", "append", "", "", "flush", "hash", "discard", "apply", "report", "",
    };

    private readonly Hashtable _pairs = new Hashtable();

    internal ScenarioText(string text)
    {
        string[] words = text.Split(' ');
        Word = words[0];
        Rest = text.Length > Word.Length ? text.Substring(Word.Length + 1) : "";
        for (int i = 1; i < words.Length; i++)
        {
            int equals = words[i].IndexOf('=');
            if (equals > 0)
            {
                _pairs[words[i].Substring(0, equals)] = words[i].Substring(equals + 1);
            }
        }
    }

    /// <summary>What happens.</summary>
    internal string Word { get; }

    /// <summary>All behind the word.</summary>
    internal string Rest { get; }

    internal static string Of(ReceiverEffect effect)
    {
        switch (effect.Kind)
        {
            case ReceiverEffectKind.Send: return "send " + OfMessage(effect.Message!);
            case ReceiverEffectKind.AppendHeld: return "append_held " + effect.Number.ToString();
            case ReceiverEffectKind.Hold: return "hold " + effect.Number.ToString();
            case ReceiverEffectKind.Trim: return "trim " + effect.Number.ToString();
            case ReceiverEffectKind.Refuse: return "refuse " + ((Reject)effect.Message!).Code;
            default: return EffectNames[(int)effect.Kind];
        }
    }

    internal static string Of(Report r) => "send report session=" + r.Session.ToString() + " state=" + r.State + (r.Code == "" ? "" : " code=" + r.Code);

    /// <summary>Empty where a step's effects and due time are what it says.</summary>
    internal static string Verdict(JsonObject step, string[] effects, long dueMs)
    {
        string expected = Joined(VectorChecks.Strings(VectorChecks.List(step, "effects")));
        object? due = step.Get("due");
        string expectedDue = due is string never ? never : due is long at ? at.ToString() : "";
        string actualDue = due == null ? "" : dueMs == long.MaxValue ? "never" : dueMs.ToString();
        string place = "at " + VectorChecks.Number(step, "at").ToString() + " " + VectorChecks.Text(step, "event");
        return VectorChecks.First(VectorChecks.Same(expected, Joined(effects), "the effect " + place), VectorChecks.Same(expectedDue, actualDue, "the time due " + place));
    }

    internal string Text(string name) => (string)(_pairs[name] ?? throw new ArgumentException("no " + name + " in the event"));

    internal long Number(string name) => long.Parse(Text(name));

    /// <summary>The transfer that the pairs session, manifest and chunk_bytes describe.</summary>
    internal Transfer Transfer(JsonObject manifests) =>
        Protocol.Ota.Transfer.Read(Number("session"), VectorChecks.Text(manifests, Text("manifest")), (int)Number("chunk_bytes"), out string problem)
        ?? throw new ArgumentException(problem);

    internal ReceiverEvent ReceiverEvent(JsonObject manifests)
    {
        switch (Word)
        {
            case "restored": return Protocol.Ota.ReceiverEvent.Restored(Transfer(manifests), Number("stored"));
            case "online": return Protocol.Ota.ReceiverEvent.Online();
            case "offline": return Protocol.Ota.ReceiverEvent.Offline();
            case "tick": return Protocol.Ota.ReceiverEvent.Tick();
            case "chunk": return Protocol.Ota.ReceiverEvent.ChunkArrived(Number("session"), Number("sequence"), Number("length"));
            case "hashed": return Protocol.Ota.ReceiverEvent.Hashed(Number("checked"), _pairs.Contains("sha256") ? Text("sha256") : "");
            case "complete": return Protocol.Ota.ReceiverEvent.Completed(Number("session"));
            case "abort": return Protocol.Ota.ReceiverEvent.Aborted(Number("session"), Text("code"));
            case "storage_failed": return Protocol.Ota.ReceiverEvent.StorageFailed(Text("code"));
            case "offer":
                return Protocol.Ota.ReceiverEvent.Offered(new Offer
                {
                    Session = Number("session"), Manifest = VectorChecks.Text(manifests, Text("manifest")), ChunkBytes = (int)Number("chunk_bytes"),
                    Window = (int)Number("window"), Encoding = Text("encoding"),
                });
            case "signature":
                return Protocol.Ota.ReceiverEvent.SignatureChecked(
                    (int)Number("percent"),
                    _pairs.Contains("sequence") ? new TrustedKey { Pin = Pinned, Kind = ImageKinds.MicroPythonApp, Key = Pinned, Sequence = Number("sequence") } : null,
                    _pairs.Contains("code") ? new Reject { Code = Text("code"), Reason = "It is not right." } : null);
            default: throw new ArgumentException("an unknown event: " + Word);
        }
    }

    private static string Joined(string[] effects)
    {
        string all = "";
        for (int i = 0; i < effects.Length; i++)
        {
            all += (i == 0 ? "" : "; ") + effects[i];
        }

        return all;
    }

    private static string OfMessage(object message)
    {
        switch (message)
        {
            case Accept m: return "accept session=" + m.Session.ToString() + " next=" + m.Next.ToString() + " window=" + m.Window.ToString();
            case Reject m: return "reject session=" + m.Session.ToString() + " code=" + m.Code;
            case ChunkAck m: return "chunk_ack session=" + m.Session.ToString() + " next=" + m.Next.ToString() + " bitmap=" + m.Bitmap;
            case Abort m: return "abort session=" + m.Session.ToString() + " code=" + m.Code;
            case Verify m:
                return "verify session=" + m.Session.ToString() + " checked=" + m.Checked.ToString() + (m.Sha256 == "" ? "" : " sha256=" + m.Sha256)
                    + (m.Signature == 0 ? "" : " signature=" + m.Signature.ToString());
            default: throw new ArgumentException("an unknown message");
        }
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Slots;

/// <summary>The JSON members of a boot record.</summary>
internal static class BootRecordText
{
    internal static JsonWriter Write(BootRecord r)
    {
        JsonWriter w = new JsonWriter().Add("generation", r.Generation);
        if (r.A != null)
        {
            w.Add("a", Write(r.A));
        }

        if (r.B != null)
        {
            w.Add("b", Write(r.B));
        }

        w.AddIfAny("confirmed", r.Confirmed).AddIfAny("trial", r.Trial).Add("attempts", r.Attempts).Add("faults", r.Faults)
            .AddIfAny("fault", r.Fault).AddIfAny("probe", r.Probe).Add("sequence", r.Sequence);
        if (r.Transfer != null)
        {
            w.Add("transfer", WithSigner(
                new JsonWriter().Add("session", r.Transfer.Session).Add("manifest", r.Transfer.ManifestText).Add("chunk_bytes", r.Transfer.ChunkBytes),
                r.Transfer.Signer));
        }

        if (r.Keys.Length > 0)
        {
            w.AddRaw("keys", TrustedKey.Write(r.Keys));
        }

        if (r.Report != null)
        {
            w.Add("report", Codec.Write(r.Report)).Add("report_heard", r.ReportHeard);
        }

        return w;
    }

    internal static BootRecord Read(JsonObject o)
    {
        BootRecord r = new BootRecord
        {
            Generation = o.Integer("generation", 1, JsonReader.IntegerMax),
            A = ReadImage(o, "a"),
            B = ReadImage(o, "b"),
            Confirmed = SlotName(o, "confirmed"),
            Trial = SlotName(o, "trial"),
            Attempts = (int)o.Integer("attempts", 0, 1000),
            Faults = (int)o.Integer("faults", 0, 1000),
            Fault = o.OptionalString("fault", Limits.ReasonLength),
            Probe = o.OptionalString("probe", 4),
            Sequence = o.Integer("sequence", 0, JsonReader.IntegerMax),
            Transfer = ReadTransfer(o),
            Keys = ReadKeys(o),
            ReportHeard = o.Get("report_heard") is bool heard && heard,
        };

        JsonObject? report = o.OptionalObject("report");
        if (report != null)
        {
            r.Report = Codec.ReadReport(report);
            Pass(report, o, "report");
        }

        if (r.Trial.Length > 0 && (r.Trial == r.Confirmed || r.ImageIn(r.Trial) == null))
        {
            o.Note("trial", "a slot that holds an image and is not confirmed");
        }

        return r;
    }

    private static JsonWriter Write(SlotImage i) => WithSigner(
        new JsonWriter().Add("session", i.Session).Add("id", i.Id).Add("version", i.Version)
            .Add("sequence", i.Sequence).Add("size", i.Size).Add("sha256", i.Sha256),
        i.Signer);

    private static JsonWriter WithSigner(JsonWriter writer, TrustedKey? signer) => signer == null ? writer : writer.Add("signer", signer.Write());

    private static TrustedKey? ReadSigner(JsonObject holder)
    {
        JsonObject? o = holder.OptionalObject("signer");
        if (o == null)
        {
            return null;
        }

        TrustedKey key = TrustedKey.Read(o);
        Pass(o, holder, "signer");
        return key;
    }

    private static TrustedKey[] ReadKeys(JsonObject record)
    {
        JsonObject[] objects = record.OptionalObjects("keys", Limits.PublishersMax);
        TrustedKey[] keys = new TrustedKey[objects.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = TrustedKey.Read(objects[i]);
            Pass(objects[i], record, "keys");
        }

        return keys;
    }

    private static SlotImage? ReadImage(JsonObject record, string slot)
    {
        JsonObject? o = record.OptionalObject(slot);
        if (o == null)
        {
            return null;
        }

        SlotImage image = new SlotImage
        {
            Session = o.Integer("session", 0, JsonReader.IntegerMax),
            Id = o.String("id", Limits.NameLength),
            Version = o.String("version", Limits.NameLength),
            Sequence = o.Integer("sequence", 0, JsonReader.IntegerMax),
            Size = o.Integer("size", 1, Limits.ImageBytesMax),
            Sha256 = o.Hex("sha256", 64),
            Signer = ReadSigner(o),
        };
        Pass(o, record, slot);
        return image;
    }

    private static Transfer? ReadTransfer(JsonObject record)
    {
        JsonObject? o = record.OptionalObject("transfer");
        if (o == null)
        {
            return null;
        }

        long session = o.Integer("session", 1, JsonReader.IntegerMax);
        int chunkBytes = (int)o.Integer("chunk_bytes", Limits.ChunkBytesMin, Limits.ChunkBytesMax);
        Transfer? transfer = Transfer.Read(session, o.String("manifest", Limits.ManifestBytes * 2), chunkBytes, out string problem);
        TrustedKey? signer = ReadSigner(o);
        Pass(o, record, "transfer");
        if (problem.Length > 0)
        {
            record.Note("transfer", "a transfer");
        }

        if (transfer != null)
        {
            transfer.Signer = signer;
        }

        return transfer;
    }

    private static string SlotName(JsonObject o, string member)
    {
        string slot = o.OptionalString(member, 1);
        if (slot.Length > 0 && slot != "a" && slot != "b")
        {
            o.Note(member, "a or b");
        }

        return slot;
    }

    private static void Pass(JsonObject inner, JsonObject outer, string member)
    {
        if (inner.Problem.Length > 0)
        {
            outer.Note(member, "whole (" + inner.Problem + ")");
        }
    }
}

using System;
using EdgeMesh.Device.NanoFramework;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>Takes a line for people.</summary>
public delegate void LinePrinter(string line);

/// <summary>Runs the cases of vector files, and prints <c>PASS name</c> or <c>FAIL name: why</c> for each.</summary>
/// <remarks>
/// A file comes as lines, so that a board needs memory for one case at a time: first the members that belong to all its cases, then a case a
/// line, as <c>{"list": "cases", "case": …}</c>. <c>DotNet/VectorLines.cs</c> makes them of shared/vectors.
/// </remarks>
public sealed class VectorRun
{
    /// <summary>The longest line of a file.</summary>
    public const int LineBytesMax = 8192;

    private readonly ICrypto _crypto;
    private readonly LinePrinter _print;
    private readonly bool _slow;

    /// <summary>A run that has checked nothing yet.</summary>
    /// <param name="crypto">The platform's primitives, which are checked too.</param>
    /// <param name="print">Where the lines go.</param>
    /// <param name="slow">Whether to leave out what takes an interpreter hours: X25519 a thousand times over.</param>
    public VectorRun(ICrypto crypto, LinePrinter print, bool slow)
    {
        _crypto = crypto;
        _print = print;
        _slow = slow;
    }

    /// <summary>Cases that passed.</summary>
    public int Passed { get; private set; }

    /// <summary>Cases that did not, and files that cannot be read.</summary>
    public int Failed { get; private set; }

    /// <summary>The last line.</summary>
    public string Total => (Passed + Failed).ToString() + " cases: " + Passed.ToString() + " PASS, " + Failed.ToString() + " FAIL";

    /// <summary>Runs one file.</summary>
    /// <param name="file">Its name, without an extension.</param>
    /// <param name="lines">Its lines.</param>
    public void Run(string file, LineReader lines)
    {
        JsonObject? head = Parse(lines.Next(), lines, out string problem);
        VectorChecks? checks = head == null ? null : Checks(file, head);
        if (checks == null)
        {
            Tell(file, head == null ? "its first line cannot be read: " + problem : "nothing here checks a file of that name");
            return;
        }

        if (checks.HasHead)
        {
            Check(file, checks, "", null);
        }

        int number = 0;
        for (byte[]? line = lines.Next(); line != null; line = lines.Next())
        {
            JsonObject? entry = Parse(line, lines, out problem);
            string name = file + "/" + number.ToString();
            number++;
            if (entry == null)
            {
                Tell(name, "the line cannot be read: " + problem);
                continue;
            }

            object? item = entry.Get("case");
            Check(name + Named(item), checks, entry.OptionalString("list", 64), item);
        }
    }

    private static JsonObject? Parse(byte[]? line, LineReader lines, out string problem)
    {
        problem = lines.TooLong ? "it is over " + LineBytesMax.ToString() + " bytes" : "there is none";
        return line == null || lines.TooLong ? null : JsonReader.Parse(line, line.Length, out problem);
    }

    private static string Named(object? item)
    {
        JsonObject? o = item as JsonObject;
        string? name = o == null ? null : (o.Get("name") ?? o.Get("source")) as string;
        return name == null ? "" : " " + name;
    }

    private void Check(string name, VectorChecks checks, string list, object? item)
    {
        string why;
        try
        {
            why = checks.Check(list, item);
        }
        catch (Exception e)
        {
            // A case without a member that its check reads, or a defect: both are failures of the case.
            why = "an exception: " + e.Message;
        }

        Tell(name, why);
    }

    private void Tell(string name, string why)
    {
        if (why.Length == 0)
        {
            Passed++;
            _print("PASS " + name);
        }
        else
        {
            Failed++;
            _print("FAIL " + name + ": " + why);
        }
    }

    private VectorChecks? Checks(string file, JsonObject head)
    {
        switch (file)
        {
            case "sha256": case "sha512": case "hmac": case "hmac-sha512": case "hkdf": case "crc32": case "aes-gcm":
                return new PrimitiveChecks(file, _crypto);
            case "utf8": case "names": case "topics": case "json":
                return new TextChecks(file);
            case "x25519": case "ed25519": case "cpace":
                return new CurveChecks(file, _crypto, head, _slow);
            case "signed-json": case "chunk-frame": case "replay-window": case "device-key":
                return new SignatureChecks(file, _crypto, head);
            case "handshake": case "encryption":
                return new LinkChecks(file == "encryption", _crypto, head);
            case "enrollment": return new EnrollmentChecks(_crypto);
            case "offer-judge": case "receiver": return new OtaChecks(file, head);
            case "publishers": return new PublisherChecks(_crypto, head);
            case "boot-record": case "boot-slots": case "trial": return new SlotChecks(file, head);
            default: return null;
        }
    }
}

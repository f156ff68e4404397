using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Slots;

/// <summary>What a device knows of its two slots; the one thing its boot depends on.</summary>
/// <remarks>
/// It is kept twice, since not every file system replaces a file in one step: generation g goes to the file <c>boot{g mod 2}</c>, so a
/// cut write damages only the older one. Each is JSON with a CRC-32 as its last member; what does not check counts as absent.
/// </remarks>
public sealed class BootRecord
{
    /// <summary>Grows with every write.</summary>
    public long Generation { get; set; }

    /// <summary>The image in slot a; null where it holds none that may run.</summary>
    public SlotImage? A { get; set; }

    /// <summary>The image in slot b; null where it holds none that may run.</summary>
    public SlotImage? B { get; set; }

    /// <summary>The slot that boots: <c>a</c>, <c>b</c>, or empty for none yet.</summary>
    public string Confirmed { get; set; } = "";

    /// <summary>The slot on trial; empty for none.</summary>
    public string Trial { get; set; } = "";

    /// <summary>Boots of the trial since it began, or since the old slot was tried.</summary>
    /// <remarks>Health alone does not end the count: a program may run well for a while, and then hang before the hub hears of it.</remarks>
    public int Attempts { get; set; }

    /// <summary>Exceptions that ended the program on trial.</summary>
    public int Faults { get; set; }

    /// <summary>The last of them, as a sentence.</summary>
    public string Fault { get; set; } = "";

    /// <summary>Whether the old slot is being tried because the new one heard nothing of the hub: empty, <c>old</c> or <c>done</c>.</summary>
    public string Probe { get; set; } = "";

    /// <summary>Highest manifest sequence ever confirmed.</summary>
    public long Sequence { get; set; }

    /// <summary>The publishers' keys that took a configured one's place: the one that signed a confirmed image replaces those before it.</summary>
    public TrustedKey[] Keys { get; set; } = new TrustedKey[0];

    /// <summary>The transfer under way, always into the slot that is not confirmed; null for none.</summary>
    public Transfer? Transfer { get; set; }

    /// <summary>What became of the image applied last; null where none ever was.</summary>
    public Report? Report { get; set; }

    /// <summary>Whether the hub has that report.</summary>
    public bool ReportHeard { get; set; }

    /// <summary>The slot that a transfer may write.</summary>
    public string Spare => Confirmed == "a" ? "b" : "a";

    /// <summary>The image in a slot.</summary>
    public SlotImage? ImageIn(string slot) => slot == "a" ? A : slot == "b" ? B : null;

    /// <summary>Sets the image in a slot.</summary>
    public void SetImage(string slot, SlotImage? image)
    {
        if (slot == "a")
        {
            A = image;
        }
        else
        {
            B = image;
        }
    }

    /// <summary>The newer of two records read back; a new one where neither checks.</summary>
    public static BootRecord Newest(byte[]? boot0, byte[]? boot1)
    {
        BootRecord? first = Read(boot0);
        BootRecord? second = Read(boot1);
        if (first == null)
        {
            return second ?? new BootRecord();
        }

        return second == null || first.Generation > second.Generation ? first : second;
    }

    /// <summary>The bytes of the next generation, and the file (0 or 1) that they go to.</summary>
    public byte[] Next(out int file)
    {
        Generation++;
        file = (int)(Generation % 2);
        return CheckedRecord.Write(Write());
    }

    /// <summary>Reads a record; null where it is cut, damaged or absent.</summary>
    public static BootRecord? Read(byte[]? bytes)
    {
        JsonObject? json = CheckedRecord.Read(bytes);
        if (json == null)
        {
            return null;
        }

        BootRecord record = BootRecordText.Read(json);
        return json.Problem.Length == 0 ? record : null;
    }

    private JsonWriter Write() => BootRecordText.Write(this);
}

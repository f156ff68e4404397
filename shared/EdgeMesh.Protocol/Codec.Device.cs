using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <content>What a device says of itself, and the commands to its program.</content>
public static partial class Codec
{
    /// <summary>Members of a device's status.</summary>
    public static JsonWriter Write(DeviceStatus m) => new JsonWriter().Add("status", m.Status);

    /// <summary>Reads a device's status.</summary>
    public static DeviceStatus ReadDeviceStatus(JsonObject o) => new DeviceStatus { Status = o.String("status", 16) };

    /// <summary>Members of a line of a device's log.</summary>
    public static JsonWriter Write(LogLine m) => new JsonWriter().Add("level", m.Level).Add("text", m.Text);

    /// <summary>Reads a line of a device's log.</summary>
    public static LogLine ReadLogLine(JsonObject o) => new LogLine { Level = o.String("level", 16), Text = o.String("text", Limits.JsonPayloadBytes) };

    /// <summary>Members of a command. Its data is JSON text already.</summary>
    public static JsonWriter Write(Command m)
    {
        JsonWriter writer = new JsonWriter().Add("name", m.Name);
        if (m.Data.Length > 0)
        {
            writer.AddRaw("data", m.Data);
        }

        writer.AddIfAny("transaction", m.Transaction);
        return m.Sequence == 0 ? writer : writer.Add("sequence", m.Sequence);
    }

    /// <summary>Reads what became of a command, but for the program's answer, which is its own.</summary>
    public static CommandResponse ReadCommandResponse(JsonObject o)
    {
        o.OptionalObject("data");
        return new CommandResponse
        {
            Status = o.String("status", 16),
            Code = o.OptionalString("code", CodeLength),
            Error = o.OptionalString("error", Limits.JsonPayloadBytes),
            Transaction = o.OptionalString("transaction", 64),
        };
    }

    /// <summary>Members of a device's info.</summary>
    public static JsonWriter Write(DeviceInfo m)
    {
        JsonWriter writer = new JsonWriter()
            .Add("type", m.Type).Add("runtime", m.Runtime).Add("agent", m.Agent).Add("kinds", m.Kinds).Add("slot_bytes", m.SlotBytes)
            .Add("window", m.Window).Add("chunk_bytes", m.ChunkBytes).Add("capabilities", m.Capabilities).Add("sequence", m.Sequence)
            .AddIfAny("program_id", m.ProgramId).AddIfAny("program_version", m.ProgramVersion).AddIfAny("board", m.Board);
        return m.FirmwareBytes > 0 ? writer.Add("firmware_bytes", m.FirmwareBytes) : writer;
    }

    /// <summary>Reads a device's info.</summary>
    public static DeviceInfo ReadDeviceInfo(JsonObject o) => new DeviceInfo
    {
        Type = o.String("type", Limits.NameLength),
        Runtime = o.String("runtime", Limits.NameLength),
        Agent = o.String("agent", Limits.NameLength),
        Kinds = o.OptionalStrings("kinds", 8, Limits.NameLength),
        SlotBytes = o.Integer("slot_bytes", 0, JsonReader.IntegerMax),
        FirmwareBytes = o.OptionalInteger("firmware_bytes", 0, JsonReader.IntegerMax, 0),
        Window = (int)o.Integer("window", 1, Limits.WindowMax),
        ChunkBytes = (int)o.Integer("chunk_bytes", Limits.ChunkBytesMin, Limits.ChunkBytesMax),
        Capabilities = o.OptionalStrings("capabilities", 64, Limits.NameLength),
        Sequence = o.OptionalInteger("sequence", 0, JsonReader.IntegerMax, 0),
        ProgramId = o.OptionalString("program_id", Limits.NameLength),
        ProgramVersion = o.OptionalString("program_version", Limits.NameLength),
        Board = o.OptionalString("board", Limits.NameLength),
    };

    /// <summary>Members of a program's health.</summary>
    public static JsonWriter Write(Health m) => new JsonWriter().Add("faults", m.Faults).Add("heap_free_bytes", m.HeapFreeBytes).Add("loop_ms", m.LoopMs);

    /// <summary>Reads a program's health.</summary>
    public static Health ReadHealth(JsonObject o) => new Health
    {
        Faults = o.Integer("faults", 0, JsonReader.IntegerMax), HeapFreeBytes = o.Integer("heap_free_bytes", 0, JsonReader.IntegerMax), LoopMs = o.Integer("loop_ms", 0, JsonReader.IntegerMax),
    };
}

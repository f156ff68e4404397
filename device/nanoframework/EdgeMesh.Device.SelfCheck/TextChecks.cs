using EdgeMesh.Contracts;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>What reads and refuses text.</summary>
internal sealed class TextChecks : VectorChecks
{
    // In the order of the enumeration, whose members have no names at run time.
    private static readonly string[] Kinds = new[]
    {
        "HUB_STATUS", "HUB_REQUEST", "HUB_RESPONSE", "HELLO", "WELCOME", "STATUS", "INFO", "STATE", "TELEMETRY", "LOG", "RESPONSE", "COMMAND", "REPORTED",
        "OTA_OFFER", "OTA_ACCEPT", "OTA_REJECT", "OTA_CHUNK", "OTA_CHUNK_ACK", "OTA_VERIFY", "OTA_COMPLETE", "OTA_ABORT_UP", "OTA_ABORT_DOWN", "OTA_REPORT",
        "PUBLIC_STATE", "PUBLIC_AVAILABILITY", "PUBLIC_OTA", "SET", "CODEGEN_REQUEST", "CODEGEN_STATUS", "CODEGEN_CODE", "CODEGEN_REPORT",
        "IDENTITY", "IDENTITY_ANSWER", "HEALTH", "CODEGEN_CODE_PART", "CODEGEN_REPORT_PART",
    };

    private readonly string _file;

    internal TextChecks(string file) => _file = file;

    internal override string Check(string list, object? item)
    {
        switch (_file)
        {
            case "utf8":
                byte[] bytes = Bytes((JsonObject)item!, "bytes");
                return True(Utf8.IsValid(bytes, bytes.Length) == Flag((JsonObject)item!, "valid"), "it is taken for the other");
            case "names": return True(Names.IsValid((string)item!) == (list == "valid"), "it is taken for the other");
            case "topics": return list == "valid" ? ValidTopic((JsonObject)item!) : True(Topic.Parse((string)item!) == null, "it is read as a topic");
            default: return list == "accepted" ? Accepted((JsonObject)item!) : Refused((string)item!);
        }
    }

    private static string ValidTopic(JsonObject c)
    {
        int kind = 0;
        while (Kinds[kind] != Text(c, "kind"))
        {
            kind++;
        }

        string text = Text(c, "topic");
        Topic? read = Topic.Parse(text);
        return First(
            Same(text, Topic.Format((TopicKind)kind, Text(c, "site"), Text(c, "name"), Text(c, "capability")), "the topic"),
            True(read != null && (int)read.Kind == kind && read.Site == Text(c, "site") && read.Name == Text(c, "name") && read.Capability == Text(c, "capability"), "it is read otherwise"));
    }

    private static string Accepted(JsonObject c)
    {
        string text = Text(c, "text");
        JsonObject? read = JsonReader.Parse(text, out string problem);
        return First(True(read != null, problem), True(AreSame(read, Parse(Text(c, "value"))), "it is read otherwise"));
    }

    private static string Refused(string text) => True(JsonReader.Parse(text, out string problem) == null && problem.Length > 0, "it is taken");
}

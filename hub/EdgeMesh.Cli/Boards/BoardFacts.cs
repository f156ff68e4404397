using System;
using System.Text.Json;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Boards;

/// <summary>What a board said of itself when it was checked.</summary>
/// <param name="Platform"><c>sys.platform</c>, such as <c>esp32</c>.</param>
/// <param name="Version">MicroPython's.</param>
/// <param name="FreeBytes">Room in its file system.</param>
internal sealed record BoardFacts(string Platform, Version Version, long FreeBytes)
{
    /// <summary>The first version with all that the agent calls (<c>ssl.SSLContext.load_verify_locations</c>, <c>tls</c> in its present form).</summary>
    internal static readonly Version VersionMin = new(1, 24, 0);

    /// <summary>Room for two slots of ordinary programs, records and chunks out of turn, beside the agent.</summary>
    internal const long StateBytes = 128 * 1024;

    /// <summary>Reads the line of JSON that the check prints; null where it is none.</summary>
    internal static BoardFacts? Read(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement o = document.RootElement, version = o.GetProperty("version");
            return new BoardFacts(o.GetProperty("platform").GetString() ?? "", new Version(version[0].GetInt32(), version[1].GetInt32(), version[2].GetInt32()), o.GetProperty("free_bytes").GetInt64());
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or System.Collections.Generic.KeyNotFoundException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Why the agent cannot go there; null where it can.</summary>
    internal Error? Unsuitable(long agentBytes) =>
        Platform != "esp32" ? Refuse($"The board runs MicroPython for \"{Platform}\", and the agent is for \"esp32\".")
        : Version < VersionMin ? Refuse($"The board runs MicroPython {Version}; flash {VersionMin} or newer (the agent is tested with 1.27.0).")
        : FreeBytes < agentBytes + StateBytes ? Refuse($"The board has {FreeBytes} bytes free, and the agent with its slots takes {agentBytes + StateBytes}; remove files from it.")
        : null;

    private static Error Refuse(string why) => new(ErrorCodes.BoardUnsuitable, why);
}

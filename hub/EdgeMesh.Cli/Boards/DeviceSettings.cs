using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Cli.Commands;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Boards;

/// <summary>The file of secrets that goes onto a board: <c>edgemesh.json</c> with its key, or <c>enroll.json</c> with a PIN.</summary>
internal static class DeviceSettings
{
    /// <summary>The identity that <c>edgemesh devices add</c> made.</summary>
    internal const string Identity = "edgemesh.json";

    /// <summary>What the board enrols itself with.</summary>
    internal const string Enrolment = "enroll.json";

    private const long BytesMax = 64 * 1024;

    /// <summary>Whether the file can be read and has the members without which the board would stay at its prompt.</summary>
    internal static Error? Check(string path, string name)
    {
        string[] members = name == Identity ? ["site", "device", "type", "key", "host", "port"] : ["host", "port", "pin"];
        try
        {
            if (new FileInfo(path).Length > BytesMax)
            {
                return Arguments.Invalid($"{path} is larger than {BytesMax} bytes; it cannot be a device's {name}.");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            string? missing = document.RootElement.ValueKind == JsonValueKind.Object ? members.FirstOrDefault(member => !document.RootElement.TryGetProperty(member, out _)) : members[0];
            return missing is null ? null : Arguments.Invalid($"{path} has no \"{missing}\"; it is no {name}.");
        }
        catch (JsonException)
        {
            return Arguments.Invalid($"{path} is not JSON; it is no {name}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"{path} cannot be read: {failure.Message}");
        }
    }

    /// <summary>Whether others of this machine may read it.</summary>
    internal static bool IsOpen(string path) => (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0;

    /// <summary>For this account alone from now on.</summary>
    internal static void Close(string path) => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
}

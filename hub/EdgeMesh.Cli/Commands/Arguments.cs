using System.CommandLine;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands;

/// <summary>Arguments that several verbs take.</summary>
internal static class Arguments
{
    internal static Argument<string> Device() => new("DEVICE") { Description = "The device's id." };

    internal static Argument<string> Firmware(string name) => new(name) { Description = "The firmware's id; without a version, its newest." };

    /// <summary>Adds what <c>id</c> or <c>id@version</c> names to an operation's parameters.</summary>
    internal static JsonObject AddFirmware(this JsonObject parameters, string member, string name)
    {
        int at = name.IndexOf('@', System.StringComparison.Ordinal);
        parameters[member] = at < 0 ? name : name[..at];
        if (at >= 0)
        {
            parameters["version"] = name[(at + 1)..];
        }

        return parameters;
    }

    /// <summary>A wrong argument.</summary>
    internal static Error Invalid(string message) => new(ErrorCodes.InvalidArgument, message);
}

using System.CommandLine;
using System.Globalization;
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

    internal static Argument<string> Program() => new("DEVICE[@VERSION]") { Description = "The device's id; without a version, its newest program." };

    /// <summary>The parameters of an operation on <c>device</c> or <c>device@version</c>.</summary>
    internal static Result<JsonObject> OfProgram(string name)
    {
        int at = name.IndexOf('@', System.StringComparison.Ordinal);
        return at < 0 ? new JsonObject { ["device"] = name }
            : long.TryParse(name[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long version) && version > 0
                ? new JsonObject { ["device"] = name[..at], ["version"] = version }
                : Invalid($"\"{name}\" names no program: give the device's id and a version, such as {name[..at]}@3.");
    }

    /// <summary>A number of bytes, such as <c>2MiB</c>, <c>960KiB</c>, <c>4096</c> or <c>0xf0000</c>; null where it is none.</summary>
    internal static long? Bytes(string text)
    {
        (string digits, long unit) = text.EndsWith("MiB", System.StringComparison.Ordinal) ? (text[..^3], 1024L * 1024)
            : text.EndsWith("KiB", System.StringComparison.Ordinal) ? (text[..^3], 1024L) : (text, 1);
        bool isHex = digits.StartsWith("0x", System.StringComparison.Ordinal);
        return int.TryParse(isHex ? digits[2..] : digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number > 0 ? number * unit : null;
    }

    /// <summary>A wrong argument.</summary>
    internal static Error Invalid(string message) => new(ErrorCodes.InvalidArgument, message);
}

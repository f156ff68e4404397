using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Firmware;

/// <summary>What the owner says of an image that is added.</summary>
/// <param name="Id">The firmware's id, by <see cref="Names"/>.</param>
/// <param name="Version">1 to 32 printable characters without spaces.</param>
/// <param name="Type">The type of device it is for, by <see cref="Names"/>.</param>
/// <param name="Kind">One of <see cref="ImageKinds"/>.</param>
/// <param name="Requires">Capabilities that the device must have; null for none.</param>
public sealed record FirmwareDescription(string Id, string Version, string Type, string Kind, string[]? Requires = null)
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public Error? Problem()
    {
        if (!Names.IsValid(Id))
        {
            return Invalid($"The id \"{Id}\" is not valid: it takes {Names.Grammar}.");
        }

        if (!Names.IsVersion(Version))
        {
            return Invalid($"The version \"{Version}\" is not valid: it takes {Names.VersionGrammar}.");
        }

        if (!Names.IsValid(Type))
        {
            return Invalid($"The device type \"{Type}\" is not valid: it takes {Names.Grammar}.");
        }

        if (!ImageKinds.IsKnown(Kind))
        {
            return Invalid($"The kind \"{Kind}\" is unknown: use {ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} or {ImageKinds.Esp32Image}.");
        }

        return Requires is not null && (Requires.Length > 16 || !Requires.All(Names.IsValid))
            ? Invalid($"A requirement is not valid: at most 16, each of {Names.Grammar}.")
            : null;
    }

    private static Error Invalid(string message) => new(ErrorCodes.InvalidArgument, message);
}

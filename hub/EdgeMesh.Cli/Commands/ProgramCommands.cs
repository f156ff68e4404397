using System.CommandLine;

namespace EdgeMesh.Cli.Commands;

/// <summary><c>edgemesh program …</c></summary>
internal static class ProgramCommands
{
    internal static Command Create(GlobalOptions options) => new("program", "Programs of devices: from a sentence to what runs.")
    {
        ProgramReadCommand.Create(options),
    };
}

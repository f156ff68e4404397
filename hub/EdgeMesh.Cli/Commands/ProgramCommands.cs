using System.CommandLine;

namespace EdgeMesh.Cli.Commands;

/// <summary><c>edgemesh program …</c></summary>
internal static class ProgramCommands
{
    internal static Command Create(GlobalOptions options) => new("program", "MicroPython programs for devices.")
    {
        ProgramDryRunCommand.Create(options),
    };
}

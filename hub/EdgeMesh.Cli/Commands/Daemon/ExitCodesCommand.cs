using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Operations;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh exit-codes</c></summary>
internal static class ExitCodesCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Command command = new("exit-codes", "Lists the exit codes, and the error codes of each.");
        command.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            if (output.Json)
            {
                output.WriteDocument(new JsonArray([.. ExitCodes.Table.Select(row =>
                    JsonSerializer.SerializeToNode(new { row.ExitCode, row.Meaning, row.ErrorCodes }, Operation.Json))]));
            }
            else
            {
                output.Write(Tables.ExitCodes(ExitCodes.Table));
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}

using System.Collections.Generic;
using System.CommandLine;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program …</c>: a list of its verbs, and the policy as a call adds to it.</summary>
internal static class ProgramCommands
{
    internal static Command Create(GlobalOptions options) => new("program", "MicroPython programs for devices.")
    {
        ProgramNewCommand.Create(options), ProgramLifeCommands.Show(options), ProgramEditCommands.Edit(options), ProgramLifeCommands.Approve(options),
        ProgramLifeCommands.Deploy(options), ProgramLifeCommands.Rollback(options), ProgramLifeCommands.History(options), ProgramEditCommands.Diff(options),
        ProgramLifeCommands.List(options), ProgramCheckCommands.Validate(options), ProgramCheckCommands.Parse(options), ProgramDryRunCommand.Create(options), ProgramReadCommand.Create(options),
    };

    /// <summary>The options that add to the policy for one call.</summary>
    internal static (Option<string?> File, Option<string[]> Hosts) PolicyOptions() => (
        new("--policy") { Description = "A YAML file that adds to the shipped policy.", HelpName = "FILE" },
        new("--allow-host") { Description = "A host that the program may talk to; may be given several times.", HelpName = "HOST" });

    /// <summary>The shipped policy with what a call adds to it.</summary>
    internal static Result<PolicyData> PolicyOf(string? file, IEnumerable<string> hosts)
    {
        PolicyData policy = PolicyData.Shipped;
        if (file is not null)
        {
            Result<string> text = TextFile.Read(file);
            if (!text.IsOk)
            {
                return text.Error!;
            }

            if (policy.Extend(text.Value, out string? error) is not { } extended)
            {
                return Arguments.Invalid($"{file}: {error} Its schema is policy.schema.json; an example is what `edgemesh policy list` shows.");
            }

            policy = extended;
        }

        return policy.AllowHosts(hosts);
    }
}

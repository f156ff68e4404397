using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Commands;
using EdgeMesh.Cli.Commands.Daemon;
using EdgeMesh.Cli.Commands.Devices;
using EdgeMesh.Cli.Commands.Programs;
using EdgeMesh.Cli.Commands.Updates;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli;

/// <summary>The command line, put together: a list of its verbs.</summary>
public static class CliApplication
{
    /// <summary>This program's version.</summary>
    public static string Version { get; } =
        typeof(CliApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Runs one command line and gives its exit code, one of <see cref="ExitCodes"/>.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="stdout">Takes the answer.</param>
    /// <param name="stderr">Takes errors and hints.</param>
    /// <param name="interrupted">Ctrl-C or SIGTERM.</param>
    public static async Task<int> RunAsync(string[] args, TextWriter stdout, TextWriter stderr, CancellationToken interrupted = default)
    {
        GlobalOptions options = new();
        // No response files (a firmware is named with an '@'), and no bundling of letters: there are no one-letter options.
        ParseResult parsed = Root(options).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        Output output = options.OutputOf(parsed, stdout, stderr);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return output.Fail(Arguments.Invalid($"{parsed.Errors[0].Message.TrimEnd('.')}; see `edgemesh{VerbOf(parsed.CommandResult)} --help`."));
        }

        try
        {
            // Signals are the caller's to watch: the library would end the daemon two seconds after SIGTERM, in the middle of its good-bye.
            InvocationConfiguration configuration = new() { Output = stdout, Error = stderr, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interrupted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception defect)
        {
            int exitCode = output.Fail(new Error(ErrorCodes.Internal, $"A defect of EdgeMesh; please report it with what follows: {defect.Message}"));
            await stderr.WriteLineAsync(defect.ToString()).ConfigureAwait(false);
            return exitCode;
        }
    }

    private static string VerbOf(CommandResult command) => command.Parent is CommandResult parent ? $"{VerbOf(parent)} {command.Command.Name}" : "";

    private static RootCommand Root(GlobalOptions options)
    {
        RootCommand root = new(
            $"""
            EdgeMesh: keeps a fleet of ESP32s up to date over MQTT.

            Exit codes, whose error codes `edgemesh exit-codes` lists:
            {string.Join('\n', ExitCodes.Table.Select(row => $"{row.ExitCode,5} {row.Meaning}"))}
            """)
        {
            HubCommand.Create(options),
            StatusCommand.Create(options),
            DeviceCommands.Create(options),
            AgentCommands.Create(options),
            EnrollCommands.Create(options),
            CommandCommands.Create(options),
            TokenCommands.Create(options),
            FirmwareCommands.Create(options),
            KeyCommands.Create(options),
            OtaCommands.Create(options),
            CaCommands.Create(options),
            AuditCommands.Create(options),
            ProgramCommands.Create(options),
            PolicyCommands.Create(options),
            TemplateCommands.Create(options),
            ToolCommands.Create(options),
            ConfigCommands.Create(options),
            SandboxWorkerCommand.Create(options),
            ModelCommands.Create(options),
            ExitCodesCommand.Create(options),
        };
        root.Options.Add(options.Json);
        root.Options.Add(options.Socket);
        root.Options.OfType<VersionOption>().Single().Action = new ShowVersion();
        return root;
    }

    // The library's own would name the program that runs the tests, and the commit.
    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"edgemesh {Version}");
            return ExitCodes.Ok;
        }
    }
}

using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Boards;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Devices;

/// <summary><c>edgemesh agent …</c>: the MicroPython agent onto a board. Needs no hub.</summary>
internal static class AgentCommands
{
    private const string PrintedFolder = "edgemesh-agent";

    internal static Command Create(GlobalOptions options) => new("agent", "Puts the MicroPython agent, which this program carries, onto boards. Needs no hub.") { Install(options), Image(options) };

    private static Option<string?> Settings(string name, string what) => new($"--{name}") { Description = what, HelpName = "FILE" };

    private static Option<string?> Config() => Settings("config", "The device's edgemesh.json, from `edgemesh devices add`.");

    private static Option<string?> Enrol() => Settings("enroll", "An enroll.json instead: the board enrols itself with its PIN.");

    private static Command Install(GlobalOptions options)
    {
        Option<string> port = new("--port") { Description = "The board's serial port, as mpremote takes it: /dev/ttyUSB0, id:…, auto.", HelpName = "PORT", Required = true };
        Option<string?> config = Config();
        Option<string?> enrol = Enrol();
        Option<bool> run = new("--run") { Description = "Carry the steps out, with the mpremote in PATH." };
        Option<bool> dryRun = new("--dry-run") { Description = "Print the steps only; this is what it does unless told to run them." };
        Command install = new("install",
            """
            Installs the agent on a board with MicroPython, by mpremote: checks the board, copies all files and the settings, resets it.

            Exit codes: 0 done, or printed; 2 a wrong argument or file; 4 the board cannot carry the agent; 6 no mpremote, or no board that answers.
            """) { port, config, enrol, run, dryRun };
        install.SetAction(async (parsed, cancellation) =>
        {
            Output output = options.OutputOf(parsed);
            string at = parsed.GetValue(port)!;
            if (parsed.GetValue(run) && parsed.GetValue(dryRun))
            {
                return output.Fail(Arguments.Invalid("--run and --dry-run exclude each other."));
            }

            if (at.Length == 0 || at[0] == '-')
            {
                return output.Fail(Arguments.Invalid($"\"{at}\" is no serial port; name one, such as /dev/ttyUSB0."));
            }

            Result<(string? Path, string Name)> settings = SettingsOf(parsed, config, enrol);
            if (!settings.IsOk)
            {
                return output.Fail(settings.Error!);
            }

            Installation planned = new(at, PrintedFolder, settings.Value.Path, settings.Value.Name);
            return parsed.GetValue(run) ? await InstallRun.StartAsync(planned, output, cancellation).ConfigureAwait(false) : Print(planned, output);
        });
        return install;
    }

    private static Result<(string? Path, string Name)> SettingsOf(ParseResult parsed, Option<string?> config, Option<string?> enrol)
    {
        (string? identity, string? enrolment) = (parsed.GetValue(config), parsed.GetValue(enrol));
        if (identity is not null && enrolment is not null)
        {
            return Arguments.Invalid("--config and --enroll exclude each other: the board has an identity, or gets one.");
        }

        (string? path, string name) = enrolment is null ? (identity, DeviceSettings.Identity) : (enrolment, DeviceSettings.Enrolment);
        return path is not null && DeviceSettings.Check(path, name) is { } wrong ? wrong : (path, name);
    }

    private static int Print(Installation planned, Output output)
    {
        string[] before =
        [
            $"edgemesh agent image --out {PrintedFolder}",
            .. planned.Settings is { } path && DeviceSettings.IsOpen(path) ? [$"chmod 600 {path}"] : Array.Empty<string>(),
        ];
        if (output.Json)
        {
            output.WriteDocument(new JsonObject
            {
                ["before"] = new JsonArray([.. before.Select(line => JsonValue.Create(line))]),
                ["steps"] = new JsonArray([.. planned.Steps.Select(step => new JsonObject
                {
                    ["title"] = step.Title, ["command"] = new JsonArray([.. step.Arguments.Prepend(Mpremote.Name).Select(argument => JsonValue.Create(argument))]),
                })]),
            });
            return ExitCodes.Ok;
        }

        foreach (string line in before.Concat(planned.Steps.SelectMany((step, i) => new[] { $"# {i + 1}. {step.Title}", step.CommandLine })))
        {
            foreach (string part in line.Split('\n'))
            {
                output.WriteLine(part);
            }
        }

        output.Hint("After step 2 wait some seconds for the board. To have all of this done: --run.");
        if (planned.Settings is null)
        {
            output.Hint("The board needs its settings too: --config FILE, or --enroll FILE.");
        }

        return ExitCodes.Ok;
    }

    private static Command Image(GlobalOptions options)
    {
        Option<string> target = new("--out") { Description = "The folder to make, or with --littlefs the file; it must not be there.", HelpName = "PATH", Required = true };
        Option<string?> littlefs = new("--littlefs")
        {
            Description = "Make a littlefs image for esptool instead, for a `vfs` partition of this size: 2MiB, 1024KiB, 0x200000.", HelpName = "SIZE",
        };
        Option<string?> config = Config();
        Option<string?> enrol = Enrol();
        Command image = new("image", "Writes all that goes onto a board into a folder, as it stands in the board's root, with mip's package.json; or into an image of the board's file system.")
        {
            target, littlefs, config, enrol,
        };
        image.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            string path = Path.GetFullPath(parsed.GetValue(target)!);
            Result<(string? Path, string Name)> settings = SettingsOf(parsed, config, enrol);
            return !settings.IsOk ? output.Fail(settings.Error!)
                : Path.Exists(path) ? output.Fail(Arguments.Invalid($"{path} exists, and is not overwritten; name another, or remove it."))
                : parsed.GetValue(littlefs) is { } size ? WriteImage(path, size, settings.Value.Path, settings.Value.Name, output)
                : WriteFolder(path, settings.Value.Path, settings.Value.Name, output);
        });
        return image;
    }

    private static int WriteImage(string target, string size, string? settings, string name, Output output)
    {
        if (Arguments.Bytes(size) is not { } partitionBytes)
        {
            return output.Fail(Arguments.Invalid($"\"{size}\" is no size: give the partition's, such as 2MiB, 960KiB or 0xf0000."));
        }

        try
        {
            IEnumerable<(string, byte[])> files = AgentFiles.Paths.Select(path => (path, AgentFiles.Read(path)));
            byte[]? image = LittleFsImage.Write(settings is null ? files : files.Append((name, File.ReadAllBytes(settings))), partitionBytes, out string problem);
            if (image is null)
            {
                return output.Fail(Arguments.Invalid(problem));
            }

            Result<NewFile?> created = NewFile.Create(target);
            if (!created.IsOk)
            {
                return output.Fail(created.Error!);
            }

            using NewFile file = created.Value!;
            file.Commit(image);
            if (output.Json)
            {
                output.WriteDocument(new JsonObject { ["image"] = target, ["bytes"] = image.Length, ["partition_bytes"] = partitionBytes });
                return ExitCodes.Ok;
            }

            output.WriteLine($"{target} is a littlefs image of {image.Length} bytes for a partition of {partitionBytes}.");
            output.Hint($"Write it to where the board's `vfs` partition begins: esptool write_flash OFFSET {target}. All files that are there are lost.");
            return ExitCodes.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return output.Fail(Arguments.Invalid($"{target} cannot be written: {failure.Message}"));
        }
    }

    private static int WriteFolder(string target, string? settings, string name, Output output)
    {
        try
        {
            AgentFiles.WriteTo(target);
            if (settings is not null)
            {
                using NewFile file = NewFile.Create(Path.Combine(target, name)).Value!;
                file.Commit(File.ReadAllBytes(settings));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return output.Fail(Arguments.Invalid($"{target} cannot be written: {failure.Message}"));
        }

        if (output.Json)
        {
            output.WriteDocument(new JsonObject { ["folder"] = target, ["files"] = new JsonArray([.. AgentFiles.Paths.Select(path => JsonValue.Create(path))]) });
            return ExitCodes.Ok;
        }

        output.WriteLine($"{target} is what the board's root is to be, {AgentFiles.Paths.Count} files.");
        output.Hint($"Copy it: mpremote connect PORT fs cp -r {target}/edgemesh : + fs cp {target}/boot.py {target}/main.py{(settings is null ? "" : $" {target}/{name}")} : + reset");
        output.Hint($"Or by mip: mpremote connect PORT mip install --no-mpy --target / {target}/package.json");
        return ExitCodes.Ok;
    }
}

using System;
using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program edit|diff</c></summary>
internal static class ProgramEditCommands
{
    internal static Command Edit(GlobalOptions options)
    {
        Argument<string> program = Arguments.Program();
        Option<string?> file = new("--file") { Description = "Takes the program from this file; without, $EDITOR is opened on it.", HelpName = "FILE" };
        Option<string[]> hosts = ProgramNewCommand.Hosts();
        Command edit = new("edit", "Makes a new version of a program by hand; it goes through the same gates and the same dry run.") { program, file, hosts };
        edit.SetAction(options.Action(async call =>
        {
            Result<ProgramView> shown = await ProgramLifeCommands.AskAsync(call, "program-show", call.Arguments.GetValue(program)!).ConfigureAwait(false);
            Result<string> source = !shown.IsOk ? shown.Error!
                : call.Arguments.GetValue(file) is { } path ? TextFile.ReadProgram(path)
                : await OpenEditorAsync(shown.Value.Content.Source, call.Cancellation).ConfigureAwait(false);
            return !source.IsOk ? call.Output.Fail(source.Error!) : await ProgramNewCommand.MakeAsync(call, "program-edit", shown.Value.Device, new JsonObject
            {
                ["device"] = shown.Value.Device, ["version"] = shown.Value.Version, ["source"] = source.Value,
                ["hosts"] = string.Join(',', call.Arguments.GetValue(hosts) ?? []),
            }).ConfigureAwait(false);
        }));
        return edit;
    }

    internal static Command Diff(GlobalOptions options)
    {
        Argument<string> from = new("FROM") { Description = "A program, as DEVICE@VERSION." };
        Argument<string> to = new("TO") { Description = "Another one." };
        Command diff = new("diff", "Shows how two programs differ, line by line.") { from, to };
        diff.SetAction(options.Action(async call =>
        {
            Result<ProgramView> old = await ProgramLifeCommands.AskAsync(call, "program-show", call.Arguments.GetValue(from)!).ConfigureAwait(false);
            Result<ProgramView> young = old.IsOk ? await ProgramLifeCommands.AskAsync(call, "program-show", call.Arguments.GetValue(to)!).ConfigureAwait(false) : old.Error!;
            if (!young.IsOk)
            {
                return call.Output.Fail(young.Error!);
            }

            string text = LineDiff.Of($"{old.Value.Device}@{old.Value.Version}", old.Value.Content.Source, $"{young.Value.Device}@{young.Value.Version}", young.Value.Content.Source);
            if (call.Output.Json)
            {
                call.Output.WriteDocument(new JsonObject { ["diff"] = text });
            }
            else
            {
                call.Output.WriteText(text);
            }

            return ExitCodes.Ok;
        }));
        return diff;
    }

    // In a folder that only this account may enter: a program may say more of a home than others should read.
    private static async Task<Result<string>> OpenEditorAsync(string source, CancellationToken cancellation)
    {
        string? editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual : Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrEmpty(editor))
        {
            return Arguments.Invalid("No editor is named: set EDITOR, such as EDITOR=nano, or give the program with --file.");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgemesh-");
        try
        {
            string file = Path.Combine(folder.FullName, "program.py");
            await File.WriteAllTextAsync(file, source, cancellation).ConfigureAwait(false);
            // EDITOR may be a command with arguments: the shell takes it apart, as every tool that opens editors has it.
            using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", editor + " \"$1\"", "sh", file]))!;
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode == 0 ? TextFile.ReadProgram(file) : Arguments.Invalid($"The editor ended with {process.ExitCode}; no version was made.");
        }
        catch (Win32Exception failure)
        {
            return Arguments.Invalid($"The editor cannot be started: {failure.Message}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

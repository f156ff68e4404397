using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Cli.Http;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Updates;

/// <summary><c>edgemesh firmware …</c></summary>
internal static class FirmwareCommands
{
    internal static Command Create(GlobalOptions options) => new("firmware", "The images that devices may be given.")
    {
        Add(options), List(options), Show(options), Remove(options), SigningCommands.Sign(options), SigningCommands.Verify(options),
    };

    private static Command Add(GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The image." };
        Option<string> id = new("--id") { Description = $"The firmware's id: {Names.Grammar}.", HelpName = "ID" };
        Option<string> version = new("--version") { Description = "Its version, such as 1.4.0.", HelpName = "VERSION" };
        Option<string> type = new("--type") { Description = "The type of device it is for.", HelpName = "TYPE" };
        Option<string> kind = new("--kind") { Description = $"{ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} or {ImageKinds.Esp32Image}.", HelpName = "KIND" };
        Option<string> requires = new("--requires") { Description = "Capabilities that the device must have, with commas between.", HelpName = "A,B" };
        Option<string?> manifest = new("--manifest") { Description = "The manifest that its publisher signed (`edgemesh firmware sign`), in place of the options above.", HelpName = "FILE" };
        Command add = new("add", "Adds an image under an id and a version, or with a signed manifest. The same again is no change.") { file, id, version, type, kind, requires, manifest };
        add.SetAction(options.Action(call =>
        {
            (string Name, Option<string> Option)[] description = [("id", id), ("version", version), ("type", type), ("kind", kind), ("requires", requires)];
            if (call.Arguments.GetValue(manifest) is string path)
            {
                Result<string> signed = SigningCommands.Query(path);
                return description.Any(d => call.Arguments.GetValue(d.Option) is not null)
                    ? Task.FromResult(call.Output.Fail(Arguments.Invalid("The manifest says what the image is: give --manifest alone.")))
                    : signed.IsOk ? AddAsync(call, call.Arguments.GetValue(file)!, signed.Value) : Task.FromResult(call.Output.Fail(signed.Error!));
            }

            if (description.FirstOrDefault(d => d.Name != "requires" && call.Arguments.GetValue(d.Option) is null) is { Name: { } missing })
            {
                return Task.FromResult(call.Output.Fail(Arguments.Invalid($"Option '--{missing}' is required where there is no --manifest; see `edgemesh firmware add --help`.")));
            }

            string query = string.Join('&', description.Select(d => $"{d.Name}={Uri.EscapeDataString(call.Arguments.GetValue(d.Option) ?? "")}"));
            return AddAsync(call, call.Arguments.GetValue(file)!, query);
        }));
        return add;
    }

    private static async Task<int> AddAsync(Call call, string path, string query)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return call.Output.Fail(Arguments.Invalid($"The image cannot be read: {failure.Message}"));
        }

        await using (file.ConfigureAwait(false))
        {
            Result<JsonNode?> added = await ProgressBar.RunAsync(
                call.Output,
                Path.GetFileName(path),
                file.Length,
                sent => call.Hub.UploadAsync(query, new UploadContent(file, sent), call.Cancellation)).ConfigureAwait(false);
            return call.Output.Answer<FirmwareRow>(added, Tables.Firmware);
        }
    }

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists all firmware, the newest first.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<FirmwareRow>>("firmware-list", [], Tables.Firmware)));
        return list;
    }

    private static Command Show(GlobalOptions options)
    {
        Argument<string> name = Arguments.Firmware("ID[@VERSION]");
        Command show = new("show", "Shows one firmware.") { name };
        show.SetAction(options.Action(call => call.AnswerAsync<FirmwareRow>("firmware-show", new JsonObject().AddFirmware("id", call.Arguments.GetValue(name)!), Tables.Firmware)));
        return show;
    }

    private static Command Remove(GlobalOptions options)
    {
        Argument<string> name = new("ID@VERSION") { Description = "The firmware." };
        Option<bool> force = new("--force") { Description = "Also where it is on its way to devices; those updates end." };
        Command remove = new("remove", "Removes a firmware.") { name, force };
        remove.SetAction(options.Action(async call =>
        {
            JsonObject parameters = new JsonObject { ["force"] = call.Arguments.GetValue(force) }.AddFirmware("id", call.Arguments.GetValue(name)!);
            return parameters.ContainsKey("version")
                ? await call.AnswerAsync<FirmwareRow>("firmware-remove", parameters, Tables.Firmware).ConfigureAwait(false)
                : call.Output.Fail(Arguments.Invalid($"Which version of {call.Arguments.GetValue(name)} is to go? Name it as ID@VERSION; see `edgemesh firmware list`."));
        }));
        return remove;
    }
}

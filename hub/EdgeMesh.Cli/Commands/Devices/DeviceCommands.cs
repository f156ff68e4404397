using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Devices;

/// <summary><c>edgemesh devices …</c></summary>
internal static class DeviceCommands
{
    internal static Command Create(GlobalOptions options)
    {
        Command devices = new("devices", "The devices that this hub knows.") { Add(options), List(options) };
        devices.Subcommands.Add(One(options, "show", "devices-show", "Shows one device."));
        devices.Subcommands.Add(Revoke(options));
        devices.Subcommands.Add(Restore(options));
        devices.Subcommands.Add(One(options, "remove", "devices-remove", "Removes a device, its key and its broker account, at once."));
        return devices;
    }

    private static Command Add(GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = $"A new id: {Names.Grammar}." };
        Option<string> type = new("--type") { Description = "What it is, such as esp32-relay: firmware is for one type.", HelpName = "TYPE", Required = true };
        Option<string?> file = Out();
        Command add = new("add", "Makes a device's identity, key and broker account. Its edgemesh.json is shown this once.") { id, type, file };
        add.SetAction(options.Action(call => EquipAsync(
            call, "devices-add", new JsonObject { ["id"] = call.Arguments.GetValue(id), ["type"] = call.Arguments.GetValue(type) }, call.Arguments.GetValue(file))));
        return add;
    }

    private static Option<string?> Out() => new("--out") { Description = "Write its edgemesh.json here, for your account alone, instead of showing it.", HelpName = "FILE" };

    private static Command Restore(GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = "The device's id." };
        Option<string?> file = Out();
        Command restore = new("restore", "Lets a revoked device begin anew, with a new key. Its edgemesh.json is shown this once; the old one stays refused.") { id, file };
        restore.SetAction(options.Action(call => EquipAsync(call, "devices-restore", new JsonObject { ["id"] = call.Arguments.GetValue(id) }, call.Arguments.GetValue(file))));
        return restore;
    }

    private static Command Revoke(GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = "The device's id." };
        Option<string?> reason = new("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };
        Command revoke = new("revoke", "Shuts a device out at once: its key, password and certificate are refused from now on.") { id, reason };
        revoke.SetAction(options.Action(async call =>
        {
            JsonObject parameters = new() { ["id"] = call.Arguments.GetValue(id), ["reason"] = call.Arguments.GetValue(reason) };
            Result<JsonNode?> answer = await call.Hub.RunAsync("devices-revoke", parameters, call.Cancellation).ConfigureAwait(false);
            int exitCode = call.Output.Answer<RevocationView>(answer, r => Tables.Device(r.Device));
            if (answer.IsOk)
            {
                call.Output.Hint((string?)answer.Value!["broker"] switch
                {
                    "enforced" => "The hub ignores it, and the broker has thrown it off and refuses it.",
                    "pending" => "The hub ignores it. The broker cannot be reached: it throws the device off as soon as the hub reaches it.",
                    _ => "The hub ignores it. The broker is not the hub's and has no dynamic security: remove the device's account there, or it stays connected.",
                });
            }

            return exitCode;
        }));
        return revoke;
    }

    private static async Task<int> EquipAsync(Call call, string operation, JsonObject parameters, string? path)
    {
        string id = (string)parameters["id"]!;
        // The file comes first: a key that was made and cannot be kept would be lost.
        Result<NewFile?> file = path is null ? Result.Of<NewFile?>(null) : NewFile.Create(path);
        if (!file.IsOk)
        {
            return call.Output.Fail(file.Error!);
        }

        using NewFile? kept = file.Value;
        Result<JsonNode?> added = await call.Hub.RunAsync(operation, parameters, call.Cancellation).ConfigureAwait(false);
        if (!added.IsOk)
        {
            return call.Output.Fail(added.Error!);
        }

        if (kept is null)
        {
            call.Output.WriteDocument(added.Value);
            call.Output.Hint("This is the device's edgemesh.json. Its key is not shown again.");
            return ExitCodes.Ok;
        }

        return Keep(call, kept, added.Value!.AsObject(), id);
    }

    private static int Keep(Call call, NewFile file, JsonObject configuration, string id)
    {
        try
        {
            file.Commit(Output.DocumentOf(configuration) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return call.Output.Fail(new Error(
                ErrorCodes.StorageFailed, $"{id} is known now, but {file.Path} could not be written ({failure.Message}), and its key is lost. Remove it with `edgemesh devices remove {id}` and add it again."));
        }

        bool needsAccount = configuration.ContainsKey("broker_password");
        if (call.Output.Json)
        {
            configuration.Remove("key");
            configuration.Remove("private_key");
            configuration.Remove("broker_password");
            configuration["file"] = file.Path;
            call.Output.WriteDocument(configuration);
        }
        else
        {
            call.Output.WriteLine($"{id} is ready. Put {file.Path} on it as edgemesh.json; its key is not shown again.");
        }

        if (needsAccount)
        {
            call.Output.Hint($"The broker keeps no accounts for the hub: make one there for {id}, user name and client id {id}, password broker_password in {file.Path}.");
        }

        return ExitCodes.Ok;
    }

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists all devices.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<DeviceView>>("devices-list", [], Tables.Devices)));
        return list;
    }

    private static Command One(GlobalOptions options, string verb, string operation, string description)
    {
        Argument<string> id = new("ID") { Description = "The device's id." };
        Command command = new(verb, description) { id };
        command.SetAction(options.Action(call => call.AnswerAsync<DeviceView>(operation, new JsonObject { ["id"] = call.Arguments.GetValue(id) }, Tables.Device)));
        return command;
    }
}

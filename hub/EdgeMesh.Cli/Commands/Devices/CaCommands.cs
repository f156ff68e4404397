using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Devices;

/// <summary><c>edgemesh ca …</c></summary>
internal static class CaCommands
{
    internal static Command Create(GlobalOptions options) =>
        new("ca", "The hub's certificate authority, for MQTT by TLS.") { Show(options), List(options), Export(options), Rotate(options), Renew(options) };

    private static Command Show(GlobalOptions options)
    {
        Command show = new("show", "Shows the authorities, the broker's certificate, and how a rotation stands.");
        show.SetAction(options.Action(call => call.AnswerAsync<AuthoritiesView>("ca-show", [], Tables.Authorities)));
        return show;
    }

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists every certificate that was issued, the newest first, and when it is due for renewal.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<IssuedCertificate>>("ca-list", [], Tables.Certificates)));
        return list;
    }

    private static Command Export(GlobalOptions options)
    {
        Option<string?> file = new("--out") { Description = "Write it here instead of showing it.", HelpName = "FILE" };
        Command export = new("export", "Gives the certificates that a client of the broker is to trust, as PEM.") { file };
        export.SetAction(options.Action(call => ExportAsync(call, call.Arguments.GetValue(file))));
        return export;
    }

    private static async Task<int> ExportAsync(Call call, string? path)
    {
        Result<NewFile?> file = path is null ? Result.Of<NewFile?>(null) : NewFile.Create(path);
        if (!file.IsOk)
        {
            return call.Output.Fail(file.Error!);
        }

        using NewFile? kept = file.Value;
        Result<JsonNode?> answer = await call.Hub.RunAsync("ca-export", [], call.Cancellation).ConfigureAwait(false);
        if (!answer.IsOk || (call.Output.Json && kept is null))
        {
            return call.Output.Answer<AuthoritiesPem>(answer, _ => throw new JsonException());
        }

        string pem = answer.Value.Deserialize<AuthoritiesPem>(Operation.Json)!.Pem;
        if (kept is null)
        {
            foreach (string line in pem.TrimEnd('\n').Split('\n'))
            {
                call.Output.WriteLine(line);
            }

            return ExitCodes.Ok;
        }

        try
        {
            kept.Commit(pem);
        }
        catch (IOException failure)
        {
            return call.Output.Fail(new Error(ErrorCodes.StorageFailed, $"{kept.Path} could not be written: {failure.Message}"));
        }

        call.Output.Hint($"Written to {kept.Path}.");
        return ExitCodes.Ok;
    }

    private static Command Rotate(GlobalOptions options)
    {
        Option<bool> now = new("--now") { Description = "It takes over at once and older ones are trusted no more, as when a key got out: devices that were not told of it are cut off." };
        Command rotate = new("rotate", "Begins a new authority. Both are trusted for the overlap; then, once every device knows it, it takes over.") { now };
        rotate.SetAction(options.Action(call => call.AnswerAsync<AuthoritiesView>("ca-rotate", new JsonObject { ["now"] = call.Arguments.GetValue(now) }, Tables.Authorities)));
        return rotate;
    }

    private static Command Renew(GlobalOptions options)
    {
        Argument<string> device = Arguments.Device();
        Command renew = new("renew", "Sends a device a new certificate and the authorities to trust before that is due; by itself that is done in time.") { device };
        renew.SetAction(options.Action(call => call.AnswerAsync<RenewalView>("ca-renew", new JsonObject { ["device"] = call.Arguments.GetValue(device) }, Tables.Renewal)));
        return renew;
    }
}

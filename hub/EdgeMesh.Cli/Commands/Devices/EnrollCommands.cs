using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Cli.Commands.Devices;

/// <summary><c>edgemesh enroll …</c></summary>
internal static class EnrollCommands
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    internal static Command Create(GlobalOptions options)
    {
        Command enroll = new("enroll", "Lets a device in that has no identity yet, or gives one another.") { Open(options, EnrollmentSecret.Pin), Open(options, EnrollmentSecret.Code) };
        Command list = new("list", "Lists the enrolments that are open, or ended within the hour.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<EnrollmentView>>("enroll-list", [], Tables.Enrollments)));
        Argument<string> token = new("TOKEN") { Description = "The part before the first hyphen of what was shown." };
        Command cancel = new("cancel", "Takes a PIN or code back.") { token };
        cancel.SetAction(options.Action(call => call.AnswerAsync<EnrollmentView>("enroll-cancel", new JsonObject { ["token"] = call.Arguments.GetValue(token) }, view => Tables.Enrollments([view]))));
        enroll.Subcommands.Add(list);
        enroll.Subcommands.Add(cancel);
        return enroll;
    }

    private static Command Open(GlobalOptions options, string tier)
    {
        bool code = tier == EnrollmentSecret.Code;
        Option<string?> device = new("--device") { Description = "The id it gets. A known device gets a new identity, and the old one ends.", HelpName = "ID" };
        Option<string?> replaces = new("--replaces") { Description = "Renames: the device known by this id goes on as --device, with its history.", HelpName = "ID" };
        Option<string?> type = new("--type") { Description = "What it must be, such as esp32-relay; by default what it says.", HelpName = "TYPE" };
        Option<TimeSpan?> life = new("--ttl") { Description = "How long it is good, such as 90s or 5m, which is the default.", HelpName = "DURATION", CustomParser = Duration.Parse };
        Option<bool> wait = new("--wait") { Description = "Show how it goes until it has ended; --wait false for not.", DefaultValueFactory = _ => true };
        Option<string?> png = new("--png") { Description = "Write the QR code here too, for your account alone: who has it can enrol.", HelpName = "FILE" };
        Command open = new(tier, code
            ? "Shows a setup code and its QR code, for devices that take long over a PIN's arithmetic."
            : "Shows a PIN of a few digits, once; a recorded exchange gives nothing of it away.") { device, replaces, type, life, wait };
        if (code)
        {
            open.Options.Add(png);
        }

        open.SetAction(options.Action(call => OpenAsync(call, new JsonObject
        {
            ["tier"] = tier, ["device"] = call.Arguments.GetValue(device), ["replaces"] = call.Arguments.GetValue(replaces), ["type"] = call.Arguments.GetValue(type),
            ["ttl_s"] = call.Arguments.GetValue(life)?.TotalSeconds,
        }, code, code ? call.Arguments.GetValue(png) : null, call.Arguments.GetValue(wait))));
        return open;
    }

    private static async Task<int> OpenAsync(Call call, JsonObject parameters, bool code, string? png, bool wait)
    {
        Result<NewFile?> file = png is null ? Result.Of<NewFile?>(null) : NewFile.Create(png);
        if (!file.IsOk)
        {
            return call.Output.Fail(file.Error!);
        }

        using NewFile? picture = file.Value;
        Result<JsonNode?> opened = await call.Hub.RunAsync("enroll-open", parameters, call.Cancellation).ConfigureAwait(false);
        if (!opened.IsOk)
        {
            return call.Output.Fail(opened.Error!);
        }

        NewEnrollment made = opened.Value.Deserialize<NewEnrollment>(Operation.Json)!;
        picture?.Commit(QrCode.Png(made));
        if (call.Output.Json)
        {
            call.Output.WriteJsonLine(opened.Value!);
        }
        else
        {
            call.Output.WriteLine(made.Secret);
            if (code && call.Output.Terminal)
            {
                call.Output.Hint("");
                foreach (string line in QrCode.Lines(made))
                {
                    call.Output.WriteLine(line);
                }
            }

            call.Output.Hint($"Give it to the device, with the broker's address {made.Host}:{made.Port}{(made.Tls ? "" : " (plain MQTT)")}. It is not shown again; `edgemesh enroll cancel {made.Enrollment.Token}` takes it back.");
        }

        return wait ? await WaitAsync(call, made.Enrollment.Token).ConfigureAwait(false) : ExitCodes.Ok;
    }

    private static async Task<int> WaitAsync(Call call, string token)
    {
        for (string last = ""; ;)
        {
            Result<JsonNode?> answer = await call.Hub.RunAsync("enroll-show", new JsonObject { ["token"] = token }, call.Cancellation).ConfigureAwait(false);
            if (!answer.IsOk)
            {
                return call.Output.Fail(answer.Error!, line: true);
            }

            EnrollmentView view = answer.Value.Deserialize<EnrollmentView>(Operation.Json)!;
            string now = $"{view.State} {view.Device} {view.Percent} {view.Failed}";
            if (now != last)
            {
                last = now;
                Show(call.Output, view, answer.Value!);
            }

            if (EnrollmentStates.IsEnd(view.State))
            {
                return view.State == EnrollmentStates.Enrolled ? ExitCodes.Ok : Fail(call.Output, view);
            }

            await Task.Delay(LookEvery, call.Cancellation).ConfigureAwait(false);
        }
    }

    private static int Fail(Output output, EnrollmentView view)
    {
        output.Explain(new Error(view.Code, view.Reason));
        return ExitCodes.Of(view.Code);
    }

    private static void Show(Output output, EnrollmentView view, JsonNode json)
    {
        if (output.Json)
        {
            output.WriteJsonLine(json.DeepClone());
        }
        else if (view.State == EnrollmentStates.Enrolled)
        {
            output.WriteLine($"{view.Device} is enrolled.");
        }
        else
        {
            string tries = view.Failed > 0 ? $"; {view.Failed} of {view.Tries} tries failed" : "";
            output.Hint(view.State switch
            {
                EnrollmentStates.Waiting => $"waiting for the device{tries}",
                EnrollmentStates.Proving => $"{view.Device} proves it: {view.Percent} %{tries}",
                EnrollmentStates.Granted => $"{view.Device} was sent its identity",
                _ => $"{view.State}{tries}",
            });
        }
    }
}

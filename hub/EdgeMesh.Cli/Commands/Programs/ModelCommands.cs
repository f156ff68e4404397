using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh models …</c></summary>
internal static class ModelCommands
{
    internal static Command Create(GlobalOptions options) => new("models", "The models that write programs where no template does.") { Status(options), Check(options) };

    private static Command Status(GlobalOptions options)
    {
        Command status = new("status", "How the models' servers are: whether they are left alone after failures, today's tokens and cost, the last error.");
        status.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<EndpointView>>("models-status", [], Tables.Models)));
        return status;
    }

    private static Command Check(GlobalOptions options)
    {
        Command check = new("check", "Asks every model for one word, which costs some tokens. Exit code 0 where all of them answer.");
        check.SetAction(options.Action(async call =>
        {
            Result<JsonNode?> answer = await call.Hub.RunAsync("models-check", [], call.Cancellation).ConfigureAwait(false);
            if (!answer.IsOk)
            {
                return call.Output.Fail(answer.Error!);
            }

            ModelCheck[] checks = answer.Value.Deserialize<ModelCheck[]>(Operation.Json)!;
            if (call.Output.Json)
            {
                call.Output.WriteDocument(answer.Value);
            }
            else
            {
                foreach (ModelCheck one in checks)
                {
                    call.Output.WriteLine($"{one.Endpoint.Name}  {one.Endpoint.Model}  {(one.Ok ? "answers" : $"{one.Error!.Message} [{one.Error.Code}]")}");
                }

                if (checks.Length == 0)
                {
                    call.Output.Hint("No model is configured: templates alone write programs. See Models:Local and Models:Cloud in docs/models.md.");
                }
            }

            return checks.Select(c => c.Error is { } error ? ExitCodes.Of(error.Code) : ExitCodes.Ok).FirstOrDefault(code => code != ExitCodes.Ok, ExitCodes.Ok);
        }));
        return check;
    }
}

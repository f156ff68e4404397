using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh status</c></summary>
internal static class StatusCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Command status = new("status", "How the hub and its broker are, and where MQTT Explorer finds them.");
        status.SetAction(options.Action(ShowAsync));
        return status;
    }

    private static async Task<int> ShowAsync(Call call)
    {
        Result<JsonNode?> answer = await call.Hub.RunAsync("hub-status", new JsonObject(), call.Cancellation).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return call.Output.Fail(answer.Error!);
        }

        if (call.Output.Json)
        {
            call.Output.WriteDocument(answer.Value);
        }
        else
        {
            HubView hub = answer.Value.Deserialize<HubView>(Operation.Json)!;
            call.Output.WriteLine($"site     {hub.Site}");
            call.Output.WriteLine($"version  {hub.Version}");
            call.Output.WriteLine($"broker   {hub.Broker}, {hub.BrokerAddress}");
            if (hub.ViewerUser is not null)
            {
                call.Output.WriteLine($"viewer   {hub.ViewerUser}, password in {hub.ViewerPasswordFile}");
                call.Output.WriteLine($"operator {hub.OperatorUser}, password in {hub.OperatorPasswordFile}");
            }

            foreach (string warning in hub.Warnings)
            {
                call.Output.Hint("WARNING: " + warning);
            }
        }

        return HealthOf(call, answer.Value);
    }

    // A script that asks how the hub is wants to know by the exit code.
    private static int HealthOf(Call call, JsonNode? answer) =>
        answer.Deserialize<HubView>(Operation.Json)!.BrokerError is { } error && !call.Output.Json ? call.Output.Fail(error) : ExitCodes.Ok;
}

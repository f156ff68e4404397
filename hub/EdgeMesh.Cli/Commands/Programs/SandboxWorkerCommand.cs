using System;
using System.CommandLine;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Configuration;
using Microsoft.Extensions.Configuration;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh sandbox-worker</c>, which nobody types: <c>edgemesh-sandbox@.service</c> runs it with a connection as its standard input.</summary>
internal static class SandboxWorkerCommand
{
    private const int StandardInput = 0;

    internal static Command Create(GlobalOptions options)
    {
        Command worker = new("sandbox-worker", "Serves the connection on standard input with one worker of the sandbox; systemd starts it.") { Hidden = true };
        worker.SetAction((parsed, cancellation) => RunAsync(
            options.OutputOf(parsed), cancellation));
        return worker;
    }

    private static async Task<int> RunAsync(Output output, CancellationToken cancellation)
    {
        if (Connection() is not { } connection)
        {
            return output.Fail(Arguments.Invalid("Standard input is no socket. This verb is for edgemesh-sandbox@.service; `edgemesh program dry-run` tries a program out."));
        }

        // The hub ends a run that takes too long by ending the connection; the limit of processor time must only not come before.
        DryRunOptions sandbox = new() { DeadlineS = DryRunOptions.DeadlineMaxS };
        new ConfigurationBuilder().AddEnvironmentVariables(HubConfiguration.VariablePrefix).Build().GetSection(DryRunOptions.Section).Bind(sandbox);
        NetworkStream hub = new(connection, ownsSocket: true);
        await using (hub.ConfigureAwait(false))
        {
            return await SandboxRelay.RunAsync(hub, hub, sandbox, TimeProvider.System, cancellation).ConfigureAwait(false)
                ? ExitCodes.Ok
                : ExitCodes.Of(ErrorCodes.SandboxUnavailable);
        }
    }

    private static Socket? Connection()
    {
        try
        {
            Socket given = new(new SafeSocketHandle(StandardInput, ownsHandle: false));
            return given.Connected ? given : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

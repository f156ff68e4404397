using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>The unit's side of <see cref="SandboxSocket"/>: starts one worker, hands it the one job, and gives its answer.</summary>
public static class SandboxRelay
{
    // A job is a program, escaped, and a scenario; the hub's own limits are far below.
    private const int JobBytes = 4 << 20;

    /// <summary>Serves one connection until the answer is given, or the other side has gone.</summary>
    /// <param name="input">What the hub sends.</param>
    /// <param name="output">What it is told.</param>
    /// <param name="options">The sandbox's; the time that a run may take is the hub's to watch, which ends the connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False where there is no sandbox; the hub was told why.</returns>
    public static async Task<bool> RunAsync(Stream input, Stream output, DryRunOptions options, TimeProvider time, CancellationToken cancellation)
    {
        Result<Sandbox> sandbox = Sandbox.Find(options);
        using Sandbox? found = sandbox.IsOk ? sandbox.Value : null;
        Result<SandboxWorker> started = found is null ? sandbox.Error! : await SandboxWorker.StartAsync(found, time).ConfigureAwait(false);
        if (!started.IsOk)
        {
            await WriteAsync(output, SandboxSocket.Refusal(started.Error!), cancellation).ConfigureAwait(false);
            return false;
        }

        SandboxWorker worker = started.Value;
        await using (worker.ConfigureAwait(false))
        {
            await WriteAsync(output, SandboxWorker.Ready + "}", cancellation).ConfigureAwait(false);
            LineReader hub = new(input);
            if (await hub.ReadAsync(JobBytes, cancellation).ConfigureAwait(false) is not { } job)
            {
                return true;
            }

            using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task watching = CancelAtEndAsync(hub, gone);
            string? answer = await worker.RunAsync(Encoding.UTF8.GetBytes(job), gone.Token).ConfigureAwait(false);
            if (!gone.IsCancellationRequested)
            {
                await worker.DisposeAsync().ConfigureAwait(false);
                await WriteAsync(output, answer ?? SandboxSocket.LastWords(worker.ErrorsAsync()), cancellation).ConfigureAwait(false);
            }

            await gone.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            return true;
        }
    }

    // The hub says nothing after its job: whatever comes, its end above all, is the end.
    private static async Task CancelAtEndAsync(LineReader hub, CancellationTokenSource gone)
    {
        _ = await hub.ReadAsync(1, gone.Token).ConfigureAwait(false);
        await gone.CancelAsync().ConfigureAwait(false);
    }

    private static async Task WriteAsync(Stream output, string line, CancellationToken cancellation)
    {
        try
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellation).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The hub has gone, which the next read tells as well.
        }
    }
}

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Where sandboxed workers come from: children of this process, or a unit of their own behind a socket.</summary>
internal abstract class WorkerSource : IDisposable
{
    /// <summary>The source that the options name, or <c>sandbox_unavailable</c>. Whether it grants what it is to grant shows when a worker starts.</summary>
    internal static Result<WorkerSource> Find(DryRunOptions options)
    {
        if (options.Socket.Length > 0)
        {
            return new SandboxSocket(options.Socket);
        }

        Result<Sandbox> sandbox = Sandbox.Find(options);
        return sandbox.IsOk ? sandbox.Value : sandbox.Error!;
    }

    /// <summary>Starts a worker.</summary>
    internal abstract Task<Result<WorkerLink>> OpenAsync(CancellationToken cancellation);

    /// <summary>Why a worker did not start, from what it said.</summary>
    internal abstract Error Explain(string said);

    /// <summary>Whether another start may do better.</summary>
    internal virtual bool Adapt(string said) => false;

    /// <inheritdoc/>
    public abstract void Dispose();

    internal static Error Unavailable(string why) =>
        new(ErrorCodes.SandboxUnavailable, $"No program can be tried out, nor approved by itself, since there is no sandbox: {why}");
}

/// <summary>One worker: a line in, a line out.</summary>
internal abstract class WorkerLink : IAsyncDisposable
{
    /// <summary>Takes its job.</summary>
    internal abstract Stream Input { get; }

    /// <summary>Gives what it says.</summary>
    internal abstract Stream Output { get; }

    /// <summary>Whether it still waits for its job.</summary>
    internal abstract bool IsAlive { get; }

    /// <summary>The beginning of what it wrote to its standard error, once it has ended; empty where that goes elsewhere.</summary>
    internal abstract Task<string> Errors { get; }

    /// <summary>Ends it, and all that it consists of.</summary>
    public abstract ValueTask DisposeAsync();
}

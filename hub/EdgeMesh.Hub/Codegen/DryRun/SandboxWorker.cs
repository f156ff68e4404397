using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>One sandboxed worker, booted ahead, for one dry run. A line in, a line out; what it writes is bounded and never trusted with more.</summary>
internal sealed class SandboxWorker : IAsyncDisposable
{
    /// <summary>Largest report, in bytes.</summary>
    internal const int ReportBytes = 8 << 20;

    /// <summary>What a worker says first: <c>{"ready":true}</c>.</summary>
    internal const string Ready = "{\"ready\":true";

    private const int FirstLineBytes = 4096;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly WorkerLink _link;
    private readonly LineReader _output;
    private string? _told;

    private SandboxWorker(WorkerLink link, DateTimeOffset started)
    {
        _link = link;
        _output = new LineReader(link.Output);
        Started = started;
    }

    /// <summary>When it was started.</summary>
    internal DateTimeOffset Started { get; }

    /// <summary>Whether it still waits for its job.</summary>
    internal bool IsAlive => _link.IsAlive;

    /// <summary>Starts one and waits until it is ready.</summary>
    internal static async Task<Result<SandboxWorker>> StartAsync(WorkerSource source, TimeProvider time)
    {
        using CancellationTokenSource patience = new(StartPatience, time);
        Result<WorkerLink> link = await source.OpenAsync(patience.Token).ConfigureAwait(false);
        if (!link.IsOk)
        {
            return link.Error!;
        }

        SandboxWorker worker = new(link.Value, time.GetUtcNow());
        string? line = await worker._output.ReadAsync(FirstLineBytes, patience.Token).ConfigureAwait(false);
        if (line is not null && line.StartsWith(Ready, StringComparison.Ordinal))
        {
            return worker;
        }

        await worker.DisposeAsync().ConfigureAwait(false);
        string errors = await link.Value.Errors.ConfigureAwait(false);
        return source.Adapt(errors) ? await StartAsync(source, time).ConfigureAwait(false) : source.Explain(errors.Length > 0 ? errors : line ?? "");
    }

    /// <summary>Runs its job. Null where the process ended, or the deadline came, before there was a whole report.</summary>
    internal Task<string?> RunAsync(object job, CancellationToken deadline) => RunAsync(JsonSerializer.SerializeToUtf8Bytes(job, ScenarioJson.Options), deadline);

    /// <summary>Runs its job, which is a line already.</summary>
    internal async Task<string?> RunAsync(byte[] job, CancellationToken deadline)
    {
        try
        {
            await _link.Input.WriteAsync((byte[])[.. job, (byte)'\n'], deadline).ConfigureAwait(false);
            await _link.Input.FlushAsync(deadline).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return null;
        }

        string? answer = await _output.ReadAsync(ReportBytes, deadline).ConfigureAwait(false);
        _told = answer is null ? null : SandboxSocket.LastWords(answer);
        return _told is null ? answer : null;
    }

    /// <summary>What it wrote to its standard error, once it has ended.</summary>
    internal async Task<string> ErrorsAsync() => _told ?? await _link.Errors.ConfigureAwait(false);

    /// <summary>Ends it, and all that it consists of.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();
}

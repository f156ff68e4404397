using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>One sandboxed process, booted ahead, for one dry run. A line in, a line out; what it writes is bounded and never trusted with more.</summary>
internal sealed class SandboxWorker : IAsyncDisposable
{
    /// <summary>Largest report, in bytes.</summary>
    internal const int ReportBytes = 8 << 20;

    private const int ReadyBytes = 1024;
    private const int ErrorLength = 2000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Memory<byte> _unread;
    private bool _disposed;

    private SandboxWorker(Process process, DateTimeOffset started)
    {
        _process = process;
        Started = started;
        _errors = ReadErrorsAsync(process.StandardError);
    }

    /// <summary>When it was started.</summary>
    internal DateTimeOffset Started { get; }

    /// <summary>Whether it still waits for its job.</summary>
    internal bool IsAlive => !_process.HasExited;

    /// <summary>Starts one and waits until it is ready.</summary>
    internal static async Task<Result<SandboxWorker>> StartAsync(Sandbox sandbox, TimeProvider time)
    {
        SandboxWorker worker = new(sandbox.Start(), time.GetUtcNow());
        using CancellationTokenSource patience = new(StartPatience, time);
        string? line = await worker.ReadLineAsync(ReadyBytes, patience.Token).ConfigureAwait(false);
        if (line is not null && line.StartsWith("{\"ready\":true", StringComparison.Ordinal))
        {
            return worker;
        }

        await worker.DisposeAsync().ConfigureAwait(false);
        string errors = await worker._errors.ConfigureAwait(false);
        return sandbox.Adapt(errors) ? await StartAsync(sandbox, time).ConfigureAwait(false) : sandbox.Explain(errors);
    }

    /// <summary>Runs its job. Null where the process ended, or the deadline came, before there was a whole report.</summary>
    internal async Task<string?> RunAsync(object job, CancellationToken deadline)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(job, ScenarioJson.Options), (byte)'\n'];
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(line, deadline).ConfigureAwait(false);
            await _process.StandardInput.BaseStream.FlushAsync(deadline).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return null;
        }

        return await ReadLineAsync(ReportBytes, deadline).ConfigureAwait(false);
    }

    /// <summary>What it wrote to its standard error, once it has ended.</summary>
    internal Task<string> ErrorsAsync() => _errors;

    /// <summary>Ends the process and all that it consists of: bwrap's die with the one that started it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        _ = await _errors.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task<string?> ReadLineAsync(int limit, CancellationToken cancellation)
    {
        using MemoryStream line = new();
        try
        {
            while (line.Length <= limit)
            {
                int end = _unread.Span.IndexOf((byte)'\n');
                line.Write(_unread.Span[..(end >= 0 ? end : _unread.Length)]);
                _unread = end >= 0 ? _unread[(end + 1)..] : default;
                if (end >= 0)
                {
                    return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
                }

                int count = await _process.StandardOutput.BaseStream.ReadAsync(_buffer, cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    return null;
                }

                _unread = _buffer.AsMemory(0, count);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return null;
        }

        return null;
    }

    // Read to its end, so that nothing that writes there ever waits; only the beginning is kept.
    private static async Task<string> ReadErrorsAsync(StreamReader errors)
    {
        StringBuilder kept = new();
        char[] buffer = new char[1024];
        for (int count; (count = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            kept.Append(buffer, 0, Math.Min(count, ErrorLength - kept.Length));
        }

        return kept.ToString();
    }
}

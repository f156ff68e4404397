using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>A worker that is a child of this process; its pipes are its only way out.</summary>
internal sealed class WorkerProcess : WorkerLink
{
    private const int ErrorLength = 2000;

    private readonly Process _process;
    private bool _disposed;

    internal WorkerProcess(Process process)
    {
        _process = process;
        Errors = ReadErrorsAsync(process.StandardError);
    }

    internal override Stream Input => _process.StandardInput.BaseStream;

    internal override Stream Output => _process.StandardOutput.BaseStream;

    internal override bool IsAlive => !_process.HasExited;

    internal override Task<string> Errors { get; }

    /// <summary>Ends the process and all that it consists of: bwrap's die with the one that started it.</summary>
    public override async ValueTask DisposeAsync()
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
        _ = await Errors.ConfigureAwait(false);
        _process.Dispose();
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

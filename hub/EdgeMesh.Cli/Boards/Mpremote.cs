using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Boards;

/// <summary>MicroPython's own tool for boards at a serial port, which the owner installs.</summary>
/// <param name="program">Its path.</param>
internal sealed class Mpremote(string program)
{
    /// <summary>How it is called.</summary>
    internal const string Name = "mpremote";

    // Of what it prints, enough to say why it failed.
    private const int LinesKept = 40;

    /// <summary>Looks for it in <c>PATH</c>.</summary>
    internal static Result<Mpremote> Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, Name)).FirstOrDefault(IsProgram) is { } found
            ? new Mpremote(found)
            : new Error(ErrorCodes.MpremoteMissing, "mpremote is not in PATH. Install it with `pipx install mpremote` (or `pip install --user mpremote`), or leave --run away and carry the steps out where it is.");

    /// <summary>Carries out a step and gives what it printed.</summary>
    /// <param name="step">The step.</param>
    /// <param name="line">Gets each line as it is printed.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    internal async Task<Result<string[]>> RunAsync(BoardStep step, Action<string> line, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(program, step.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // It is a Python program, which would keep its progress to itself until its end.
        start.Environment["PYTHONUNBUFFERED"] = "1";
        Queue<string> last = new();
        Lock gate = new();
        void Take(string? text)
        {
            if (text is null)
            {
                return;
            }

            lock (gate)
            {
                last.Enqueue(text);
                if (last.Count > LinesKept)
                {
                    last.Dequeue();
                }

                line(text);
            }
        }

        using Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, data) => Take(data.Data);
        process.ErrorDataReceived += (_, data) => Take(data.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        string[] printed = [.. last.Where(text => text.Trim().Length > 0)];
        return process.ExitCode == 0
            ? Result.Of(printed)
            : new Error(ErrorCodes.BoardUnavailable, $"To {step.Title} failed: {(printed.Length > 0 ? printed[^1].Trim() : $"mpremote ended with {process.ExitCode}")}");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}

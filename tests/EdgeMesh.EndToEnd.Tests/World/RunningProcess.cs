using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>A process of the product, with what it prints.</summary>
internal sealed class RunningProcess : IDisposable
{
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;
    private const int SignalHangUp = 1;

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private RunningProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public static RunningProcess Start(string program, params string[] arguments) =>
        new(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root });

    /// <summary>SIGKILL, to this process alone; returns before it is gone.</summary>
    public void Kill() => Kill(Id);

    public static void Kill(int id) => _ = Signal(id, SignalKill);

    /// <summary>SIGTERM, to this process alone.</summary>
    public void Terminate() => _ = Signal(Id, SignalTerminate);

    /// <summary>SIGHUP: many a daemon reads its files anew.</summary>
    public void HangUp() => _ = Signal(Id, SignalHangUp);

    /// <summary>Waits for its end, and gives its exit code.</summary>
    public async Task<int> ExitedAsync()
    {
        await Eventually.TrueAsync(() => _process.HasExited, $"{_process.StartInfo.FileName} (process {Id}) has ended");
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>The processes that have this text in their command line. Temporary folders make it ours alone.</summary>
    public static int[] WithArgument(string text) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => CommandLine(id).Contains(text, StringComparison.Ordinal)),
    ];

    public void Dispose() => _process.Dispose();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);

    // A process that is a zombie, or gone, has no command line.
    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }
}

using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>One run of Mosquitto, which ends with the hub, however the hub ends.</summary>
/// <remarks>
/// The kernel sends the signal of <c>setpriv --pdeathsig</c> when the <em>thread</em> that started the process ends, so a thread of its own
/// starts it and waits for it; TERM lets it save what is retained. <c>setsid</c> keeps a terminal's Ctrl-C for the hub, which then stops it in order. The plugin writes its file
/// under the umask, which must keep others out.
/// </remarks>
internal sealed class MosquittoProcess
{
    private const string Launch = "umask 077; exec setpriv --pdeathsig TERM setsid \"$0\" \"$@\"";

    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile Process? _process;
    private volatile string _lastError = "";

    private MosquittoProcess(TimeProvider time, ILogger log)
    {
        _time = time;
        _log = log;
    }

    /// <summary>Completes with the exit code.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The last error that it wrote; empty if none.</summary>
    public string LastError => _lastError;

    /// <summary>The process id.</summary>
    public int Id { get; private set; }

    /// <summary>Starts it.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no shell to start it with.</exception>
    public static async Task<MosquittoProcess> StartAsync(string program, string configuration, TimeProvider time, ILogger log)
    {
        MosquittoProcess mosquitto = new(time, log);
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ProcessStartInfo start = new("/bin/sh", ["-c", Launch, program, "-c", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // They are the hub's own: Mosquitto would say READY and STOPPING for it.
        foreach (string variable in (string[])["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
        {
            start.Environment.Remove(variable);
        }

        Thread keeper = new(() => mosquitto.Run(start, started)) { IsBackground = true, Name = "mosquitto" };
        keeper.Start();
        await started.Task.ConfigureAwait(false);
        return mosquitto;
    }

    /// <summary>Ends what an earlier hub left running with this configuration; kills what takes longer than <paramref name="limit"/>. Who calls holds the folder's lock, so nobody else's is meant.</summary>
    public static async Task EndOrphansAsync(string configuration, TimeSpan limit, ILogger log)
    {
        foreach (int id in LinuxProcesses.WithArguments("-c", configuration))
        {
            log.LogWarning("Ending Mosquitto (process {Process}), which an earlier hub left behind", id);
            try
            {
                using Process orphan = Process.GetProcessById(id);
                LinuxProcesses.Terminate(id);
                if (!orphan.WaitForExit(limit))
                {
                    orphan.Kill();
                    await orphan.WaitForExitAsync().ConfigureAwait(false);
                }
            }
            catch (ArgumentException)
            {
                // It ended meanwhile.
            }
        }
    }

    /// <summary>Asks it to end, which saves what is retained; kills it where that takes longer than <paramref name="limit"/>.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        if (Exited.IsCompleted)
        {
            return;
        }

        LinuxProcesses.Terminate(Id);
        try
        {
            await Exited.WaitAsync(limit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.LogWarning("Mosquitto did not end within {Limit} s of being asked and is killed.", limit.TotalSeconds);
            _process?.Kill();
            await Exited.ConfigureAwait(false);
        }
    }

    private void Run(ProcessStartInfo start, TaskCompletionSource started)
    {
        try
        {
            using Process process = Process.Start(start)!;
            _process = process;
            Id = process.Id;
            process.ErrorDataReceived += (_, line) => Log(line.Data);
            process.OutputDataReceived += (_, line) => Log(line.Data);
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            started.SetResult();
            process.WaitForExit();
            _process = null;
            _exited.SetResult(process.ExitCode);
        }
        catch (Exception failure) when (!started.Task.IsCompleted)
        {
            started.SetException(failure);
        }
    }

    /// <summary>Takes Mosquitto's lines into the hub's log. Who connects is for those who search a fault.</summary>
    private void Log(string? line)
    {
        if (string.IsNullOrEmpty(line))
        {
            return;
        }

        // Mosquitto begins its own lines so; the shell and the loader begin theirs with a path.
        bool error = line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("/bin/sh", StringComparison.Ordinal)
            || line.StartsWith("setpriv", StringComparison.Ordinal) || line.StartsWith("setsid", StringComparison.Ordinal);
        if (error)
        {
            _lastError = line;
        }

        _log.Log(
            error ? LogLevel.Error : line.StartsWith("Warning", StringComparison.Ordinal) ? LogLevel.Warning : LogLevel.Debug,
            "mosquitto: {Line}",
            line);
    }
}

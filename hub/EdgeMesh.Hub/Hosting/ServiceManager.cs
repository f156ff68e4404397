using System;
using System.Globalization;
using System.IO;

namespace EdgeMesh.Hub.Hosting;

/// <summary>What systemd told this process by its environment, as sd_notify(3), sd_watchdog_enabled(3) and systemd.exec(5) describe.</summary>
/// <param name="NotifySocket">The notification socket: a path, or with a leading <c>@</c> an abstract name; null where nobody wants to be told.</param>
/// <param name="WatchdogInterval">The longest silence before systemd ends the process; null for no watchdog.</param>
public sealed record ServiceManager(string? NotifySocket, TimeSpan? WatchdogInterval)
{
    /// <summary>Reads this process's environment.</summary>
    public static ServiceManager FromEnvironment() => From(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <summary>Reads an environment.</summary>
    /// <param name="variable">Gives a variable's value.</param>
    /// <param name="process">This process's id: the watchdog may be another's, whose child this is.</param>
    public static ServiceManager From(Func<string, string?> variable, int process)
    {
        bool watched = long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            && (variable("WATCHDOG_PID") is not { Length: > 0 } id || id == process.ToString(CultureInfo.InvariantCulture));
        string? socket = variable("NOTIFY_SOCKET");
        return new ServiceManager(string.IsNullOrEmpty(socket) ? null : socket, watched ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>
    /// Whether standard output is the journal: <c>JOURNAL_STREAM</c> names device and inode of the stream that systemd opened, and a process that was
    /// given another output inherits the variable all the same.
    /// </summary>
    public static bool IsJournal(string? journalStream) =>
        journalStream?.Split(':') is [_, string inode] && new FileInfo("/proc/self/fd/1").LinkTarget?.EndsWith($":[{inode}]", StringComparison.Ordinal) == true;
}

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>Who runs and who listens, read from /proc. What this account may not see is left out.</summary>
internal static class LinuxProcesses
{
    // The state LISTEN in /proc/net/tcp.
    private const string Listening = "0A";
    private const int SignalTerminate = 15;
    private const int SignalHangUp = 1;

    /// <summary>The processes whose command line ends with these arguments.</summary>
    public static IEnumerable<int> WithArguments(params string[] arguments)
    {
        string end = string.Join('\0', arguments) + '\0';
        return All().Where(id => Read($"/proc/{id}/cmdline").EndsWith('\0' + end, StringComparison.Ordinal));
    }

    /// <summary>The name and id of the process that listens on a TCP port; null where it is another account's.</summary>
    public static string? ListenerOf(int port)
    {
        HashSet<string> sockets = [.. SocketsOf(port).Select(inode => $"socket:[{inode}]")];
        return All().Where(id => Descriptors(id).Any(sockets.Contains))
            .Select(id => $"{Read($"/proc/{id}/comm").Trim()} (process {id})").FirstOrDefault();
    }

    /// <summary>Whether a process of this name runs, under any account.</summary>
    public static bool IsRunning(string name) => All().Any(id => Read($"/proc/{id}/comm").Trim() == name);

    /// <summary>Asks a process to end; one that is gone has done so.</summary>
    public static void Terminate(int id) => _ = Kill(id, SignalTerminate);

    /// <summary>Asks a process to read its files again.</summary>
    public static void Reload(int id) => _ = Kill(id, SignalHangUp);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static IEnumerable<string> SocketsOf(int port)
    {
        string end = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return (Read("/proc/net/tcp") + Read("/proc/net/tcp6")).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[3] == Listening && f[1].EndsWith(end, StringComparison.Ordinal)).Select(f => f[9]);
    }

    private static string[] Descriptors(int process)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another account's, or gone meanwhile.
            return [];
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>Mosquitto as it is installed on this machine.</summary>
/// <param name="Program">Path of <c>mosquitto</c>.</param>
/// <param name="Plugin">Path of <c>mosquitto_dynamic_security.so</c>.</param>
internal sealed record MosquittoInstallation(string Program, string Plugin)
{
    private const string ProgramName = "mosquitto";
    private const string PluginName = "mosquitto_dynamic_security.so";

    /// <summary>Finds both parts; the failure says what to install.</summary>
    /// <param name="configured">The program's path; empty to look for it.</param>
    public static Result<MosquittoInstallation> Find(string configured)
    {
        string? program = configured.Length > 0 ? configured : ProgramFolders().Select(f => Path.Combine(f, ProgramName)).FirstOrDefault(File.Exists);
        if (program is null || !File.Exists(program))
        {
            return new Error(ErrorCodes.BrokerUnavailable, configured.Length > 0
                ? $"The broker cannot be started: Broker:Mosquitto names {configured}, which does not exist. Correct it, or leave it empty."
                : "The broker cannot be started: Mosquitto is not installed. Run 'apt-get install mosquitto' and 'systemctl disable --now mosquitto' "
                    + "(the hub runs its own), or set Broker:Mosquitto to the program or Broker:Url to another broker.");
        }

        string? plugin = PluginFolders(program).Select(f => Path.Combine(f, PluginName)).FirstOrDefault(File.Exists);
        return plugin is not null ? new MosquittoInstallation(program, plugin) : new Error(
            ErrorCodes.BrokerUnavailable,
            $"The broker cannot be started: {program} is there, but not its plugin {PluginName}, which keeps the devices' accounts. "
            + "Install Mosquitto 2.0.11 or newer with dynamic security ('apt-get install mosquitto' has it since Debian 12).");
    }

    private static IEnumerable<string> ProgramFolders() =>
        ["/usr/sbin", "/usr/local/sbin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A Mosquitto from elsewhere brings its own plugin, in the lib folder beside it; Debian keeps it in a folder for each architecture.</summary>
    private static IEnumerable<string> PluginFolders(string program)
    {
        string prefix = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(program))!, ".."));
        foreach (string root in new[] { Path.Combine(prefix, "lib"), Path.Combine(prefix, "lib64"), "/usr/lib", "/usr/local/lib", "/usr/lib64" })
        {
            if (Directory.Exists(root))
            {
                yield return root;
                foreach (string folder in Directory.EnumerateDirectories(root, "*-linux-*"))
                {
                    yield return folder;
                }

                yield return Path.Combine(root, ProgramName);
            }
        }
    }
}

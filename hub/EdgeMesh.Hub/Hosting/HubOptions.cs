using System;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Hosting;

/// <summary>The hub as a whole; configuration section <c>Hub</c>.</summary>
public sealed class HubOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Hub";

    /// <summary>The hub's name in every topic: 1 to 32 of a-z, 0-9, '_', '-'. Default <c>home</c>. Devices are bound to it.</summary>
    [Setting(Takes = "1 to 32 of a-z, 0-9, '_' and '-'")]
    public string Site { get; set; } = "home";

    /// <summary>Folder for everything the hub keeps. Default: systemd's <c>STATE_DIRECTORY</c>, else <c>/var/lib/edgemesh</c>.</summary>
    [Setting(Takes = "a path", Requirement = "StateDirectory")]
    public string StateFolder { get; set; } = Environment.GetEnvironmentVariable("STATE_DIRECTORY") ?? "/var/lib/edgemesh";

    /// <summary>The Unix socket of the CLI. Default: systemd's <c>RUNTIME_DIRECTORY</c>, else <c>/run/edgemesh</c>, and there <c>hub.sock</c>.</summary>
    [Setting(Takes = "a path of at most 107 bytes")]
    public string Socket { get; set; } = (Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") ?? "/run/edgemesh") + "/hub.sock";
}

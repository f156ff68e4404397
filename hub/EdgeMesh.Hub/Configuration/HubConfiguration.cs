using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Extensions.Configuration;

namespace EdgeMesh.Hub.Configuration;

/// <summary>Where settings come from, the later before the earlier: <c>hub.json</c>, <c>hub.d/*.json</c> by name, the environment, the arguments.</summary>
public static class HubConfiguration
{
    /// <summary>What the names of environment variables begin with; two underscores part section and name: <c>EDGEMESH_Ota__ChunkSize</c>.</summary>
    public const string VariablePrefix = "EDGEMESH_";

    /// <summary>The file, and the folder beside it whose files add to it.</summary>
    private const string FileName = "hub.json", AdditionsFolder = "hub.d";

    /// <summary>The file where none is named: in systemd's <c>CONFIGURATION_DIRECTORY</c>, else in <c>/etc/edgemesh</c>. It need not exist.</summary>
    public static string DefaultFile =>
        Path.Combine((Environment.GetEnvironmentVariable("CONFIGURATION_DIRECTORY") ?? "").Split(':')[0] is { Length: > 0 } folder ? folder : "/etc/edgemesh", FileName);

    /// <summary>The places, in their order. A file that is there and may not be looked for is an error, not a missing file.</summary>
    /// <param name="file">The configuration's file.</param>
    /// <param name="args">Arguments, as <c>--Section:Name=value</c>.</param>
    /// <exception cref="UnauthorizedAccessException">The configuration's folder may not be looked into.</exception>
    public static IReadOnlyList<ConfigurationPlace> Places(string file, string[] args)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string additions = Path.Combine(folder, AdditionsFolder);
        if (Directory.Exists(folder))
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
        }

        return
        [
            .. File.Exists(file) ? [OfFile(file)] : Array.Empty<ConfigurationPlace>(),
            .. Directory.Exists(additions) ? Directory.EnumerateFiles(additions, "*.json").Order(StringComparer.Ordinal).Select(OfFile) : [],
            new ConfigurationPlace("environment", builder => builder.AddEnvironmentVariables(VariablePrefix)),
            new ConfigurationPlace("command line", builder => builder.AddCommandLine(args)),
        ];
    }

    private static ConfigurationPlace OfFile(string file) => new(file, builder => builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false));
}

/// <summary>A place that settings come from.</summary>
/// <param name="Name">A file's path, <c>environment</c> or <c>command line</c>.</param>
/// <param name="AddTo">Adds it to a configuration.</param>
public sealed record ConfigurationPlace(string Name, Action<IConfigurationBuilder> AddTo);

using System;
using System.ComponentModel.DataAnnotations;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Dry runs in the sandbox; configuration section <c>DryRun</c>.</summary>
public sealed class DryRunOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "DryRun";

    /// <summary>Longest that a dry run may be given, in seconds.</summary>
    public const int DeadlineMaxS = 120;

    /// <summary>Environment variable that names <see cref="Folder"/> where nothing else does.</summary>
    public const string FolderVariable = "EDGEMESH_MICROPYTHON";

    /// <summary>Folder of the interpreter's host, <c>tools/micropython</c> in the sources. Empty: looked for above and beside the program. Default: empty.</summary>
    [Setting(Takes = "a path, or nothing")]
    public string Folder { get; set; } = "";

    /// <summary>Node, by name or path. Default <c>node</c>.</summary>
    [Setting(Takes = "a name or a path")]
    public string Node { get; set; } = "node";

    /// <summary>
    /// Unix socket of the sandbox's own unit (<c>edgemesh-sandbox.socket</c>), for a hub whose own unit may make no namespaces. A connection is a
    /// worker. Empty: workers are the hub's own children. Default: empty.
    /// </summary>
    [Setting(Takes = "a path, or nothing")]
    public string Socket { get; set; } = "";

    /// <summary>Sandboxed workers kept ready, 0 to 8; each takes some 60 MB. Default 0: started when needed, which takes half a second.</summary>
    [Range(0, 8), Setting(Unit = "workers")]
    public int WarmWorkers { get; set; }

    /// <summary>What a dry run may take at most in real time, in seconds, 1 to 120. Default 30.</summary>
    [Range(1, DeadlineMaxS), Setting(Unit = "s")]
    public int DeadlineS { get; set; } = 30;

    internal TimeSpan Deadline => TimeSpan.FromSeconds(DeadlineS);
}

using System;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Dry runs in the sandbox; configuration section <c>DryRun</c>.</summary>
public sealed class DryRunOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "DryRun";

    /// <summary>Environment variable that names <see cref="Folder"/> where nothing else does.</summary>
    public const string FolderVariable = "EDGEMESH_MICROPYTHON";

    /// <summary>Folder of the interpreter's host, <c>tools/micropython</c> in the sources. Empty: looked for above and beside the program. Default: empty.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Node, by name or path. Default <c>node</c>.</summary>
    public string Node { get; set; } = "node";

    /// <summary>Sandboxed workers kept ready, 0 to 8; each takes some 60 MB. Default 0: started when needed, which takes half a second.</summary>
    public int WarmWorkers { get; set; }

    /// <summary>What a dry run may take at most in real time, in seconds, 1 to 120. Default 30.</summary>
    public int DeadlineS { get; set; } = 30;

    internal TimeSpan Deadline => TimeSpan.FromSeconds(Math.Clamp(DeadlineS, 1, 120));
}

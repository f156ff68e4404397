using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>How a worker is started: <c>timeout</c> → <c>prlimit</c> → <c>bwrap</c> → seccomp → Node with code generation off and its own
/// permissions. Each holds without the ones inside it; where one is missing there is no sandbox, and nothing is run without.</summary>
internal sealed class Sandbox : WorkerSource
{
    /// <summary>A worker that nobody ends goes by itself after this, in seconds.</summary>
    internal const int LifetimeS = 900;

    // Above what Node reserves without the trap handler's guard regions (some 700 MB), far below what would trouble a Pi.
    private const long AddressSpaceBytes = 1100L << 20;
    private const int JavaScriptHeapMegabytes = 128;
    private const int FilesOpen = 64;
    private const string PackageFolder = "node_modules/@micropython/micropython-webassembly-pyscript";
    private const string OldPermission = "--experimental-permission";
    private const string Permission = "--permission";
    private const string Missing = "; run tools/install, which installs what the sandbox needs";

    private static readonly string[] LibraryFolders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

    private readonly string[] _command;
    private readonly string _filter;
    private readonly string _node;

    private Sandbox(string[] command, string filter, string node)
    {
        _command = command;
        _filter = filter;
        _node = node;
    }

    /// <summary>The sandbox of this machine, or <c>sandbox_unavailable</c>. Whether its namespaces are granted shows when a worker starts.</summary>
    internal static new Result<Sandbox> Find(DryRunOptions options)
    {
        if (!SeccompFilter.IsAvailable)
        {
            return Unavailable($"there is no system-call filter for {RuntimeInformation.OSArchitecture}; x64 and arm64 have one.");
        }

        Dictionary<string, string?> tools = new[] { "timeout", "prlimit", "bwrap", options.Node }.Distinct().ToDictionary(name => name, PathOf);
        if (tools.FirstOrDefault(tool => tool.Value is null).Key is string missing)
        {
            return Unavailable($"{missing} is not on this machine{Missing}.");
        }

        string? folder = Folder(options);
        if (folder is null)
        {
            return Unavailable($"the interpreter's host (sandbox/worker.mjs) was not found; name its folder, tools/micropython in the sources, by {DryRunOptions.FolderVariable}.");
        }

        if (!File.Exists(Path.Combine(folder, PackageFolder, "micropython.wasm")))
        {
            return Unavailable($"the MicroPython interpreter is not in {folder}/node_modules{Missing}.");
        }

        string node = Resolve(tools[options.Node]!);
        string filter = Path.Combine(Directory.CreateTempSubdirectory("edgemesh-sandbox-").FullName, "filter.bpf");
        File.WriteAllBytes(filter, SeccompFilter.Create());
        return new Sandbox([.. Command(tools, node, Resolve(folder), (int)options.Deadline.TotalSeconds)], filter, node);
    }

    internal override Task<Result<WorkerLink>> OpenAsync(CancellationToken cancellation)
    {
        // bwrap takes the filter by a descriptor, which only a shell can open for it.
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/",
        };
        foreach (string argument in (string[])["-c", "exec 9<\"$0\" && exec \"$@\"", _filter, .. _command])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        return Task.FromResult<Result<WorkerLink>>(new WorkerProcess(Process.Start(start)!));
    }

    internal override Error Explain(string said)
    {
        string first = Printable.Of(said.Trim().Split('\n').FirstOrDefault(line => line.Trim().Length > 0) ?? "it said nothing");
        if (said.Contains("bad option", StringComparison.Ordinal))
        {
            return Unavailable($"{_node} is too old: Node 20.15, or 22.2, or newer is needed, and Debian 12 ships 18. Install it from nodejs.org or NodeSource, and name it by DryRun:Node. (It said: {first})");
        }

        return said.Contains("bwrap", StringComparison.Ordinal)
            ? Unavailable($"bubblewrap is refused here, as in many containers and hardened units; run the hub where user namespaces are allowed, or set DryRun:Socket to the unit that may make them. (It said: {first})")
            : Unavailable($"its worker did not start. (It said: {first})");
    }

    /// <summary>Removes its file.</summary>
    public override void Dispose() => Directory.Delete(Path.GetDirectoryName(_filter)!, recursive: true);

    /// <summary>Newer versions of Node took the word "experimental" away.</summary>
    internal override bool Adapt(string said)
    {
        int old = Array.IndexOf(_command, OldPermission);
        if (old < 0 || !said.Contains($"bad option: {OldPermission}", StringComparison.Ordinal))
        {
            return false;
        }

        _command[old] = Permission;
        return true;
    }

    private static IEnumerable<string> Command(Dictionary<string, string?> tools, string node, string folder, int deadlineS)
    {
        string[] libraries = [.. LibraryFolders.Where(Directory.Exists).SelectMany(path => (string[])["--ro-bind", path, path])];
        return
        [
            tools["timeout"]!, "-s", "KILL", $"{LifetimeS}",
            tools["prlimit"]!, $"--as={AddressSpaceBytes}", $"--cpu={deadlineS + 10}", "--fsize=0", $"--nofile={FilesOpen}", "--core=0", "--",
            tools["bwrap"]!, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534",
            "--clearenv", "--hostname", "sandbox",
            .. libraries, "--ro-bind", node, "/node", "--ro-bind", folder, "/app", "--dev-bind", "/dev/null", "/dev/null",
            "--remount-ro", "/", "--chdir", "/app", "--seccomp", "9",
            "/node", "--disable-wasm-trap-handler", "--disallow-code-generation-from-strings", OldPermission, "--allow-fs-read=/app/", "--no-warnings",
            $"--max-old-space-size={JavaScriptHeapMegabytes}", "--v8-pool-size=1", "/app/sandbox/worker.mjs",
        ];
    }

    private static string? Folder(DryRunOptions options)
    {
        string named = options.Folder.Length > 0 ? options.Folder : Environment.GetEnvironmentVariable(DryRunOptions.FolderVariable) ?? "";
        return named.Length > 0 ? (IsHost(named) ? Path.GetFullPath(named) : null) : Candidates().FirstOrDefault(IsHost);
    }

    // As installed: beside the program. In the sources: above what was built.
    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, "micropython");
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            yield return Path.Combine(above.FullName, "tools", "micropython");
        }
    }

    private static bool IsHost(string folder) => File.Exists(Path.Combine(folder, "sandbox", "worker.mjs"));

    private static string Resolve(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static string? PathOf(string tool) => tool.Contains('/', StringComparison.Ordinal)
        ? (File.Exists(tool) ? tool : null)
        : $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
}

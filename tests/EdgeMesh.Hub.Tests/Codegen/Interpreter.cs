using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json;

namespace EdgeMesh.Hub.Tests.Codegen;

/// <summary>The real MicroPython interpreter, in Node.</summary>
internal static class Interpreter
{
    internal static string Root { get; } = FindRoot();

    /// <summary>What compiling each source says; null where it compiles.</summary>
    internal static string?[] Compile(IReadOnlyList<string> sources)
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "sources.json");
        File.WriteAllText(file, JsonSerializer.Serialize(sources));
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Root, "tests/EdgeMesh.Hub.Tests/Codegen/compile.mjs"));
        start.ArgumentList.Add(Path.Combine(Root, "tools/micropython"));
        start.ArgumentList.Add(file);
        using Process node = Process.Start(start)!;
        System.Threading.Tasks.Task<string> errors = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, errors.GetAwaiter().GetResult() + " (tools/install installs the interpreter)");
        return JsonSerializer.Deserialize<string?[]>(output)!;
    }

    private static string FindRoot()
    {
        string folder = System.AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeMesh.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}

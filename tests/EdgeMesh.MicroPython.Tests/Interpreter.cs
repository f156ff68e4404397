using System.Diagnostics;
using System.Text.Json;

namespace EdgeMesh.MicroPython.Tests;

/// <summary>The pinned interpreter, in a process of its own.</summary>
internal static class Interpreter
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    internal static string Root { get; } = FindRoot();

    /// <summary>Asks its compile() about many programs: "ok", or its exception.</summary>
    internal static async Task<string[]> CompileAsync(IEnumerable<string> programs) =>
        [.. (await AskAsync("compile.mjs", programs)).Select(a => JsonSerializer.Deserialize<string>(a)!)];

    /// <summary>Gives programs to one of the tools, and returns its answers as lines of JSON.</summary>
    internal static async Task<string[]> AskAsync(string tool, IEnumerable<string> programs)
    {
        string[] all = [.. programs];
        List<string> answers = [];
        // Node 20's compiler of JavaScript sometimes falls over the end of a worker and takes the process with it: who is left is asked again.
        for (int attempt = 1; attempt <= 3 && (answers.Count < all.Length || attempt == 1); attempt++)
        {
            answers.AddRange(await AskOnceAsync(tool, all[answers.Count..]));
        }

        return [.. answers];
    }

    private static async Task<string[]> AskOnceAsync(string tool, IEnumerable<string> programs)
    {
        tool = Path.Combine(Root, "tools/micropython", tool);
        using Process node = Process.Start(new ProcessStartInfo("node", tool) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using CancellationTokenSource limit = new(Limit);
        try
        {
            Task write = Task.Run(() =>
            {
                foreach (string program in programs)
                {
                    node.StandardInput.WriteLine(JsonSerializer.Serialize(program));
                }

                node.StandardInput.Close();
            });
            string answers = await node.StandardOutput.ReadToEndAsync(limit.Token);
            await write;
            return answers.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EdgeMesh.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}

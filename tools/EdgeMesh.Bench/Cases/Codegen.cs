using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Bench.Cases;

/// <summary>Judging a program of 10 KB, beside CPython's ast and a walk of rules in the same run.</summary>
internal static class Codegen
{
    private const int Bytes = 10 * 1024;
    private const int WarmUps = 300;
    private const int Runs = 200;

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        string root = Directory.GetCurrentDirectory();
        string program = Program(Path.Combine(root, "tests/EdgeMesh.MicroPython.Tests/Corpus/benign.txt"));
        PolicyOptions options = new(PolicyData.Shipped.AllowHosts(["api.test"]));
        Console.Error.WriteLine($"codegen: {program.Length} characters, {ProgramPolicy.Judge(program, options).Findings.Count} findings");
        double ours_ms = Measure(program, options);
        double peer_ms = await PeerAsync(root, program).ConfigureAwait(false);
        return
        [
            Figure.Below("validate 10 KB, warm", ours_ms, "ms", 1),
            Figure.AtLeast("validate 10 KB, validations a second by CPython's ast and a walk", 1000 / ours_ms, "1/s", 1000 / peer_ms, 20),
        ];
    }

    // Ordinary programs one after the other, each name its own, up to the size.
    private static string Program(string corpus)
    {
        string[] programs = File.ReadAllText(corpus).Split("=== ", StringSplitOptions.RemoveEmptyEntries).Select(p => p[(p.IndexOf('\n', StringComparison.Ordinal) + 1)..]).ToArray();
        string text = "";
        for (int i = 0; text.Length + programs[i].Length <= Bytes; i++)
        {
            text += programs[i];
        }

        return text;
    }

    private static double Measure(string program, PolicyOptions options)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            ProgramPolicy.Judge(program, options);
        }

        List<double> times_ms = [];
        for (int i = 0; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ProgramPolicy.Judge(program, options);
            times_ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Figure.Median(times_ms);
    }

    private static async Task<double> PeerAsync(string root, string program)
    {
        using Process python = Process.Start(new ProcessStartInfo("python3", Path.Combine(root, "tools/EdgeMesh.Bench/ast_peer.py"))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await python.StandardInput.WriteAsync(program).ConfigureAwait(false);
        python.StandardInput.Close();
        string answer = await python.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await python.WaitForExitAsync().ConfigureAwait(false);
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }
}

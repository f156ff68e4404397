using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.MicroPython.Policy;
using YamlDotNet.Serialization;

namespace EdgeMesh.Bench.Cases;

/// <summary>Judging a program of 10 KB, beside CPython's ast and a walk of the same rules in the same run.</summary>
internal static class Codegen
{
    private const int Bytes = 10 * 1024;
    private const int Runs = 500;
    private const string Policy = "hub/EdgeMesh.MicroPython/Policy/policy.yaml";
    private const string Corpus = "tests/EdgeMesh.MicroPython.Tests/Corpus";
    private const string Entry = "\ndef setup():\n    pass\n\n\ndef loop():\n    pass\n";

    // Methods are compiled anew, in the background, once they were called often and nothing new was compiled for a tenth of a second.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly string[] Hosts = ["api.test"];

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        string root = Directory.GetCurrentDirectory();
        string[] ordinary = Programs(Path.Combine(root, Corpus, "benign.txt"));
        string program = Joined(ordinary);
        PolicyOptions options = new(PolicyData.Shipped.AllowHosts(Hosts));
        (double median_ms, double least_ms, double kibibytes) = Measure(program, options);
        JsonNode peer = await PeerAsync(root, program, ordinary).ConfigureAwait(false);
        double peer_ms = peer["median_ms"]!.GetValue<double>();
        double peer_least_ms = peer["least_ms"]!.GetValue<double>();
        Console.Error.WriteLine($"codegen: {program.Length} characters, {ProgramPolicy.Judge(program, options).Findings.Count} findings; at best {least_ms:0.00} ms, the peer {peer_least_ms:0.00} ms");
        Console.Error.WriteLine($"codegen: the peer refuses {Refused(peer, "hostile")} hostile programs, and {Refused(peer, "ordinary")} ordinary ones");
        return
        [
            Figure.Below("validate 10 KB, warm", median_ms, "ms", 1),
            // What else runs on the machine interrupts the longer of the two more often: their best times are what can be compared.
            Figure.AtLeast("validate 10 KB, validations a second at best, by CPython's ast and a walk of the same rules", 1000 / least_ms, "1/s", 1000 / peer_least_ms, 20),
            Figure.Beside("validate 10 KB, the same by their medians", 1000 / median_ms, "1/s", 1000 / peer_ms),
            new("validate 10 KB, allocated", kibibytes, "KiB", null, null, null, null),
        ];
    }

    private static string[] Programs(string corpus) => [.. ("\n" + File.ReadAllText(corpus)).Split("\n=== ").Skip(1).Select(p => p[(p.IndexOf('\n', StringComparison.Ordinal) + 1)..] + "\n")];

    // As the tests complete them: what the agent wants to call is there, so that a program is refused for nothing but what it does.
    private static string Completed(string hostile)
    {
        hostile = hostile.Replace("### elsewhere\n", "", StringComparison.Ordinal);
        return hostile.StartsWith("### bare\n", StringComparison.Ordinal) ? hostile["### bare\n".Length..] : hostile.Contains("def main", StringComparison.Ordinal) ? hostile : hostile + Entry;
    }

    // Ordinary programs one after the other, each name its own, up to the size.
    private static string Joined(string[] programs)
    {
        string text = "";
        for (int i = 0; text.Length + programs[i].Length <= Bytes; i++)
        {
            text += programs[i];
        }

        return text;
    }

    private static (double MedianMs, double LeastMs, double Kibibytes) Measure(string program, PolicyOptions options)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            ProgramPolicy.Judge(program, options);
        }

        List<double> times_ms = [];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ProgramPolicy.Judge(program, options);
            times_ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return (Figure.Median(times_ms), times_ms.Min(), (GC.GetAllocatedBytesForCurrentThread() - before) / 1024.0 / Runs);
    }

    private static string Refused(JsonNode peer, string corpus)
    {
        JsonArray programs = peer[corpus]!.AsArray();
        int refused = programs.Count(rules => rules!.AsArray().Any(rule => Rules.Find(rule!.GetValue<string>()) is { Severity: Severity.Refused }));
        return $"{refused} of {programs.Count}";
    }

    private static async Task<JsonNode> PeerAsync(string root, string program, string[] ordinary)
    {
        object policy = new DeserializerBuilder().Build().Deserialize<object>(await File.ReadAllTextAsync(Path.Combine(root, Policy)).ConfigureAwait(false));
        JsonObject asked = new()
        {
            ["policy"] = JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(policy)),
            ["hosts"] = Texts(Hosts),
            ["program"] = program,
            ["hostile"] = Texts(Programs(Path.Combine(root, Corpus, "hostile.txt")).Select(Completed)),
            ["ordinary"] = Texts(ordinary),
        };
        using Process python = Process.Start(new ProcessStartInfo("python3", Path.Combine(root, "tools/EdgeMesh.Bench/ast_peer")) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await python.StandardInput.WriteAsync(asked.ToJsonString()).ConfigureAwait(false);
        python.StandardInput.Close();
        string answer = await python.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await python.WaitForExitAsync().ConfigureAwait(false);
        return JsonNode.Parse(answer) ?? throw new InvalidDataException("The peer said nothing.");
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
}

extern alias nano;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Device.SelfCheck.DotNet;
using Xunit.Abstractions;
using NanoProgram = nano::EdgeMesh.Device.SelfCheck.Program;
using NanoRun = nano::EdgeMesh.Device.SelfCheck.VectorRun;

namespace EdgeMesh.NanoFramework.Tests;

/// <summary>The self-check of boards, with the board's primitives, over every file of shared/vectors.</summary>
public sealed class SelfCheckTests(ITestOutputHelper output)
{
    private static readonly string Vectors = Path.Combine(Repository.Root, "shared", "vectors");

    // The other lists of that file refer to its cases.
    private const int CasesOfEnrollment = 4;

    private static readonly string[] Names = [.. Directory.GetFiles(Vectors, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files => [.. Names];

    [Fact]
    public void Every_case_of_every_file_passes_and_the_last_line_is_the_total()
    {
        using Board board = new();
        int cases = 0;
        foreach (string file in Names)
        {
            string lines = VectorLines.Of(Path.Combine(Vectors, file + ".json"));
            cases += lines.Count(c => c == '\n') - 1;
            File.WriteAllText(Path.Combine(nano::System.IO.StubDrive.Folder, file + ".jsonl"), lines);
        }

        List<string> printed = [];
        NanoRun run = NanoProgram.RunAll(printed.Add);
        Assert.True(run.Failed == 0, string.Join("\n", printed.Where(line => line.StartsWith("FAIL", StringComparison.Ordinal)).Take(5)));
        Assert.InRange(run.Passed, cases, cases + 4);
        Assert.Equal($"{run.Passed} cases: {run.Passed} PASS, 0 FAIL", printed[^1]);
        Assert.Equal(run.Passed + 1, printed.Count);
        output.WriteLine($"counted: {run.Passed} cases of shared/vectors passed by the board's self-check on .NET");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_case_that_was_changed_fails(string file)
    {
        using Board board = new();
        string[] lines = VectorLines.Of(Path.Combine(Vectors, file + ".json")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int[] tried = lines.Length <= 12 ? [.. Enumerable.Range(0, lines.Length)] : [.. Enumerable.Range(0, 12).Select(i => i * (lines.Length - 1) / 11)];
        int caught = 0;
        foreach (int at in tried)
        {
            foreach (string changed in Changes(lines[at]))
            {
                (int failed, _) = Run(file, at == 0 ? [changed, .. lines[1..]] : [.. lines[..at].Where(l => l == lines[0] || (file == "enrollment" && at > CasesOfEnrollment && l.StartsWith("{\"list\":\"cases\"", StringComparison.Ordinal))), changed]);
                caught += failed > 0 ? 1 : 0;
            }
        }

        Assert.True(caught >= Math.Min(3, tried.Length), $"{file}: only {caught} of many changed cases failed.");
    }

    [Fact]
    public void A_file_that_nothing_checks_or_that_cannot_be_read_fails()
    {
        Assert.Equal((1, 0), Run("unheard-of", ["{}", "{\"list\":\"cases\",\"case\":1}"]));
        Assert.Equal((1, 0), Run("sha256", []));
        Assert.Equal((1, 0), Run("sha256", ["nonsense"]));
        Assert.Equal((3, 0), Run("sha256", ["{}", "{", "{\"list\":\"cases\",\"case\":{}}", new string(' ', 10_000)]));
    }

    // The line with each member of its case changed in turn: another last character, another number, the other truth.
    private static IEnumerable<string> Changes(string line)
    {
        JsonNode whole = JsonNode.Parse(line)!;
        JsonObject target = whole["case"] as JsonObject ?? whole.AsObject();
        foreach (string name in target.Select(m => m.Key).Where(n => n is not ("name" or "source" or "about")).ToArray())
        {
            JsonNode copy = JsonNode.Parse(line)!;
            JsonObject o = copy["case"] as JsonObject ?? copy.AsObject();
            if (Other(o[name]) is { } other)
            {
                o[name] = other;
                yield return copy.ToJsonString();
            }
        }
    }

    private static JsonNode? Other(JsonNode? node) => node switch
    {
        JsonArray { Count: > 0 } list => new JsonArray([.. list.Skip(1).Select(n => n?.DeepClone())]),
        JsonValue value when value.TryGetValue(out string? text) => text.Length == 0 ? "00" : text[..^1] + (text[^1] == '0' ? '1' : '0'),
        JsonValue value when value.TryGetValue(out bool flag) => !flag,
        JsonValue value when value.TryGetValue(out long number) => number + 1,
        _ => null,
    };

    private static (int Failed, int Passed) Run(string file, string[] lines)
    {
        NanoRun run = new(new nano::EdgeMesh.Device.NanoFramework.NanoCrypto(), _ => { }, true);
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));
        run.Run(file, new nano::EdgeMesh.Device.NanoFramework.LineReader(stream, 512, NanoRun.LineBytesMax));
        return (run.Failed, run.Passed);
    }
}

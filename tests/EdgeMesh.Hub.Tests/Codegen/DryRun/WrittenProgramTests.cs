using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.MicroPython.Policy;
using Xunit.Abstractions;
using Board = EdgeMesh.Hub.Codegen.Templates.Board;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>What is written of templates passes the gates: it keeps the policy and does in the sandbox what its templates promise.</summary>
/// <remarks>By default a seeded sample of combinations and sentences, so that it takes seconds; <c>EDGEMESH_WRITTEN_PROGRAMS=all</c> tries many and all.</remarks>
public sealed class WrittenProgramTests(ITestOutputHelper output)
{
    private const int Seed = 5;
    private const int DeadlineS = 60;
    private const int AtOnce = 2;
    private static readonly bool All = Environment.GetEnvironmentVariable("EDGEMESH_WRITTEN_PROGRAMS") == "all";
    private static readonly int Combinations = All ? 200 : 6;
    private static readonly int Sentences = All ? int.MaxValue : 8;
    private static readonly Board Esp32 = Board.Find("esp32")!;

    private sealed record Written(string Name, string Board, string Source, JsonObject Scenario);

    [Fact]
    public async Task Every_template_and_what_is_combined_and_said_of_them_is_accepted_and_does_what_it_promises()
    {
        Random random = new(Seed);
        Template[] templates = [.. TemplateLibrary.Shipped.Templates];
        List<Written> programs = [.. templates.Select(t => Of([t], random))];
        for (int i = 0; i < Combinations; i++)
        {
            programs.Add(Of([.. random.GetItems(templates, random.Next(2, 4)).Distinct().Where(t => t.Kind != "deep_sleep")], random));
        }

        Written[] said = [.. Said()];
        random.Shuffle(said);
        programs.AddRange(said.Take(Sentences));
        await using DryRunService service = new(new DryRunOptions { WarmWorkers = AtOnce, DeadlineS = DeadlineS }, TimeProvider.System);
        ProgramGates gates = new(service);
        ConcurrentBag<string> failed = [];
        await Parallel.ForEachAsync(programs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (program, cancellation) =>
        {
            Scenario scenario = program.Scenario.Deserialize<Scenario>(ScenarioJson.Options)!;
            GateReport report = await gates.JudgeAsync(program.Source, scenario, new PolicyOptions(PolicyData.Shipped, program.Board), cancellation);
            if (!report.Passed)
            {
                failed.Add($"{program.Name}\n  {string.Join("\n  ", report.Findings.Where(f => f.Rule.Severity == Severity.Refused).Select(f => $"{f.Rule.Id} {f.Position.Line}: {f.Message}"))}"
                    + $"\n  {report.Report?.Verdict}{report.DryRunError?.Message}\n  {program.Scenario.ToJsonString()}\n");
            }
        });
        output.WriteLine($"counted: {programs.Count} programs written, {failed.Count} failed");
        Assert.True(failed.IsEmpty, $"{failed.Count} of {programs.Count}\n" + string.Join('\n', failed.Order()));
    }

    private static Written Of(Template[] templates, Random random)
    {
        string[] companions = [.. templates.Select(t => t.Companion).OfType<string>().Distinct().Where(c => templates.All(t => t.Name != c))];
        Template[] all = [.. companions.Select(c => TemplateLibrary.Shipped.Find(c).Value), .. templates];
        Queue<int> free = new(Shuffled([4, 5, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27], random)), analog = new(Shuffled([32, 33, 34, 35, 36, 39], random));
        FilledTemplate[] filled = [.. all.Select(t => Filled(t, free, analog))];
        return new Written(string.Join(" + ", all.Select(t => t.Name)), Esp32.Name, ProgramComposer.Compose("a try", filled, Esp32), ScenarioWriter.Write(Esp32.Name, filled));
    }

    private static FilledTemplate Filled(Template template, Queue<int> free, Queue<int> analog)
    {
        Dictionary<string, JsonNode?> values = template.Parameters.Where(p => p.Type == "pin").ToDictionary(p => p.Name, p => (JsonNode?)(p.Direction == "analog" ? analog : free).Dequeue());
        if (template.Parameter("prefix") is not null)
        {
            // Two sensors of one quantity would publish under one name, and two outputs of one name take each other's commands.
            values["prefix"] = template.Name + "_";
        }

        if (template.Parameter("name") is not null)
        {
            values["name"] = template.Name;
        }

        return FilledTemplate.Of(template, values).Value;
    }

    private static int[] Shuffled(int[] pins, Random random)
    {
        random.Shuffle(pins);
        return pins;
    }

    private static IEnumerable<Written> Said()
    {
        JsonArray corpus = (JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(Interpreter.Root, "tests/EdgeMesh.Hub.Tests/Codegen/sentences.json")))!;
        foreach (JsonNode? sentence in corpus.Where(c => c!["is"] is not null))
        {
            Reading reading = SentenceReader.Read(sentence!["say"]!.GetValue<string>(), Board.Find(sentence["board"]?.GetValue<string>() ?? "esp32")!);
            WrittenProgram program = ProgramWriter.Write(reading).Value;
            yield return new Written(reading.Request, reading.Board.Name, program.Source, program.Scenario);
        }
    }
}

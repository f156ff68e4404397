using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Prompts;

/// <summary>What a program is tried in that a model writes, made without the model: of what the reader of sentences understands of the request.</summary>
/// <param name="Scenario">The world and what is expected; at the least, that nothing fails.</param>
/// <param name="Understood">What it was made of, in sentences; empty where nothing was understood.</param>
internal sealed partial record RequestScenario(Scenario Scenario, IReadOnlyList<string> Understood)
{
    /// <summary>The scenario of a reading.</summary>
    /// <remarks>
    /// Where the whole was read but for something missing, of the behaviours that are whole. Else of the sentences that are complete by themselves. Values are
    /// not expected: what is asked beyond the templates may well change them.
    /// </remarks>
    internal static RequestScenario Of(Reading reading)
    {
        Behaviour[] behaviours = reading.Refused.Count == 0
            ? [.. reading.Behaviours]
            : [.. Sentence().Split(reading.Request).Select(part => SentenceReader.Read(part, reading.Board)).Where(r => r.Complete).SelectMany(r => r.Behaviours)];
        (Behaviour Behaviour, FilledTemplate Filled)[] whole =
        [
            .. behaviours.Select(b => (b, Filled: FilledTemplate.Of(TemplateLibrary.Shipped.Find(b.Template).Value, b.Values))).Where(f => f.Filled.IsOk).Select(f => (f.b, f.Filled.Value)),
        ];
        Scenario scenario = whole.Length == 0
            ? ProgramGates.Uneventful(reading.Board.Name) with { Expect = [new Expectation { Exceptions = 0 }] }
            : Checked(ScenarioWriter.Write(reading.Board.Name, [.. whole.Select(w => w.Filled)]));
        return new RequestScenario(scenario, [.. whole.Select(w => Wording.Of(w.Behaviour))]);
    }

    private static Scenario Checked(JsonObject written)
    {
        Scenario scenario = written.Deserialize<Scenario>(ScenarioJson.Options)!;
        return scenario with { Expect = [.. scenario.Expect.Where(e => e.Value is null)] };
    }

    [GeneratedRegex(@"(?<=[.;!?])\s+|\n+")]
    private static partial Regex Sentence();
}

using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A program written of a reading.</summary>
/// <param name="Source">MicroPython with <c>setup()</c> and <c>loop()</c>.</param>
/// <param name="Scenario">The dry run's scenario and expectations.</param>
/// <param name="Summary">What it does and what was assumed, in sentences.</param>
/// <param name="Templates">The templates it is made of.</param>
/// <param name="Capabilities">What the device must be capable of.</param>
/// <param name="Pins">The pins it uses.</param>
/// <param name="Wiring">What is to be connected where, in sentences.</param>
public sealed record WrittenProgram(
    string Source, JsonObject Scenario, IReadOnlyList<string> Summary, IReadOnlyList<string> Templates, IReadOnlyList<string> Capabilities, IReadOnlyList<PinUse> Pins,
    IReadOnlyList<string> Wiring);

/// <summary>Writes programs of readings, by templates.</summary>
public static class ProgramWriter
{
    /// <summary>The program; <see cref="ErrorCodes.RequestNotUnderstood"/> where the reading is not complete.</summary>
    public static Result<WrittenProgram> Write(Reading reading)
    {
        if (!reading.Complete)
        {
            string open = reading.Refused.Select(r => r.Reason).Concat(reading.Missing.Select(m => m.Question)).FirstOrDefault("there is nothing to do");
            return new Error(reading.Refused.Select(r => r.Code).FirstOrDefault(ErrorCodes.RequestNotUnderstood), "No program can be written of the request: " + open);
        }

        List<FilledTemplate> filled = [];
        foreach (Behaviour behaviour in reading.Behaviours)
        {
            Result<FilledTemplate> one = FilledTemplate.Of(TemplateLibrary.Shipped.Find(behaviour.Template).Value, behaviour.Values);
            if (!one.IsOk)
            {
                return one.Error!;
            }

            filled.Add(one.Value);
        }

        return new WrittenProgram(
            ProgramComposer.Compose(reading.Request, filled, reading.Board),
            ScenarioWriter.Write(reading.Board.Name, filled),
            [.. reading.Understood, .. reading.Assumed],
            [.. filled.Select(f => f.Template.Name)],
            [.. filled.SelectMany(f => f.Template.Capabilities).Distinct()],
            [.. filled.SelectMany(f => f.Pins)],
            [.. filled.Where(f => f.Pins.Count > 0).Select(WiringOf).Distinct()]);
    }

    private static string WiringOf(FilledTemplate f) => $"{f.Template.Title} ({string.Join(", ", f.Pins.Select(p => $"{p.Role}: GPIO {p.Pin}"))}): {f.Template.Wiring}";
}

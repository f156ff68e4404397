using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation;

/// <summary>Writes programs of templates, which a deterministic reader of sentences fills: no model, no guessing.</summary>
public sealed class TemplateGenerator : IProgramGenerator
{
    /// <summary><see cref="ProgramDraft.Origin"/> of what it writes.</summary>
    public const string Origin = "template";

    /// <inheritdoc/>
    public Task<Result<ProgramDraft>> GenerateAsync(ProgramRequest request, IProgress<string> progress, CancellationToken cancellation)
    {
        progress.Report("Reading the request");
        return Task.FromResult(Write(SentenceReader.Read(request.Description, request.Board)));
    }

    /// <summary>The program of a reading; why not where it is not complete.</summary>
    internal static Result<ProgramDraft> Write(Reading reading)
    {
        Result<WrittenProgram> written = ProgramWriter.Write(reading);
        return written.IsOk
            ? new ProgramDraft(written.Value.Source, Origin, written.Value.Summary)
            {
                Scenario = written.Value.Scenario.Deserialize<Scenario>(ScenarioJson.Options), Templates = written.Value.Templates,
                Wiring = written.Value.Wiring,
            }
            : written.Error!;
    }
}

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation;

/// <summary>
/// Writes programs of templates where the request is understood, and with a model where it is not and there is one. What is refused is refused: no model is
/// asked for what is forbidden, contradicts itself, or cannot be on the board.
/// </summary>
public sealed class HybridGenerator(ModelGenerator model, ModelRouter router) : IProgramGenerator
{
    // What a reader of sentences says of its own limits. All other refusals are about the request.
    private static readonly string[] BeyondTemplates = [ErrorCodes.RequestUnsupported, ErrorCodes.RequestNotUnderstood];

    /// <inheritdoc/>
    public async Task<Result<ProgramDraft>> GenerateAsync(ProgramRequest request, IProgress<string> progress, CancellationToken cancellation)
    {
        progress.Report("Reading the request");
        Reading reading = SentenceReader.Read(request.Description, request.Board);
        bool stands = reading.Refused.Any(r => !BeyondTemplates.Contains(r.Code));
        return reading.Complete || stands || !router.Configured
            ? TemplateGenerator.Write(reading)
            : await model.GenerateAsync(request, reading, progress, cancellation).ConfigureAwait(false);
    }
}

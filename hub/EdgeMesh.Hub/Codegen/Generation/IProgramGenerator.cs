using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Generation;

/// <summary>Writes programs: of templates, or with a model.</summary>
public interface IProgramGenerator
{
    /// <summary>Writes one.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="progress">Told each step, as a sentence a person may read while waiting.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>A draft, which nobody has judged yet but its writer; else why there is none and what to do.</returns>
    Task<Result<ProgramDraft>> GenerateAsync(ProgramRequest request, System.IProgress<string> progress, CancellationToken cancellation);
}

/// <summary>What a program is to be written of.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="DeviceType">Its type.</param>
/// <param name="Board">Its pins.</param>
/// <param name="Description">What it should do, in a person's words.</param>
public sealed record ProgramRequest(string Device, string DeviceType, Board Board, string Description)
{
    /// <summary>What the device said it can do; empty where it has not said.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The program that it runs now; null for none of ours.</summary>
    public string? PreviousSource { get; init; }

    /// <summary>Pins that something else on the device uses.</summary>
    public IReadOnlySet<int> UsedPins { get; init; } = new HashSet<int>();
}

/// <summary>A program as its writer left it, with what it is to be tried against.</summary>
/// <param name="Source">MicroPython with <c>setup()</c> and <c>loop()</c>, or <c>main()</c>.</param>
/// <param name="Origin"><c>template</c>, <c>model</c> or <c>person</c>.</param>
/// <param name="Summary">What it does and what was assumed, in sentences.</param>
public sealed record ProgramDraft(string Source, string Origin, IReadOnlyList<string> Summary)
{
    /// <summary>What happens around it in the dry run, and what is expected; null where nobody knows.</summary>
    public Scenario? Scenario { get; init; }

    /// <summary>What is to be connected where, in sentences; empty where nobody knows.</summary>
    public IReadOnlyList<string> Wiring { get; init; } = [];

    /// <summary>The templates it is made of.</summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>The model that wrote it; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of what the model was told, in hex; null for none.</summary>
    public string? PromptSha256 { get; init; }

    /// <summary>How many times the model was asked.</summary>
    public int Rounds { get; init; }
}

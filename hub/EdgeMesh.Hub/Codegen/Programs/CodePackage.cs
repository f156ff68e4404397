using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>A version of a device's program as it is kept for ever: the content, and the hash that approvals are for.</summary>
/// <param name="Device">The device.</param>
/// <param name="Version">1, 2, 3, … of this device.</param>
/// <param name="Json">The content as it is stored.</param>
/// <param name="Sha256">SHA-256 of that text, in hex.</param>
/// <param name="Created">When it was made, in seconds since 1970-01-01 UTC.</param>
public sealed record CodePackage(string Device, long Version, string Json, string Sha256, long Created)
{
    private PackageContent? _content;

    /// <summary>The content, read.</summary>
    public PackageContent Content => _content ??= PackageContent.FromJson(Json);

    /// <summary>How people call it: <c>porch@3</c>.</summary>
    public string Name => $"{Device}@{Version}";

    /// <summary>Whether the text is still the one that was stored.</summary>
    internal bool IsWhole => Sha256 == HashOf(Json);

    internal static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}

/// <summary>What a package holds: the program, what it was made of, and the evidence.</summary>
public sealed record PackageContent
{
    /// <summary>The only platform so far.</summary>
    public const string MicroPython = "micropython";

    private static readonly JsonSerializerOptions Options = new(ScenarioJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>What runs it.</summary>
    public string Platform { get; init; } = MicroPython;

    /// <summary>The type of device it was made for.</summary>
    public required string DeviceType { get; init; }

    /// <summary>The board whose pins were meant.</summary>
    public required string Board { get; init; }

    /// <summary>Why it is taken to be that board, as a sentence.</summary>
    public required string BoardSource { get; init; }

    /// <summary>The program.</summary>
    public required string Source { get; init; }

    /// <summary>What was asked for, in a person's words.</summary>
    public required string Request { get; init; }

    /// <summary><c>template</c>, <c>model</c> or <c>person</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The version that a person edited; null for none.</summary>
    public long? Basis { get; init; }

    /// <summary>What it does and what was assumed, in sentences.</summary>
    public IReadOnlyList<string> Summary { get; init; } = [];

    /// <summary>What is to be connected where, in sentences.</summary>
    public IReadOnlyList<string> Wiring { get; init; } = [];

    /// <summary>The templates it is made of.</summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>The model that wrote it; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of what the model was told, in hex; null for none.</summary>
    public string? PromptSha256 { get; init; }

    /// <summary>How many times the model was asked.</summary>
    public int Rounds { get; init; }

    /// <summary>Hosts that were allowed to this program alone.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>What it was tried against.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>What the policy found.</summary>
    public IReadOnlyList<ProgramFinding> Findings { get; init; } = [];

    /// <summary>What it did in the dry run; null where it was not tried.</summary>
    public BehaviourReport? Report { get; init; }

    /// <summary>What the gates said: one of <see cref="Gates"/>.</summary>
    public required string Gate { get; init; }

    /// <summary>The error code where a gate was not passed; empty otherwise.</summary>
    public string GateCode { get; init; } = "";

    /// <summary>Why a gate was not passed, as a sentence.</summary>
    public string GateReason { get; init; } = "";

    /// <summary>The content as it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads it back; what a later version added is passed over.</summary>
    public static PackageContent FromJson(string json) => JsonSerializer.Deserialize<PackageContent>(json, Options)!;
}

/// <summary>What the gates can say of a program.</summary>
public static class Gates
{
    /// <summary>All were passed.</summary>
    public const string Passed = "passed";

    /// <summary>One refused it: it is kept, and goes nowhere.</summary>
    public const string Refused = "refused";

    /// <summary>It keeps the policy and was not tried out, since there was no sandbox.</summary>
    public const string Untried = "untried";
}

/// <summary>A finding of the policy, as it is kept.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Severity"><c>refused</c> or <c>warning</c>.</param>
/// <param name="Line">Where, from 1.</param>
/// <param name="Column">Where in the line, from 1.</param>
/// <param name="Message">What stands there and why it is refused or doubtful.</param>
/// <param name="Hint">What to write instead.</param>
public sealed record ProgramFinding(string Rule, string Severity, int Line, int Column, string Message, string Hint)
{
    /// <summary>The finding as it is kept.</summary>
    public static ProgramFinding Of(Finding f) =>
        new(f.Rule.Id, f.Rule.Severity.ToString().ToLowerInvariant(), f.Position.Line, f.Position.Column, f.Message, f.Hint);
}

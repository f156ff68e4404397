using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Hub.Events;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Where a version of a program stands.</summary>
public static class ProgramStates
{
    /// <summary>A gate refused it.</summary>
    public const string Refused = "refused";

    /// <summary>It was not tried out and waits for a person who approves it all the same.</summary>
    public const string Untried = "untried";

    /// <summary>It passed every gate and waits for a person's approval.</summary>
    public const string Ready = "ready";

    /// <summary>It may be sent.</summary>
    public const string Approved = "approved";

    /// <summary>It is on its way to the device, or on trial there.</summary>
    public const string Deploying = "deploying";

    /// <summary>It did not get onto the device.</summary>
    public const string Failed = "failed";

    /// <summary>The device confirmed it, and the hub watches it.</summary>
    public const string Probation = "probation";

    /// <summary>It runs, and did well while it was watched.</summary>
    public const string Healthy = "healthy";

    /// <summary>It did not do well, and the one before it is to be sent.</summary>
    public const string Condemned = "condemned";

    /// <summary>It did not do well, and there is nothing to go back to.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>The device or the hub went back to what ran before.</summary>
    public const string RolledBack = "rolled_back";

    /// <summary>Another one took its place.</summary>
    public const string Replaced = "replaced";
}

/// <summary>A version of a program with where it stands.</summary>
/// <param name="Device">The device.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">One of <see cref="ProgramStates"/>.</param>
/// <param name="Sha256">SHA-256 of the package, in hex.</param>
/// <param name="Created">When it was made, in seconds since 1970-01-01 UTC.</param>
/// <param name="Package">The package: <see cref="PackageContent"/>.</param>
/// <param name="Approvals">Who approved it.</param>
/// <param name="Deployments">How it went to the device, the latest first.</param>
public sealed record ProgramView(
    string Device, long Version, string State, string Sha256, long Created, JsonElement Package, IReadOnlyList<ProgramEvent> Approvals, IReadOnlyList<DeploymentView> Deployments)
{
    /// <summary>The package, read.</summary>
    [JsonIgnore]
    public PackageContent Content => PackageContent.FromJson(Package.GetRawText());
}

/// <summary>A version of a program in a list.</summary>
/// <param name="Device">The device.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">One of <see cref="ProgramStates"/>.</param>
/// <param name="Origin"><c>template</c>, <c>model</c> or <c>person</c>.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Created">When it was made, in seconds since 1970-01-01 UTC.</param>
/// <param name="Runs">What the device runs, as <c>id@version</c>: this one, another, or a firmware; empty for nothing, or a device that is gone.</param>
public sealed record ProgramSummary(string Device, long Version, string State, string Origin, string Request, long Created, string Runs);

/// <summary>Something that became of a version of a program. Kept for ever.</summary>
/// <param name="Time">When, in seconds since 1970-01-01 UTC.</param>
/// <param name="Device">The device.</param>
/// <param name="Version">The version.</param>
/// <param name="Kind"><c>created</c>, or what it is from then on: one of <see cref="ProgramStates"/>.</param>
/// <param name="Actor">Who did it: a person's account, <c>hub</c>, or <c>device:ID</c>.</param>
/// <param name="Sha256">SHA-256 of the package that was meant, in hex.</param>
/// <param name="Session">The update that it belongs to; 0 for none.</param>
/// <param name="Code">An error code; empty for none. Of an approval: <c>sandbox_unavailable</c> where there was no dry run.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record ProgramEvent(long Time, string Device, long Version, string Kind, string Actor, string Sha256, long Session, string Code, string Reason)
{
    /// <summary><see cref="Kind"/> of the first event of each version.</summary>
    public const string Created = "created";
}

/// <summary>One way of a program to its device, and what it did there.</summary>
/// <param name="Session">The update's number.</param>
/// <param name="Version">The version.</param>
/// <param name="State">One of <see cref="ProgramStates"/>.</param>
/// <param name="Previous">What ran before and is gone back to, as <c>id@version</c>; empty for nothing.</param>
/// <param name="Code">Why it did not do well; empty otherwise.</param>
/// <param name="Reason">The cause as a sentence.</param>
/// <param name="Until">Until when it is watched, in seconds since 1970-01-01 UTC; 0 before it is.</param>
/// <param name="Faults">How often it stopped while it was watched.</param>
/// <param name="Manifest">base64url of the manifest that was sent.</param>
/// <param name="Signature">base64url of the hub's signature over it.</param>
/// <param name="Created">When it was begun, in seconds since 1970-01-01 UTC.</param>
public sealed record DeploymentView(
    long Session, long Version, string State, string Previous, string Code, string Reason, long Until, long Faults, string Manifest, string Signature, long Created);

/// <summary>A step in the making of a program, for who waits for it.</summary>
/// <param name="Device">The device.</param>
/// <param name="Text">The step, as a sentence.</param>
public sealed record ProgramStep(string Device, string Text) : HubEvent;

/// <summary>Something became of a program.</summary>
public sealed record ProgramChanged(ProgramEvent Event) : HubEvent;

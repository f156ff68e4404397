using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>What is asked for at <c>codegen/{job}/request</c>.</summary>
/// <param name="Device">The device.</param>
/// <param name="Description">What it should do, in a person's words.</param>
/// <param name="Board">The board, where the device does not say; null for the usual one.</param>
/// <param name="Hosts">Hosts that the program may talk to, with commas between; null for none beside the policy's.</param>
/// <param name="Deploy">Whether it is to be sent to the device once it is approved by the policy itself; a person's approval is not given here.</param>
public sealed record JobRequest(string Device, string Description, string? Board = null, string? Hosts = null, bool Deploy = false)
{
    /// <summary>Reads a request.</summary>
    /// <returns>The request; <c>invalid_argument</c> with what is wrong.</returns>
    public static Result<JobRequest> Read(byte[] payload)
    {
        if (payload.Length > Limits.JsonPayloadBytes)
        {
            return new Error(ErrorCodes.MessageTooLarge, $"The request has {payload.Length} bytes; {Limits.JsonPayloadBytes} are the most.");
        }

        try
        {
            JobRequest? request = JsonSerializer.Deserialize<JobRequest>(payload, Operation.Json);
            return request is { Device: not null, Description: not null } ? request
                : new Error(ErrorCodes.InvalidArgument, """A request is {"device": …, "description": …}, and may have board, hosts and deploy.""");
        }
        catch (JsonException problem)
        {
            return new Error(ErrorCodes.InvalidArgument, $$"""The request cannot be read: {{problem.Message}} A request is {"device": …, "description": …}, and may have board, hosts and deploy.""");
        }
    }
}

/// <summary>Where a job stands.</summary>
public static class JobStates
{
    /// <summary>It waits for its turn.</summary>
    public const string Queued = "queued";

    /// <summary>The program is being written and tried.</summary>
    public const string Working = "working";

    /// <summary>The program is there, and waits for a person's approval: <c>edgemesh program approve</c>.</summary>
    public const string Waiting = "waiting";

    /// <summary>The program is there and approved, or on its way to the device where that was asked for.</summary>
    public const string Done = "done";

    /// <summary>The program is there, and a gate refused it.</summary>
    public const string Refused = "refused";

    /// <summary>There is no program.</summary>
    public const string Failed = "failed";

    /// <summary>Whether nothing more happens to it.</summary>
    public static bool IsFinal(string state) => state is not Queued and not Working;
}

/// <summary>A job as it is stored, and as <c>codegen/{job}/status</c> tells it.</summary>
/// <param name="Job">Its id: the asker's name for it.</param>
/// <param name="Device">The device.</param>
/// <param name="State">One of <see cref="JobStates"/>.</param>
/// <param name="Version">The version of the program that was written; null for none.</param>
/// <param name="Session">The update that brings it to the device; null for none.</param>
/// <param name="Code">An error code; empty for none.</param>
/// <param name="Reason">Why it stands so, and what to do next.</param>
/// <param name="Created">When it was asked for, in seconds since 1970-01-01 UTC.</param>
/// <param name="Updated">When it last changed, likewise.</param>
public sealed record JobView(string Job, string Device, string State, long? Version, long? Session, string Code, string Reason, long Created, long Updated)
{
    /// <summary>What is being done, as a sentence; null where nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Step { get; init; }

    /// <summary>Why the latest message at this job's request was not taken; null where it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ignored { get; init; }
}

/// <summary>A part of a text that does not fit one message: <c>codegen/{job}/code</c>, and <c>codegen/{job}/code/2</c> and on.</summary>
/// <param name="Job">The job.</param>
/// <param name="Part">Which part, from 1.</param>
/// <param name="Parts">How many there are.</param>
/// <param name="Text">The part; the whole is the parts' texts one after the other.</param>
public sealed record JobPart(string Job, int Part, int Parts, string Text);

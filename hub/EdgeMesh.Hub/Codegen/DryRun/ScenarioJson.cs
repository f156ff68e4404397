using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>Scenarios and reports as JSON.</summary>
public static class ScenarioJson
{
    /// <summary>snake_case, nothing unknown taken, what is not given not written.</summary>
    public static readonly JsonSerializerOptions Options = new(Operation.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Largest scenario, in characters.</summary>
    public const int LengthMax = 256 * 1024;

    /// <summary>Reads a scenario and checks it; <c>invalid_argument</c> says what is wrong with it.</summary>
    public static Result<Scenario> Read(string json)
    {
        if (json.Length > LengthMax)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The scenario has {json.Length} characters; {LengthMax} are the most.");
        }

        try
        {
            Scenario? scenario = JsonSerializer.Deserialize<Scenario>(json, Options);
            return scenario is null ? new Error(ErrorCodes.InvalidArgument, "The scenario is null; give an object with duration_s.") : ScenarioCheck.Of(scenario);
        }
        catch (JsonException problem)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The scenario is not what is read: {problem.Message}");
        }
    }
}

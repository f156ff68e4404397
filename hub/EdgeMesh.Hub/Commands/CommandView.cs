using System.Text.Json;

namespace EdgeMesh.Hub.Commands;

/// <summary>A command as people see it. Its members are not shown: they may hold what is nobody else's.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Device">The device.</param>
/// <param name="Name">Which command.</param>
/// <param name="State">One of <see cref="CommandStates"/>.</param>
/// <param name="Answer">What the program answered.</param>
/// <param name="Code">Why it did not succeed.</param>
/// <param name="Reason">The same as a sentence.</param>
/// <param name="Created">When it was given, in seconds since 1970-01-01 UTC.</param>
/// <param name="Expires">When it is given up.</param>
/// <param name="Updated">When its state last changed.</param>
public sealed record CommandView(
    long Sequence, string Device, string Name, string State, JsonElement? Answer, string Code, string Reason, long Created, long Expires, long Updated)
{
    internal static CommandView Of(CommandRow row) => new(
        row.Sequence, row.Device, row.Name, row.State, row.Answer is null ? null : JsonDocument.Parse(row.Answer).RootElement, row.Code, row.Reason,
        row.Created, row.Expires, row.Updated);
}

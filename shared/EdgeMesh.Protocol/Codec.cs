using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol;

/// <summary>Messages to JSON members and back. A reader sets <see cref="JsonObject.Problem"/> where a member is not what it must be.</summary>
/// <remarks>A part for each file of <c>EdgeMesh.Contracts/Messages</c>. The AsyncAPI document's schemas are made from what its <c>Read…</c> methods say.</remarks>
public static partial class Codec
{
    private const int CodeLength = 40;
    private const int Sha256Digits = 64;

    private static string Shorten(string reason)
    {
        string kept = Utf8.Cut(reason, Limits.ReasonLength);
        return kept.Length == reason.Length ? reason : Utf8.Cut(reason, Limits.ReasonLength - 3) + "...";
    }
}

using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.Messaging;

/// <summary>A message of the hub whose signature was checked.</summary>
internal sealed class HubMessage
{
    private HubMessage(TopicKind kind, JsonObject? body, byte[]? frame)
    {
        Kind = kind;
        Body = body;
        Frame = frame;
    }

    internal TopicKind Kind { get; }

    /// <summary>The members; null for a chunk frame.</summary>
    internal JsonObject? Body { get; }

    /// <summary>A binary chunk frame; null for all else.</summary>
    internal byte[]? Frame { get; }

    internal static HubMessage Json(TopicKind kind, JsonObject body) => new HubMessage(kind, body, null);

    internal static HubMessage Chunk(byte[] frame) => new HubMessage(TopicKind.OtaChunk, null, frame);
}

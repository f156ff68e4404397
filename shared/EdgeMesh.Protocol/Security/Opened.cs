using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>What came of opening a message: its body, or why it was refused.</summary>
public sealed class Opened
{
    private Opened(JsonObject? body, byte[]? plain, string code, string reason)
    {
        Body = body;
        Plain = plain;
        Code = code;
        Reason = reason;
    }

    /// <summary>The verified body; null where the message was refused.</summary>
    public JsonObject? Body { get; }

    /// <summary>The body's bytes where it was encrypted; null where they are the payload's own.</summary>
    public byte[]? Plain { get; }

    /// <summary>Why it was refused: one of <see cref="Contracts.ErrorCodes"/>; empty where it was not.</summary>
    public string Code { get; }

    /// <summary>The refusal as a sentence.</summary>
    public string Reason { get; }

    /// <summary>A message that may be believed.</summary>
    public static Opened Good(JsonObject body, byte[]? plain = null) => new Opened(body, plain, "", "");

    /// <summary>A message that may not.</summary>
    public static Opened Refused(string code, string reason) => new Opened(null, null, code, reason);
}

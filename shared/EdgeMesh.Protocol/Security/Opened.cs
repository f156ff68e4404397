using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Security;

/// <summary>What came of opening a message: its body, or why it was refused.</summary>
public sealed class Opened
{
    private Opened(JsonObject? body, string code, string reason)
    {
        Body = body;
        Code = code;
        Reason = reason;
    }

    /// <summary>The verified body; null where the message was refused.</summary>
    public JsonObject? Body { get; }

    /// <summary>Why it was refused: one of <see cref="Contracts.ErrorCodes"/>; empty where it was not.</summary>
    public string Code { get; }

    /// <summary>The refusal as a sentence.</summary>
    public string Reason { get; }

    /// <summary>A message that may be believed.</summary>
    public static Opened Good(JsonObject body) => new Opened(body, "", "");

    /// <summary>A message that may not.</summary>
    public static Opened Refused(string code, string reason) => new Opened(null, code, reason);
}

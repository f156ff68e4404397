using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Audit;

/// <summary>Who asks, and from where.</summary>
/// <param name="Actor">A person's account (<c>pi</c>), <c>hub</c> itself, or a device (<c>device:garden</c>).</param>
/// <param name="Origin">The frontend and what it knows of the peer: <c>socket pid 4711</c>.</param>
public sealed record Caller(string Actor, string Origin)
{
    /// <summary>Begins the actor of what came over MQTT.</summary>
    internal const string Mqtt = "mqtt:";

    /// <summary>Begins the actor of what a language model's tool did, before the account that it runs under.</summary>
    internal const string Tool = "tool:";

    /// <summary>The <c>User-Agent</c> by which the tool says so. Claimed by another it gives no right, and takes one.</summary>
    public const string ToolAgent = "edgemesh-tool";

    /// <summary>What the hub does by itself: timers, and what follows from an event.</summary>
    public static Caller Hub { get; } = new("hub", "hub");

    /// <summary>A device, by the word of the broker alone: whoever claims to be it.</summary>
    public static Caller Device(string id) => new("device:" + Printable.Of(id), "mqtt");
}

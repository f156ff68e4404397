namespace EdgeMesh.Hub.Devices;

/// <summary>What devices may ask of the hub; configuration section <c>Devices</c>.</summary>
public sealed class DeviceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Devices";

    /// <summary>
    /// Messages a second that a device may send on and on, 1 to 10,000. Default 20. What is over it is refused as <c>rate_limited</c>. An
    /// acknowledgement of a chunk that was sent is not in this count.
    /// </summary>
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>Messages that a device may send at once after it was quiet, 1 to 100,000. Default 200: many times what it says when it comes back.</summary>
    public int MessageBurst { get; set; } = 200;
}

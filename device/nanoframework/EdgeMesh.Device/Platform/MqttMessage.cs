namespace EdgeMesh.Device.Platform;

/// <summary>A message that arrived.</summary>
public sealed class MqttMessage
{
    /// <summary>A message.</summary>
    public MqttMessage(string topic, byte[] payload)
    {
        Topic = topic;
        Payload = payload;
    }

    /// <summary>Its topic.</summary>
    public string Topic { get; }

    /// <summary>Its payload.</summary>
    public byte[] Payload { get; }
}

namespace EdgeMesh.Device.Platform;

/// <summary>One connection at a time to an MQTT 3.1.1 broker, with a clean session. Only <see cref="Connect"/> may block.</summary>
public interface IMqttConnection
{
    /// <summary>Whether a connection stands. Once it was lost it stays false until <see cref="Connect"/>.</summary>
    bool Connected { get; }

    /// <summary>Connects and subscribes, blocking at most for the time in the settings.</summary>
    /// <returns>Empty, or why it failed as a sentence.</returns>
    string Connect(MqttSettings settings);

    /// <summary>Queues a message; dropped where the connection is lost.</summary>
    void Publish(string topic, byte[] payload, int qos, bool retain);

    /// <summary>The oldest message that waits; null for none. Forgotten with the connection.</summary>
    MqttMessage? Receive();

    /// <summary>Ends the connection, if any, without a good-bye.</summary>
    void Close();
}

namespace EdgeMesh.Mqtt;

/// <summary>How hard the two sides try to deliver a message (MQTT 3.1.1, section 4.3). Level 2 is not spoken here.</summary>
public enum MqttQualityOfServiceLevel
{
    /// <summary>Sent once, never acknowledged: it arrives once or not at all.</summary>
    AtMostOnce = 0,

    /// <summary>Resent until acknowledged: it arrives once or more often.</summary>
    AtLeastOnce = 1,
}

using System.Collections.Generic;

namespace EdgeMesh.Mqtt;

/// <summary>The broker's verdict on a connection attempt; the numbers are MQTT 5's, as in MQTTnet.</summary>
public enum MqttClientConnectResultCode
{
    /// <summary>Connected.</summary>
    Success = 0,

    /// <summary>The broker does not speak MQTT 3.1.1 (CONNACK 1).</summary>
    UnsupportedProtocolVersion = 132,

    /// <summary>The broker does not allow this client id (CONNACK 2).</summary>
    ClientIdentifierNotValid = 133,

    /// <summary>User name or password is wrong (CONNACK 4).</summary>
    BadUserNameOrPassword = 134,

    /// <summary>This client may not connect (CONNACK 5). Mosquitto answers this to a wrong password too.</summary>
    NotAuthorized = 135,

    /// <summary>MQTT is not available right now (CONNACK 3).</summary>
    ServerUnavailable = 136,
}

/// <summary>How a connection attempt ended that reached the broker's verdict.</summary>
public sealed class MqttClientConnectResult
{
    /// <summary>The verdict.</summary>
    public required MqttClientConnectResultCode ResultCode { get; init; }

    /// <summary>The broker still knows this client's subscriptions. Never with a clean session.</summary>
    public bool IsSessionPresent { get; init; }

    /// <summary>The verdict as a sentence with what to do.</summary>
    public required string ReasonString { get; init; }
}

/// <summary>How a message was handed over.</summary>
public sealed class MqttClientPublishResult
{
    internal static readonly MqttClientPublishResult AtMostOnce = new();

    /// <summary>The identifier it was acknowledged under; null at quality 0, which nobody acknowledges.</summary>
    public ushort? PacketIdentifier { get; init; }
}

/// <summary>The broker's verdict on one topic filter.</summary>
public enum MqttClientSubscribeResultCode
{
    /// <summary>Granted at quality 0.</summary>
    GrantedQoS0 = 0,

    /// <summary>Granted at quality 1.</summary>
    GrantedQoS1 = 1,

    /// <summary>Granted at quality 2, which was not asked for.</summary>
    GrantedQoS2 = 2,

    /// <summary>Refused; 3.1.1 gives no cause. Usually the account may not read the topic.</summary>
    UnspecifiedError = 0x80,
}

/// <summary>A topic filter with the broker's verdict.</summary>
/// <param name="TopicFilter">The filter asked for.</param>
/// <param name="ResultCode">The verdict.</param>
public sealed record MqttClientSubscribeResultItem(MqttTopicFilter TopicFilter, MqttClientSubscribeResultCode ResultCode);

/// <summary>The broker's verdicts on a subscription, in the order of the filters.</summary>
/// <param name="Items">One verdict for each filter.</param>
public sealed record MqttClientSubscribeResult(IReadOnlyList<MqttClientSubscribeResultItem> Items);

/// <summary>What to subscribe to.</summary>
/// <param name="Topic">A topic filter; may hold the wildcards + and #.</param>
/// <param name="QualityOfServiceLevel">The highest level to receive at.</param>
public sealed record MqttTopicFilter(
    string Topic, MqttQualityOfServiceLevel QualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce);

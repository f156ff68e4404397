using System;
using System.Collections.Generic;

namespace EdgeMesh.Mqtt.Packets;

/// <summary>The high half of a packet's first byte (MQTT 3.1.1, table 2.1).</summary>
internal enum MqttControlPacketType
{
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
}

/// <summary>One control packet of MQTT 3.1.1. The packets of quality 2 are left out: the client never asks for it.</summary>
internal abstract record MqttPacket;

internal sealed record MqttConnectPacket(string ClientId, bool CleanSession, ushort KeepAliveSeconds) : MqttPacket
{
    public MqttApplicationMessage? Will { get; init; }
    public string? UserName { get; init; }
    public ReadOnlyMemory<byte>? Password { get; init; }
}

/// <param name="SessionPresent">The broker kept the session.</param>
/// <param name="ReturnCode">0 for accepted, 1 to 5 for the refusals of table 3.1.</param>
internal sealed record MqttConnAckPacket(bool SessionPresent, byte ReturnCode) : MqttPacket;

/// <param name="Message">The message, with its flags.</param>
/// <param name="PacketIdentifier">Never 0 at quality 1, always 0 at quality 0.</param>
internal sealed record MqttPublishPacket(MqttApplicationMessage Message, ushort PacketIdentifier) : MqttPacket;

/// <summary>A packet that answers the packet with this identifier.</summary>
internal abstract record MqttAcknowledgement(ushort PacketIdentifier) : MqttPacket;

internal sealed record MqttPubAckPacket(ushort PacketIdentifier) : MqttAcknowledgement(PacketIdentifier);

internal sealed record MqttSubscribePacket(ushort PacketIdentifier, IReadOnlyList<MqttTopicFilter> TopicFilters) : MqttPacket;

internal sealed record MqttSubAckPacket(ushort PacketIdentifier, IReadOnlyList<MqttClientSubscribeResultCode> ReturnCodes)
    : MqttAcknowledgement(PacketIdentifier);

internal sealed record MqttUnsubscribePacket(ushort PacketIdentifier, IReadOnlyList<string> TopicFilters) : MqttPacket;

internal sealed record MqttUnsubAckPacket(ushort PacketIdentifier) : MqttAcknowledgement(PacketIdentifier);

internal sealed record MqttPingReqPacket : MqttPacket
{
    public static readonly MqttPingReqPacket Instance = new();
}

internal sealed record MqttPingRespPacket : MqttPacket
{
    public static readonly MqttPingRespPacket Instance = new();
}

internal sealed record MqttDisconnectPacket : MqttPacket
{
    public static readonly MqttDisconnectPacket Instance = new();
}

using System;
using System.Buffers;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Connections;

/// <summary>CONNECT out of options, and CONNACK into a verdict.</summary>
internal static class MqttHandshake
{
    public static MqttConnectPacket Connect(MqttClientOptions options) =>
        new(options.ClientId, options.CleanSession, (ushort)Math.Clamp(Math.Ceiling(options.KeepAlivePeriod.TotalSeconds), 0, ushort.MaxValue))
        {
            UserName = options.Credentials?.UserName,
            Password = options.Credentials?.Password,
            Will = options.WillTopic is not { } topic ? null : new MqttApplicationMessage
            {
                Topic = topic,
                Payload = new ReadOnlySequence<byte>(options.WillPayload),
                QualityOfServiceLevel = options.WillQualityOfServiceLevel,
                Retain = options.WillRetain,
            },
        };

    /// <summary>Refuses options that cannot be sent or held.</summary>
    public static void Check(MqttClientOptions options)
    {
        if (options.WillTopic is { } topic && MqttTopicFilterComparer.TopicFault(topic) is { } fault)
            throw new MqttProtocolViolationException($"The will's topic is bad: {fault}");
        if (options.WillPayload.Length > ushort.MaxValue) throw new MqttProtocolViolationException("The will's payload is longer than 65,535 bytes.");
        if (options.Credentials?.Password is { Length: > ushort.MaxValue }) throw new MqttProtocolViolationException("The password is longer than 65,535 bytes.");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumOutgoingMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumIncomingMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumIncomingBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumInflightMessages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaximumInflightMessages, 32_768);
    }

    public static MqttClientConnectResult Result(MqttPacket packet, MqttClientOptions options)
    {
        if (packet is not MqttConnAckPacket answer)
            throw new MqttProtocolViolationException($"The broker answered CONNECT with a {Name(packet)} packet instead of CONNACK.");
        var (code, reason) = answer.ReturnCode switch
        {
            0 => (MqttClientConnectResultCode.Success, "Connected."),
            1 => (MqttClientConnectResultCode.UnsupportedProtocolVersion, "The broker does not speak MQTT 3.1.1. Use another broker."),
            2 => (MqttClientConnectResultCode.ClientIdentifierNotValid, $"The broker does not allow the client id '{options.ClientId}'. Choose another."),
            3 => (MqttClientConnectResultCode.ServerUnavailable, "The broker is not available right now. Try again later."),
            4 => (MqttClientConnectResultCode.BadUserNameOrPassword, $"The broker refused the user name or password{Account(options)}. Check both."),
            _ => (MqttClientConnectResultCode.NotAuthorized, $"The broker refused the client as not authorized{Account(options)}. Check user name, password and client id."),
        };
        return new MqttClientConnectResult { ResultCode = code, ReasonString = reason, IsSessionPresent = answer.SessionPresent };
    }

    public static string HungUp(MqttClientOptions options) =>
        $"The broker at {MqttChannel.Describe(options.ChannelOptions.RemoteEndpoint)} hung up instead of answering CONNECT.";

    /// <summary>The packet's name as the standard writes it.</summary>
    public static string Name(MqttPacket packet) =>
        packet.GetType().Name["Mqtt".Length..^"Packet".Length].ToUpperInvariant();

    private static string Account(MqttClientOptions options) =>
        options.Credentials is { } credentials ? $" of the account '{credentials.UserName}'" : " (none was given)";
}

using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Linq;
using System.Text;

namespace EdgeMesh.Mqtt.Packets;

/// <summary>Encodes control packets straight into the output's buffer. What cannot be encoded is refused before a byte is written.</summary>
internal static class MqttPacketWriter
{
    /// <summary>The largest remaining length that four bytes carry (section 2.2.3).</summary>
    public const int MaximumRemainingLength = 268_435_455;

    private const int MaximumStringBytes = ushort.MaxValue;

    public static void Write(IBufferWriter<byte> output, MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublishPacket publish: WritePublish(output, publish.Message, publish.PacketIdentifier, publish.Message.Dup); break;
            case MqttPubAckPacket ack: WriteIdentifier(output, MqttControlPacketType.PubAck, ack.PacketIdentifier); break;
            case MqttUnsubAckPacket ack: WriteIdentifier(output, MqttControlPacketType.UnsubAck, ack.PacketIdentifier); break;
            case MqttPingReqPacket: WriteHeader(output, MqttControlPacketType.PingReq, 0, 0); break;
            case MqttPingRespPacket: WriteHeader(output, MqttControlPacketType.PingResp, 0, 0); break;
            case MqttDisconnectPacket: WriteHeader(output, MqttControlPacketType.Disconnect, 0, 0); break;
            case MqttConnectPacket connect: WriteConnect(output, connect); break;
            case MqttConnAckPacket ack:
                WriteHeader(output, MqttControlPacketType.ConnAck, 0, 2);
                output.Write([ack.SessionPresent ? (byte)1 : (byte)0, ack.ReturnCode]);
                break;
            case MqttSubscribePacket subscribe:
                WriteHeader(output, MqttControlPacketType.Subscribe, 2, 2 + subscribe.TopicFilters.Sum(filter => 3 + ByteCount(filter.Topic)));
                WriteUInt16(output, subscribe.PacketIdentifier);
                foreach (var filter in subscribe.TopicFilters)
                {
                    WriteString(output, filter.Topic);
                    output.Write([(byte)filter.QualityOfServiceLevel]);
                }
                break;
            case MqttSubAckPacket ack:
                WriteHeader(output, MqttControlPacketType.SubAck, 0, 2 + ack.ReturnCodes.Count);
                WriteUInt16(output, ack.PacketIdentifier);
                foreach (var code in ack.ReturnCodes) output.Write([(byte)code]);
                break;
            case MqttUnsubscribePacket unsubscribe:
                WriteHeader(output, MqttControlPacketType.Unsubscribe, 2, 2 + unsubscribe.TopicFilters.Sum(filter => 2 + ByteCount(filter)));
                WriteUInt16(output, unsubscribe.PacketIdentifier);
                foreach (string filter in unsubscribe.TopicFilters) WriteString(output, filter);
                break;
            default: throw new ArgumentException($"There is no encoding for {packet.GetType().Name}.", nameof(packet));
        }
    }

    /// <summary>Encodes a PUBLISH without making any object.</summary>
    public static void WritePublish(IBufferWriter<byte> output, MqttApplicationMessage message, ushort packetIdentifier, bool dup)
    {
        int quality = (int)message.QualityOfServiceLevel;
        int flags = (dup ? 8 : 0) | (quality << 1) | (message.Retain ? 1 : 0);
        WriteHeader(output, MqttControlPacketType.Publish, flags, PublishRemainingLength(message));
        WriteString(output, message.Topic);
        if (quality > 0) WriteUInt16(output, packetIdentifier);
        foreach (var segment in message.Payload) output.Write(segment.Span);
    }

    /// <summary>Why a message cannot be sent, as a sentence; null if it can.</summary>
    public static string? PublishFault(MqttApplicationMessage message, uint maximumPacketSize)
    {
        if (MqttTopicFilterComparer.TopicFault(message.Topic) is { } fault) return $"The topic of a message is bad: {fault}";
        if (message.QualityOfServiceLevel is < MqttQualityOfServiceLevel.AtMostOnce or > MqttQualityOfServiceLevel.AtLeastOnce)
            return $"The quality of service {(int)message.QualityOfServiceLevel} is not spoken here; use 0 or 1.";
        long size = 5 + 4 + (long)ByteCount(message.Topic) + message.Payload.Length;
        return size > Math.Min(maximumPacketSize, MaximumRemainingLength)
            ? $"A message of {message.Payload.Length} bytes to '{message.Topic}' does not fit into the limit of {maximumPacketSize} bytes."
            : null;
    }

    private static int PublishRemainingLength(MqttApplicationMessage message) =>
        checked(2 + ByteCount(message.Topic) + (message.QualityOfServiceLevel > 0 ? 2 : 0) + (int)message.Payload.Length);

    private static void WriteConnect(IBufferWriter<byte> output, MqttConnectPacket connect)
    {
        int flags = connect.CleanSession ? MqttConnectFields.CleanSessionFlag : 0;
        int length = 2 + MqttConnectFields.ProtocolName.Length + 4 + 2 + ByteCount(connect.ClientId);
        if (connect.Will is { } will)
        {
            flags |= MqttConnectFields.WillFlag | ((int)will.QualityOfServiceLevel << MqttConnectFields.WillQualityShift);
            if (will.Retain) flags |= MqttConnectFields.WillRetainFlag;
            length += 2 + ByteCount(will.Topic) + 2 + (int)will.Payload.Length;
        }
        if (connect.UserName is { } userName)
        {
            flags |= MqttConnectFields.UserNameFlag;
            length += 2 + ByteCount(userName);
        }
        if (connect.Password is { } password)
        {
            flags |= MqttConnectFields.PasswordFlag;
            length += 2 + password.Length;
        }
        WriteHeader(output, MqttControlPacketType.Connect, 0, length);
        WriteString(output, MqttConnectFields.ProtocolName);
        output.Write([MqttConnectFields.ProtocolLevel, (byte)flags]);
        WriteUInt16(output, connect.KeepAliveSeconds);
        WriteString(output, connect.ClientId);
        if (connect.Will is not null)
        {
            WriteString(output, connect.Will.Topic);
            WriteUInt16(output, (ushort)connect.Will.Payload.Length);
            foreach (var segment in connect.Will.Payload) output.Write(segment.Span);
        }
        if (connect.UserName is not null) WriteString(output, connect.UserName);
        if (connect.Password is not { } bytes) return;
        WriteUInt16(output, (ushort)bytes.Length);
        output.Write(bytes.Span);
    }

    private static void WriteIdentifier(IBufferWriter<byte> output, MqttControlPacketType type, ushort identifier)
    {
        WriteHeader(output, type, 0, 2);
        WriteUInt16(output, identifier);
    }

    private static void WriteHeader(IBufferWriter<byte> output, MqttControlPacketType type, int flags, int remainingLength)
    {
        if (remainingLength > MaximumRemainingLength)
            throw new MqttProtocolViolationException($"A packet of {remainingLength} bytes exceeds what MQTT can carry.");
        var span = output.GetSpan(5);
        span[0] = (byte)(((int)type << 4) | flags);
        int count = 1;
        do
        {
            int more = remainingLength >> 7;
            span[count++] = (byte)((remainingLength & 0x7F) | (more > 0 ? 0x80 : 0));
            remainingLength = more;
        }
        while (remainingLength > 0);
        output.Advance(count);
    }

    private static void WriteUInt16(IBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    private static void WriteString(IBufferWriter<byte> output, string text)
    {
        int length = ByteCount(text);
        var span = output.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        Encoding.UTF8.GetBytes(text, span[2..]);
        output.Advance(2 + length);
    }

    private static int ByteCount(string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        return count <= MaximumStringBytes
            ? count
            : throw new MqttProtocolViolationException($"A text of {count} bytes exceeds the 65,535 bytes that MQTT can carry.");
    }
}

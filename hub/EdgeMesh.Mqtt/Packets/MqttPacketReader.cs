using System;
using System.Buffers;
using System.Collections.Generic;

namespace EdgeMesh.Mqtt.Packets;

/// <summary>
/// Decodes control packets. Pure and total: any bytes give a packet, a wish for more, or a
/// <see cref="MqttProtocolViolationException"/>. A packet over the limit is refused from its header, before it is buffered.
/// </summary>
internal static class MqttPacketReader
{
    private const int MaximumHeaderBytes = 5;

    /// <summary>Takes one packet off the front of <paramref name="buffer"/>; false if it is not all there yet.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, uint maximumPacketSize, out MqttPacket? packet)
    {
        packet = null;
        if (buffer.IsEmpty) return false;
        Span<byte> header = stackalloc byte[MaximumHeaderBytes];
        int available = (int)Math.Min(buffer.Length, MaximumHeaderBytes);
        buffer.Slice(0, available).CopyTo(header);
        var type = CheckFirstByte(header[0]);
        if (!TryReadRemainingLength(header[1..available], out int bodyLength, out int lengthBytes)) return false;
        int headerLength = 1 + lengthBytes;
        if ((uint)(headerLength + bodyLength) > maximumPacketSize)
            throw new MqttProtocolViolationException(
                $"A {type.ToString().ToUpperInvariant()} packet of {headerLength + bodyLength} bytes exceeds the limit of {maximumPacketSize} bytes.");
        if (buffer.Length < headerLength + bodyLength) return false;
        packet = ReadBody(type, header[0], buffer.Slice(headerLength, bodyLength));
        buffer = buffer.Slice(headerLength + bodyLength);
        return true;
    }

    private static MqttControlPacketType CheckFirstByte(byte first)
    {
        var type = (MqttControlPacketType)(first >> 4);
        int flags = first & 0x0F;
        switch (type)
        {
            case 0 or (MqttControlPacketType)15:
                throw new MqttProtocolViolationException($"The first byte 0x{first:X2} names the reserved packet type {(int)type}.");
            case MqttControlPacketType.PubRec or MqttControlPacketType.PubRel or MqttControlPacketType.PubComp:
                throw new MqttProtocolViolationException($"A {type.ToString().ToUpperInvariant()} packet belongs to quality of service 2, which is not spoken here.");
            case MqttControlPacketType.Publish:
                return type;
        }
        int expected = type is MqttControlPacketType.Subscribe or MqttControlPacketType.Unsubscribe ? 2 : 0;
        if (flags != expected)
            throw new MqttProtocolViolationException($"A {type.ToString().ToUpperInvariant()} packet has the flags {flags} in its first byte; they must be {expected}.");
        return type;
    }

    private static bool TryReadRemainingLength(ReadOnlySpan<byte> bytes, out int value, out int count)
    {
        value = 0;
        for (count = 0; count < bytes.Length; count++)
        {
            value |= (bytes[count] & 0x7F) << (7 * count);
            if ((bytes[count] & 0x80) != 0) continue;
            count++;
            return true;
        }
        if (count == MaximumHeaderBytes - 1)
            throw new MqttProtocolViolationException("The remaining length of a packet does not end after four bytes.");
        return false;
    }

    private static MqttPacket ReadBody(MqttControlPacketType type, byte first, ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment) return ReadBody(type, first, body.FirstSpan);
        // A packet across two blocks of the socket's buffer is rare: one more copy costs less than two parsers.
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(rented);
            return ReadBody(type, first, rented.AsSpan(0, (int)body.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: type == MqttControlPacketType.Connect);
        }
    }

    private static MqttPacket ReadBody(MqttControlPacketType type, byte first, ReadOnlySpan<byte> body)
    {
        var fields = new MqttFieldReader(body, type);
        MqttPacket packet = type switch
        {
            MqttControlPacketType.Publish => ReadPublish(first, ref fields),
            MqttControlPacketType.PubAck => new MqttPubAckPacket(fields.ReadPacketIdentifier()),
            MqttControlPacketType.ConnAck => ReadConnAck(ref fields),
            MqttControlPacketType.SubAck => ReadSubAck(ref fields),
            MqttControlPacketType.UnsubAck => new MqttUnsubAckPacket(fields.ReadPacketIdentifier()),
            MqttControlPacketType.PingReq => MqttPingReqPacket.Instance,
            MqttControlPacketType.PingResp => MqttPingRespPacket.Instance,
            MqttControlPacketType.Disconnect => MqttDisconnectPacket.Instance,
            MqttControlPacketType.Connect => MqttConnectFields.Read(ref fields),
            MqttControlPacketType.Subscribe => ReadSubscribe(ref fields),
            _ => ReadUnsubscribe(ref fields),
        };
        fields.ExpectEnd();
        return packet;
    }

    private static MqttPublishPacket ReadPublish(byte first, ref MqttFieldReader fields)
    {
        int quality = (first >> 1) & 3;
        bool dup = (first & 8) != 0;
        if (quality > 1) throw fields.Fault($"has the quality of service {quality}, which is not spoken here");
        if (dup && quality == 0) throw fields.Fault("of quality of service 0 has the DUP flag set");
        string topic = fields.ReadString("topic");
        if (MqttTopicFilterComparer.TopicFault(topic) is { } fault) throw fields.Fault($"has a bad topic: {fault[..^1]}");
        ushort identifier = quality == 1 ? fields.ReadPacketIdentifier() : (ushort)0;
        return new MqttPublishPacket(
            new MqttApplicationMessage
            {
                Topic = topic,
                Payload = new ReadOnlySequence<byte>(fields.ReadRest()),
                QualityOfServiceLevel = (MqttQualityOfServiceLevel)quality,
                Retain = (first & 1) != 0,
                Dup = dup,
            },
            identifier);
    }

    private static MqttConnAckPacket ReadConnAck(ref MqttFieldReader fields)
    {
        byte flags = fields.ReadByte("flags");
        byte code = fields.ReadByte("return code");
        if (flags > 1) throw fields.Fault($"has the reserved flags 0x{flags:X2} set");
        if (code > 5) throw fields.Fault($"has the unknown return code {code}");
        if (code != 0 && flags != 0) throw fields.Fault("refuses and yet says that a session is present");
        return new MqttConnAckPacket(flags == 1, code);
    }

    private static MqttSubAckPacket ReadSubAck(ref MqttFieldReader fields)
    {
        ushort identifier = fields.ReadPacketIdentifier();
        var codes = new List<MqttClientSubscribeResultCode>();
        while (!fields.AtEnd || codes.Count == 0)
        {
            byte code = fields.ReadByte("return code");
            if (code is > 2 and not 0x80) throw fields.Fault($"has the unknown return code 0x{code:X2}");
            codes.Add((MqttClientSubscribeResultCode)code);
        }
        return new MqttSubAckPacket(identifier, codes);
    }

    private static MqttSubscribePacket ReadSubscribe(ref MqttFieldReader fields)
    {
        ushort identifier = fields.ReadPacketIdentifier();
        var filters = new List<MqttTopicFilter>();
        while (!fields.AtEnd || filters.Count == 0)
        {
            string filter = ReadFilter(ref fields);
            byte quality = fields.ReadByte("quality of service");
            if (quality > 1) throw fields.Fault($"asks for the quality of service {quality}, which is not spoken here");
            filters.Add(new MqttTopicFilter(filter, (MqttQualityOfServiceLevel)quality));
        }
        return new MqttSubscribePacket(identifier, filters);
    }

    private static MqttUnsubscribePacket ReadUnsubscribe(ref MqttFieldReader fields)
    {
        ushort identifier = fields.ReadPacketIdentifier();
        var filters = new List<string>();
        while (!fields.AtEnd || filters.Count == 0) filters.Add(ReadFilter(ref fields));
        return new MqttUnsubscribePacket(identifier, filters);
    }

    private static string ReadFilter(ref MqttFieldReader fields)
    {
        string filter = fields.ReadString("topic filter");
        return MqttTopicFilterComparer.FilterFault(filter) is { } fault
            ? throw fields.Fault($"has a bad topic filter: {fault[..^1]}")
            : filter;
    }
}

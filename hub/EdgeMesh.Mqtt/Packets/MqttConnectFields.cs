using System;
using System.Buffers;

namespace EdgeMesh.Mqtt.Packets;

/// <summary>Decodes the body of CONNECT (MQTT 3.1.1, section 3.1), the one packet with optional fields.</summary>
internal static class MqttConnectFields
{
    public const string ProtocolName = "MQTT";
    public const byte ProtocolLevel = 4;
    public const byte CleanSessionFlag = 0x02;
    public const byte WillFlag = 0x04;
    public const int WillQualityShift = 3;
    public const byte WillRetainFlag = 0x20;
    public const byte PasswordFlag = 0x40;
    public const byte UserNameFlag = 0x80;

    public static MqttConnectPacket Read(ref MqttFieldReader fields)
    {
        if (fields.ReadString("protocol name") != ProtocolName) throw fields.Fault("does not name the protocol MQTT");
        byte level = fields.ReadByte("protocol level");
        if (level != ProtocolLevel) throw fields.Fault($"has the protocol level {level}; only {ProtocolLevel} (3.1.1) is spoken here");
        byte flags = fields.ReadByte("flags");
        CheckFlags(flags, ref fields);
        ushort keepAlive = fields.ReadUInt16("keep alive");
        string clientId = fields.ReadString("client id");
        var will = (flags & WillFlag) == 0 ? null : ReadWill(flags, ref fields);
        return new MqttConnectPacket(clientId, (flags & CleanSessionFlag) != 0, keepAlive)
        {
            Will = will,
            UserName = (flags & UserNameFlag) == 0 ? null : fields.ReadString("user name"),
            // A bare null would convert to an empty password: hence the explicit type.
            Password = (flags & PasswordFlag) == 0 ? default(ReadOnlyMemory<byte>?) : fields.ReadBytes("password").ToArray(),
        };
    }

    private static void CheckFlags(byte flags, ref MqttFieldReader fields)
    {
        if ((flags & 1) != 0) throw fields.Fault("has the reserved flag set");
        int quality = (flags >> WillQualityShift) & 3;
        if (quality > 1) throw fields.Fault($"has the will quality of service {quality}, which is not spoken here");
        if ((flags & WillFlag) == 0 && (quality != 0 || (flags & WillRetainFlag) != 0)) throw fields.Fault("describes a will and has none");
        if ((flags & (UserNameFlag | PasswordFlag)) == PasswordFlag) throw fields.Fault("has a password and no user name");
    }

    private static MqttApplicationMessage ReadWill(byte flags, ref MqttFieldReader fields)
    {
        string topic = fields.ReadString("will topic");
        if (MqttTopicFilterComparer.TopicFault(topic) is { } fault) throw fields.Fault($"has a bad will topic: {fault[..^1]}");
        return new MqttApplicationMessage
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(fields.ReadBytes("will payload").ToArray()),
            QualityOfServiceLevel = (MqttQualityOfServiceLevel)((flags >> WillQualityShift) & 3),
            Retain = (flags & WillRetainFlag) != 0,
        };
    }
}

using System;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace EdgeMesh.Mqtt.Packets;

/// <summary>Walks over the body of one packet. Reading past its end is a protocol violation that names the field.</summary>
internal ref struct MqttFieldReader(ReadOnlySpan<byte> body, MqttControlPacketType type)
{
    private ReadOnlySpan<byte> rest = body;

    public readonly bool AtEnd => rest.IsEmpty;

    public byte ReadByte(string field) => Take(1, field)[0];

    public ushort ReadUInt16(string field) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, field));

    public ushort ReadPacketIdentifier()
    {
        ushort identifier = ReadUInt16("packet identifier");
        return identifier != 0 ? identifier : throw Fault("has the packet identifier 0, which is not allowed");
    }

    public ReadOnlySpan<byte> ReadBytes(string field) => Take(ReadUInt16(field), field);

    public string ReadString(string field)
    {
        var bytes = ReadBytes(field);
        if (!Utf8.IsValid(bytes)) throw Fault($"has a {field} that is not UTF-8");
        if (bytes.Contains((byte)0)) throw Fault($"has a {field} with the character U+0000, which is not allowed");
        return Encoding.UTF8.GetString(bytes);
    }

    public byte[] ReadRest()
    {
        byte[] bytes = rest.ToArray();
        rest = default;
        return bytes;
    }

    public readonly void ExpectEnd()
    {
        if (!rest.IsEmpty) throw Fault($"has {rest.Length} bytes too many");
    }

    public readonly MqttProtocolViolationException Fault(string what) =>
        new($"A {type.ToString().ToUpperInvariant()} packet {what}.");

    private ReadOnlySpan<byte> Take(int count, string field)
    {
        if (rest.Length < count) throw Fault($"is too short: its {field} needs {count} bytes and {rest.Length} are left");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

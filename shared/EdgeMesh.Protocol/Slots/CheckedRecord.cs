using System.Text;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Slots;

/// <summary>A record on storage: JSON with a CRC-32 of what stands before it as its last member. A cut write leaves what does not check.</summary>
public static class CheckedRecord
{
    private const string Opening = ",\"crc\":\"";
    private const int TailBytes = 8 + 8 + 2;

    /// <summary>The record's bytes.</summary>
    public static byte[] Write(JsonWriter members)
    {
        byte[] body = members.OpenBytes();
        byte[] tail = Tail(body, body.Length);
        byte[] bytes = new byte[body.Length + tail.Length];
        body.CopyTo(bytes, 0);
        tail.CopyTo(bytes, body.Length);
        return bytes;
    }

    /// <summary>Reads a record; null where it is cut, damaged or absent.</summary>
    public static JsonObject? Read(byte[]? bytes)
    {
        int length = bytes == null ? 0 : bytes.Length - TailBytes;
        return bytes != null && length >= 1 && Bytes.EqualInConstantTime(bytes, length, Tail(bytes, length), 0, TailBytes)
            ? JsonReader.Parse(bytes, bytes.Length, out _)
            : null;
    }

    private static byte[] Tail(byte[] bytes, int length)
    {
        byte[] crc = new byte[4];
        Bytes.PutUInt32(crc, 0, Crc32.Compute(bytes, length));
        return Encoding.UTF8.GetBytes(Opening + Hex.Encode(crc) + "\"}");
    }
}

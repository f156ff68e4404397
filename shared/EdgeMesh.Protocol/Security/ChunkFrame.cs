using System;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Protocol.Security;

/// <summary>CHUNK as a binary frame, big-endian: version u8, session u32, sequence u32, tag 8 bytes, data.</summary>
/// <remarks>
/// The tag is the first 8 bytes of HMAC-SHA256 with the session key over topic, zero byte, the 9 bytes before it and the data. It
/// carries no counter: a chunk that comes twice has the same bytes for the same place, and a new handshake changes the key.
/// </remarks>
public static class ChunkFrame
{
    /// <summary>Bytes before the tag.</summary>
    public const int HeaderBytes = 9;

    /// <summary>Bytes of the tag.</summary>
    public const int TagBytes = 8;

    /// <summary>Bytes before the data.</summary>
    public const int Overhead = HeaderBytes + TagBytes;

    /// <summary>Fills in header and tag of a frame whose data already stands at <see cref="Overhead"/>.</summary>
    public static void Seal(ICrypto crypto, byte[] key, string topic, long session, long sequence, byte[] frame)
    {
        frame[0] = Limits.ProtocolVersion;
        Bytes.PutUInt32(frame, 1, session);
        Bytes.PutUInt32(frame, 5, sequence);
        Array.Copy(Mac(crypto, key, topic, frame), 0, frame, HeaderBytes, TagBytes);
    }

    /// <summary>Whether it is a frame of this version with this key's tag for this topic.</summary>
    public static bool Verify(ICrypto crypto, byte[] key, string topic, byte[] frame)
    {
        return frame.Length > Overhead && frame[0] == Limits.ProtocolVersion
            && Bytes.EqualInConstantTime(frame, HeaderBytes, Mac(crypto, key, topic, frame), 0, TagBytes);
    }

    /// <summary>The session a frame belongs to.</summary>
    public static long SessionOf(byte[] frame) => Bytes.GetUInt32(frame, 1);

    /// <summary>Which chunk a frame carries.</summary>
    public static long SequenceOf(byte[] frame) => Bytes.GetUInt32(frame, 5);

    private static byte[] Mac(ICrypto crypto, byte[] key, string topic, byte[] frame)
    {
        byte[] prefix = SignedJson.Prefix(topic);
        byte[] start = new byte[prefix.Length + HeaderBytes];
        prefix.CopyTo(start, 0);
        Array.Copy(frame, 0, start, prefix.Length, HeaderBytes);
        return crypto.HmacSha256(key, start, frame, Overhead, frame.Length - Overhead);
    }
}

using System.Buffers;
using System.Text;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Tests;

/// <summary>Random packets that are valid, from a seed.</summary>
internal sealed class PacketArbitrary(int seed)
{
    private static readonly string[] Alphabet = ["a", "b", "/", "ä", "€", "😀", " ", "$", "\u0001", "\uFFFD"];

    public Random Random { get; } = new(seed);

    public MqttPacket Next() => Random.Next(12) switch
    {
        0 => Connect(),
        1 => Random.Next(2) == 0 ? new MqttConnAckPacket(Coin(), 0) : new MqttConnAckPacket(false, (byte)Random.Next(1, 6)),
        2 => new MqttPubAckPacket(Identifier()),
        3 => new MqttSubscribePacket(Identifier(), Many(() => new MqttTopicFilter(Filter(), Quality()))),
        4 => new MqttSubAckPacket(Identifier(), Many(() => new[] { (MqttClientSubscribeResultCode)0, (MqttClientSubscribeResultCode)1, (MqttClientSubscribeResultCode)2, MqttClientSubscribeResultCode.UnspecifiedError }[Random.Next(4)])),
        5 => new MqttUnsubscribePacket(Identifier(), Many(Filter)),
        6 => new MqttUnsubAckPacket(Identifier()),
        7 => MqttPingReqPacket.Instance,
        8 => MqttPingRespPacket.Instance,
        9 => MqttDisconnectPacket.Instance,
        _ => Publish(),
    };

    public static byte[] Encode(MqttPacket packet)
    {
        var output = new ArrayBufferWriter<byte>();
        MqttPacketWriter.Write(output, packet);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The same bytes in pieces cut at random, as a socket may deliver them.</summary>
    public ReadOnlySequence<byte> InPieces(byte[] bytes)
    {
        Piece? first = null, last = null;
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(Random.Next(1, 40), bytes.Length - at);
            last = new Piece(bytes.AsMemory(at, length), last);
            first ??= last;
            at += length;
        }
        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    /// <summary>All that a packet says, as text to compare.</summary>
    public static string Describe(MqttPacket packet) => packet switch
    {
        MqttPublishPacket p => $"PUBLISH {p.PacketIdentifier} {Describe(p.Message)}",
        MqttConnectPacket c => $"CONNECT {c.ClientId} {c.CleanSession} {c.KeepAliveSeconds} {c.UserName ?? "-"} {(c.Password is { } p ? Convert.ToHexString(p.Span) : "-")} {(c.Will is { } w ? Describe(w) : "-")}",
        MqttSubscribePacket s => $"SUBSCRIBE {s.PacketIdentifier} {string.Join('|', s.TopicFilters)}",
        MqttSubAckPacket s => $"SUBACK {s.PacketIdentifier} {string.Join('|', s.ReturnCodes)}",
        MqttUnsubscribePacket u => $"UNSUBSCRIBE {u.PacketIdentifier} {string.Join('|', u.TopicFilters)}",
        _ => packet.ToString(),
    };

    private static string Describe(MqttApplicationMessage m) =>
        $"{m.Topic} {m.QualityOfServiceLevel} {m.Retain} {m.Dup} {Convert.ToHexString(m.Payload.ToArray())}";

    private MqttPublishPacket Publish()
    {
        var message = Message();
        message.Dup = message.QualityOfServiceLevel > 0 && Coin();
        return new MqttPublishPacket(message, message.QualityOfServiceLevel > 0 ? Identifier() : (ushort)0);
    }

    private MqttConnectPacket Connect()
    {
        string? userName = Coin() ? Text(0) : null;
        return new MqttConnectPacket(Text(0), Coin(), (ushort)Random.Next(65536))
        {
            UserName = userName,
            Password = userName is not null && Coin() ? Bytes(50) : default(ReadOnlyMemory<byte>?),
            Will = Coin() ? Message() : null,
        };
    }

    private MqttApplicationMessage Message() => new()
    {
        Topic = Text(1),
        Payload = InPieces(Bytes(Random.Next(4) == 0 ? 20_000 : 200)),
        QualityOfServiceLevel = Quality(),
        Retain = Coin(),
    };

    private string Filter()
    {
        var levels = Many(() => Random.Next(3) == 0 ? "+" : Text(0).Replace("/", "", StringComparison.Ordinal)).ToList();
        if (Random.Next(3) == 0) levels.Add("#");
        string filter = string.Join('/', levels);
        return filter.Length > 0 ? filter : "#";
    }

    private string Text(int least)
    {
        var text = new StringBuilder();
        for (int length = Random.Next(least, 12); length > 0; length--) text.Append(Alphabet[Random.Next(Alphabet.Length)]);
        return text.ToString();
    }

    private byte[] Bytes(int most)
    {
        byte[] bytes = new byte[Random.Next(most)];
        Random.NextBytes(bytes);
        return bytes;
    }

    private T[] Many<T>(Func<T> one) => [.. Enumerable.Range(0, Random.Next(1, 5)).Select(_ => one())];

    private bool Coin() => Random.Next(2) == 0;

    private ushort Identifier() => (ushort)Random.Next(1, 65536);

    private MqttQualityOfServiceLevel Quality() => (MqttQualityOfServiceLevel)Random.Next(2);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}

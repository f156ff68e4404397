using System.Buffers;
using EdgeMesh.Mqtt.Packets;

namespace EdgeMesh.Mqtt.Tests;

public sealed class PacketCodecTests
{
    private const uint Limit = 1024 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(20261121)]
    public void What_is_encoded_decodes_to_the_same_however_it_is_cut(int seed)
    {
        var arbitrary = new PacketArbitrary(seed);
        for (int i = 0; i < 20_000; i++)
        {
            MqttPacket[] packets = [arbitrary.Next(), arbitrary.Next()];
            var buffer = arbitrary.InPieces([.. packets.SelectMany(PacketArbitrary.Encode)]);
            foreach (var packet in packets)
            {
                Assert.True(MqttPacketReader.TryRead(ref buffer, Limit, out var decoded));
                Assert.Equal(PacketArbitrary.Describe(packet), PacketArbitrary.Describe(decoded!));
            }
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Every_true_prefix_of_a_packet_asks_for_more_and_takes_nothing()
    {
        var arbitrary = new PacketArbitrary(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = PacketArbitrary.Encode(arbitrary.Next());
            for (int length = 0; length < Math.Min(bytes.Length, 300); length++)
            {
                var prefix = arbitrary.InPieces(bytes[..length]);
                Assert.False(MqttPacketReader.TryRead(ref prefix, Limit, out _));
                Assert.Equal(length, prefix.Length);
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_and_mutated_bytes_are_a_packet_or_a_wish_for_more_or_a_protocol_violation(int seed)
    {
        var arbitrary = new PacketArbitrary(seed);
        var random = arbitrary.Random;
        int violations = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = random.Next(3) == 0 ? new byte[random.Next(64)] : PacketArbitrary.Encode(arbitrary.Next());
            if (bytes.Length > 2000) continue;
            if (bytes.All(b => b == 0)) random.NextBytes(bytes);
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var buffer = random.Next(2) == 0 ? new ReadOnlySequence<byte>(bytes) : arbitrary.InPieces(bytes);
            try
            {
                while (MqttPacketReader.TryRead(ref buffer, Limit, out var packet))
                {
                    // What was accepted is understood: it can be said again, and means the same.
                    var again = new ReadOnlySequence<byte>(PacketArbitrary.Encode(packet!));
                    Assert.True(MqttPacketReader.TryRead(ref again, Limit, out var same));
                    Assert.Equal(PacketArbitrary.Describe(packet!), PacketArbitrary.Describe(same!));
                }
            }
            catch (MqttProtocolViolationException exception)
            {
                violations++;
                Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(violations, 10_000, 100_000);
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { "00 00", "reserved packet type 0" },
        { "F0 00", "reserved packet type 15" },
        { "50 02 00 01", "quality of service 2" },
        { "41 02 00 01", "flags 1" },
        { "80 06 00 01 00 01 61 00", "must be 2" },
        { "40 80 80 80 80 01", "four bytes" },
        { "40 02 00 00", "identifier 0" },
        { "40 01 00", "too short" },
        { "40 03 00 01 00", "too many" },
        { "30 02 00 00", "empty" },
        { "30 03 00 01 00", "U+0000" },
        { "30 05 00 03 ED A0 80", "not UTF-8" },
        { "30 04 00 02 C0 80", "not UTF-8" },
        { "38 03 00 01 61", "DUP" },
        { "32 05 00 01 61 00 00", "identifier 0" },
        { "82 02 00 01", "too short" },
        { "82 06 00 01 00 01 61 02", "quality of service 2" },
        { "82 07 00 01 00 02 23 61 00", "last character" },
        { "90 02 00 01", "too short" },
        { "90 03 00 01 03", "unknown return code" },
        { "20 02 02 00", "reserved flags" },
        { "20 02 01 05", "session is present" },
        { "10 0C 00 04 4D 51 54 54 05 02 00 3C 00 00", "protocol level 5" },
        { "10 0C 00 04 4D 51 54 54 04 03 00 3C 00 00", "reserved flag" },
        { "10 0C 00 04 4D 51 54 54 04 42 00 3C 00 00", "no user name" },
        { "30 80 80 40", "exceeds the limit" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_packet_is_refused_with_what_and_why(string hex, string words)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var thrown = Assert.Throws<MqttProtocolViolationException>(() =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MqttPacketReader.TryRead(ref buffer, Limit, out _);
        });
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(127, "30 7F")]
    [InlineData(128, "30 80 01")]
    [InlineData(16_383, "30 FF 7F")]
    [InlineData(16_384, "30 80 80 01")]
    [InlineData(2_097_151, "30 FF FF 7F")]
    [InlineData(2_097_152, "30 80 80 80 01")]
    public void The_remaining_length_is_the_standards(int remaining, string header)
    {
        byte[] expected = Convert.FromHexString(header.Replace(" ", "", StringComparison.Ordinal));
        var message = new MqttApplicationMessage { Topic = "a", Payload = new(new byte[remaining - 3]) };
        byte[] bytes = PacketArbitrary.Encode(new MqttPublishPacket(message, 0));
        Assert.Equal(expected, bytes[..expected.Length]);
        Assert.Equal(remaining, bytes.Length - expected.Length);
    }
}

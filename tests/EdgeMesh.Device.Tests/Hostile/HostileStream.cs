using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace EdgeMesh.Device.Tests.Hostile;

/// <summary>What a hostile broker may send: MQTT by its grammar, with mistakes of every kind, from one seed.</summary>
internal sealed class HostileStream(int seed, string[] topics)
{
    private readonly Random _dice = new(seed);

    /// <summary>An answer to CONNECT, or what is none.</summary>
    public byte[] Greeting() => Percent(50) ? [0x20, 2, 0, 0] : Packet(0x20, [(byte)_dice.Next(3), (byte)_dice.Next(8)]);

    /// <summary>An answer to SUBSCRIBE, or what is none.</summary>
    public byte[] Granting() => Packet(0x90, [0, 1, Of<byte>(0, 1, 2, 0x80, 7), 1]);

    /// <summary>What comes after that.</summary>
    public byte[] Rest()
    {
        List<byte> bytes = [];
        for (int count = _dice.Next(12); count > 0; count--)
        {
            bytes.AddRange(_dice.Next(16) switch
            {
                4 => Packet(0xd0, []),
                5 => Packet(0x40, Short(_dice.Next(9))),
                6 => Packet(_dice.Next(16) << 4, Noise(_dice.Next(20))),
                7 => Noise(_dice.Next(12)),
                _ => Publish(),
            });
        }

        byte[] whole = [.. bytes];
        if (Percent(15)) return whole[.._dice.Next(whole.Length + 1)];
        if (Percent(15) && whole.Length > 0) whole[_dice.Next(whole.Length)] ^= (byte)(1 << _dice.Next(8));
        return whole;
    }

    public bool Percent(int chance) => _dice.Next(100) < chance;

    private T Of<T>(params T[] choices) => choices[_dice.Next(choices.Length)];

    private byte[] Publish()
    {
        int qos = Of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3);
        byte[] topic = Percent(80) ? Text(Of(topics)) : Of(Text(""), Text("a/#"), Text("\0"), Text(new string('x', 600)), [0, 4, 0xff, 0xfe, 0x80, 0x41],
            [.. Short(_dice.Next(65536)), .. Noise(4)], Text("edgemesh/v1/other/hub/status"));
        byte[] payload = Of(
            [], Noise(_dice.Next(40)), """{"status":"online","boot":"0011223344556677"}"""u8.ToArray(), """{"name":"x","n":1}"""u8.ToArray(),
            Encoding.UTF8.GetBytes("{\"a\":" + new string('[', Of(10, 9000))), """{"a":"\ud83d"}"""u8.ToArray(),
            Encoding.UTF8.GetBytes("{\"n\":1,\"mac\":\"" + new string('0', 64) + "\"}"), Noise(Of(500, 4096, 9000)), [1, .. Noise(_dice.Next(60))],
            new byte[Of(3000, 20_001, 300_000)]);
        return Packet(0x30 | (Percent(20) ? 8 : 0) | (qos << 1) | _dice.Next(2), [.. topic, .. qos > 0 ? Short(Of(0, 1, 2, 65535)) : [], .. payload]);
    }

    private byte[] Packet(int first, byte[] body) => [(byte)(Percent(4) ? _dice.Next(256) : first), .. Length(body.Length), .. body];

    private byte[] Length(int real)
    {
        int value = Percent(94) ? real : Of(0, 1, 2, real + 1, Math.Max(0, real - 1), 127, 128, 16384, 2097152, 268435455);
        List<byte> bytes = [];
        do
        {
            bytes.Add((byte)((value & 127) | (value > 127 ? 128 : 0)));
            value >>= 7;
        }
        while (value > 0);
        if (Percent(3))
        {
            // Longer than it need be.
            bytes[^1] |= 128;
            bytes.Add(0);
        }

        return Percent(1) ? [255, 255, 255, 255, 127] : [.. bytes];
    }

    private byte[] Noise(int count)
    {
        byte[] noise = new byte[count];
        _dice.NextBytes(noise);
        return noise;
    }

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Text(string text) => [.. Short(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];
}

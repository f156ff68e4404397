using System;
using System.Collections.Generic;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Protocol.Tests.Security;

public sealed class SecurityPropertyTests
{
    private static readonly DotNetCrypto Crypto = new();
    private static readonly byte[] Key = new byte[Limits.KeyBytes];

    [Fact]
    public void Signed_json_refuses_every_single_bit_flipped()
    {
        byte[] payload = SignedJson.Sign(Crypto, Key, "topic", new JsonWriter().Add("temperature", 21).Add("n", 1));
        Assert.True(SignedJson.Verify(Crypto, Key, "topic", payload));
        for (int bit = 0; bit < payload.Length * 8; bit++)
        {
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SignedJson.Verify(Crypto, Key, "topic", payload), "Bit " + bit);
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_chunk_frame_refuses_every_single_bit_flipped()
    {
        byte[] frame = new byte[ChunkFrame.Overhead + 40];
        ChunkFrame.Seal(Crypto, Key, "topic", 7, 3, frame);
        Assert.True(ChunkFrame.Verify(Crypto, Key, "topic", frame));
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ChunkFrame.Verify(Crypto, Key, "topic", frame), "Bit " + bit);
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Links_are_total_on_random_payloads()
    {
        DeviceKey key = new(Crypto, Key, "home", "lamp");
        HubLink hub = new(Crypto, key, "home", "lamp");
        DeviceLink device = new(Crypto, key, "home", "lamp");
        Random random = new(4);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] payload = new byte[random.Next(200)];
            random.NextBytes(payload);
            Assert.Equal(ErrorCodes.SignatureInvalid, hub.Greet(payload, "0123456789abcdef", 0, [], out _).Code);
            Assert.Equal(ErrorCodes.SignatureInvalid, device.Welcomed(payload, out _).Code);
            Assert.Equal(ErrorCodes.NoSession, hub.Open(TopicKind.Status, payload).Code);
            Assert.Null(hub.OpenChunk(payload));
        }
    }

    [Fact]
    public void The_replay_window_accepts_what_a_set_of_all_counters_would()
    {
        Random random = new(5);
        for (int run = 0; run < 500; run++)
        {
            ReplayWindow window = new();
            HashSet<long> seen = [];
            long highest = 0;
            for (int i = 0; i < 400; i++)
            {
                long counter = highest + random.Next(run % 2 == 0 ? -70 : -5, random.Next(10) == 0 ? 130 : 4);
                bool expected = counter >= 1 && counter > highest - Limits.ReplayWindow && !seen.Contains(counter);
                Assert.Equal((run, counter, expected), (run, counter, window.Accept(counter)));
                if (expected)
                {
                    seen.Add(counter);
                    highest = Math.Max(highest, counter);
                }
            }
        }
    }
}

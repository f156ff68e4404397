using System;
using System.Collections.Generic;
using System.Linq;
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
    public void A_device_whose_hello_was_pushed_out_by_late_copies_of_old_ones_is_asked_for_another_and_understood_again()
    {
        (DeviceLink device, HubLink hub, byte[][] old) = Greeted(6);
        device.Poll(1 << 20);
        byte[] hello = device.Poll(1 << 21)!;
        Assert.NotNull(device.Welcomed(Welcome(hub, hello)!, 0, out _).Body);
        foreach (byte[] late in old[..4])
        {
            Assert.NotNull(Welcome(hub, late));
        }

        int asked = 0, refused = 0;
        while (device.Established)
        {
            Assert.Equal(ErrorCodes.SignatureInvalid, hub.Open(TopicKind.Status, device.Seal(TopicKind.Status, new JsonWriter())).Code);
            refused++;
            if (hub.AskForHello(Boot, 0) is byte[] ask)
            {
                asked++;
                Assert.Equal(ErrorCodes.NoSession, device.Welcomed(ask, 5, out _).Code);
            }
        }

        Assert.Equal((1, 3, 5), (asked, refused, device.DueMs));
        Assert.NotNull(device.Welcomed(Welcome(hub, device.Poll(5)!)!, 5, out _).Body);
        Assert.NotNull(hub.Open(TopicKind.Status, device.Seal(TopicKind.Status, new JsonWriter())).Body);
    }

    [Fact]
    public void Whoever_floods_a_hub_with_what_fits_no_session_makes_it_ask_seldom()
    {
        (_, HubLink hub, _) = Greeted(1);
        int asked = Enumerable.Range(0, 10_000).Count(_ => hub.AskForHello(Boot, 0) is not null);
        Assert.InRange(asked, 100, 10_000 / 64 + 10);
    }

    private const string Boot = "0123456789abcdef";

    private static byte[]? Welcome(HubLink hub, byte[] hello)
    {
        hub.Greet(hello, Boot, 0, [], out byte[]? welcome);
        return welcome;
    }

    // A device that has said so many hellos, none of which the hub has seen.
    private static (DeviceLink Device, HubLink Hub, byte[][] Hellos) Greeted(int count)
    {
        DeviceKey key = new(Crypto, Key, "home", "lamp");
        DeviceLink device = new(Crypto, key, "home", "lamp");
        device.Connected(0);
        byte[][] hellos = [.. Enumerable.Range(0, count).Select(i => device.Poll(i * 100_000L)!)];
        return (device, new HubLink(Crypto, key, "home", "lamp"), hellos);
    }

    [Fact]
    public void A_sign_of_the_hub_ends_a_long_wait_for_a_welcome()
    {
        DeviceLink link = new(Crypto, new DeviceKey(Crypto, Key, "home", "d"), "home", "d");
        link.Connected(0);
        long now = 0;
        for (int i = 0; i < 6; i++)
        {
            Assert.NotNull(link.Poll(now));
            now = link.DueMs;
        }

        link.HubSeen("0123456789abcdef", now - 30_000);
        Assert.Equal(now - 30_000, link.DueMs);
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
            Assert.Equal(ErrorCodes.SignatureInvalid, device.Welcomed(payload, 0, out _).Code);
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

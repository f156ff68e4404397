using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.VectorGenerator;
using Xunit.Abstractions;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class GcmVectorTests(ITestOutputHelper output)
{
    [Fact]
    public void Gcm_is_that_of_NIST_SP_800_38D_in_both_directions()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("aes-gcm"), "cases"))
        {
            foreach (ICrypto crypto in TestCrypto.Both)
            {
                IAead gcm = crypto.CreateAesGcm(c.Hex("key"));
                Assert.Equal(c.Text("ciphertext"), Hex.Encode(gcm.Seal(c.Hex("nonce"), c.Hex("additional"), c.Hex("plaintext"))));
                Assert.Equal(c.Text("plaintext"), Hex.Encode(gcm.Open(c.Hex("nonce"), c.Hex("additional"), c.Hex("ciphertext"))!));
            }
        }
    }

    [Fact]
    public void Gcm_opens_nothing_in_which_any_bit_was_changed()
    {
        JsonObject c = VectorFile.List(VectorFile.Load("aes-gcm"), "cases").First(c => c.Hex("additional").Length == 33 && c.Hex("plaintext").Length == 31);
        byte[][] parts = [c.Hex("nonce"), c.Hex("additional"), c.Hex("ciphertext")];
        foreach (IAead gcm in TestCrypto.Both.Select(b => b.CreateAesGcm(c.Hex("key"))))
        {
            foreach (byte[] part in parts)
            {
                for (int bit = 0; bit < part.Length * 8; bit++)
                {
                    part[bit >> 3] ^= (byte)(1 << (bit & 7));
                    Assert.Null(gcm.Open(parts[0], parts[1], parts[2]));
                    part[bit >> 3] ^= (byte)(1 << (bit & 7));
                }
            }

            for (int length = 0; length < parts[2].Length; length++)
            {
                Assert.Null(gcm.Open(parts[0], parts[1], parts[2][..length]));
            }

            Assert.NotNull(gcm.Open(parts[0], parts[1], parts[2]));
        }
    }

    [Fact]
    public void Both_families_seal_alike_whatever_the_lengths()
    {
        Random random = new(20250101);
        for (int i = 0; i < 300; i++)
        {
            byte[] Draw(int length)
            {
                byte[] bytes = new byte[length];
                random.NextBytes(bytes);
                return bytes;
            }

            byte[] key = Draw(32), nonce = Draw(12), additional = Draw(random.Next(70)), plaintext = Draw(random.Next(300));
            string[] sealedTexts = [.. TestCrypto.Both.Select(c => Hex.Encode(c.CreateAesGcm(key).Seal(nonce, additional, plaintext)))];
            Assert.Equal(sealedTexts[0], sealedTexts[1]);
        }
    }

    [Fact]
    public void What_GHASH_costs_is_measured()
    {
        byte[] message = new byte[4096];
        string[] measured = [.. TestCrypto.Both.Select(crypto =>
        {
            IAead gcm = crypto.CreateAesGcm(new byte[32]);
            Stopwatch watch = new();
            for (int i = 0; i < 300; i++)
            {
                if (i == 200)
                {
                    watch.Start();
                }

                Assert.Equal(message.Length + Gcm.TagBytes, gcm.Seal(new byte[12], [], message).Length);
            }

            return $"{watch.Elapsed.TotalMicroseconds / 100:F0} µs";
        })];
        output.WriteLine($"measured: AES-256-GCM of 4 KiB on .NET: the platform's {measured[0]}, ours over the platform's blocks {measured[1]}");
    }
}

using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.VectorGenerator;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class PrimitiveVectorTests
{
    // Short enough to find every place in a block, and a prime, so that it meets no border twice.
    private const int CutStep = 7;

    public static TheoryData<bool> Managed => [true, false];

    [Theory]
    [InlineData("sha256", true)]
    [InlineData("sha256", false)]
    [InlineData("sha512", true)]
    [InlineData("sha512", false)]
    public void Hashes_are_those_of_FIPS_180_4(string file, bool managed)
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load(file), "cases"))
        {
            IHash hash = HashOf(file, managed);
            for (long i = 0; i < c.Number("repeat"); i++)
            {
                hash.Update(c.Hex("message"), 0, c.Hex("message").Length);
            }

            Assert.Equal(c.Text("hash"), Hex.Encode(hash.Finish()));
        }
    }

    [Theory]
    [InlineData("sha256", true)]
    [InlineData("sha256", false)]
    [InlineData("sha512", true)]
    [InlineData("sha512", false)]
    public void A_hash_is_the_same_however_the_message_is_cut_and_whatever_its_length(string file, bool managed)
    {
        byte[] message = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        for (int length = 0; length <= message.Length; length++)
        {
            byte[] part = message[..length];
            string expected = Convert.ToHexStringLower(file == "sha256" ? SHA256.HashData(part) : SHA512.HashData(part));
            for (int cut = 0; cut <= length; cut += CutStep)
            {
                IHash hash = HashOf(file, managed);
                hash.Update(message, 0, cut);
                hash.Update(message, cut, length - cut);
                Assert.Equal(expected, Hex.Encode(hash.Finish()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Hmac_is_that_of_RFC_4231(bool managed)
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("hmac"), "cases"))
        {
            byte[] data = c.Hex("data");
            for (int cut = 0; cut <= data.Length; cut += Math.Max(1, data.Length / 3))
            {
                byte[] mac = Of(managed).HmacSha256(c.Hex("key"), data[..cut], data, cut, data.Length - cut);
                Assert.Equal(32, mac.Length);
                Assert.StartsWith(c.Text("mac"), Hex.Encode(mac), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Hmac_with_SHA_512_is_that_of_RFC_4231(bool managed)
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("hmac-sha512"), "cases"))
        {
            byte[] mac = Of(managed).HmacSha512(c.Hex("key"), c.Hex("data"));
            Assert.Equal(64, mac.Length);
            Assert.StartsWith(c.Text("mac"), Hex.Encode(mac), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Hkdf_is_that_of_RFC_5869(bool managed)
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("hkdf"), "cases"))
        {
            byte[] derived = Hkdf.Derive(Of(managed), c.Hex("key"), c.Hex("salt"), c.Hex("info"), (int)c.Number("length"));
            Assert.Equal(c.Text("derived"), Hex.Encode(derived));
        }
    }

    [Fact]
    public void Crc32_is_that_of_IEEE_802_3()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("crc32"), "cases"))
        {
            byte[] data = c.Hex("data");
            Assert.Equal(c.Text("crc"), Crc32.Compute(data, data.Length).ToString("x8"));
        }
    }

    [Fact]
    public void Utf8_is_that_of_RFC_3629()
    {
        foreach (JsonObject c in VectorFile.List(VectorFile.Load("utf8"), "cases"))
        {
            byte[] bytes = c.Hex("bytes");
            Assert.True((bool)c["valid"]! == Utf8.IsValid(bytes, bytes.Length), c.Text("name"));
        }
    }

    [Fact]
    public void Names_follow_their_grammar()
    {
        JsonObject file = VectorFile.Load("names");
        Assert.All(file["valid"]!.AsArray(), n => Assert.True(Names.IsValid((string)n!), (string)n!));
        Assert.All(file["invalid"]!.AsArray(), n => Assert.False(Names.IsValid((string)n!), (string)n!));
        Assert.False(Names.IsValid(null));
    }

    [Fact]
    public void Topics_parse_and_format_and_nothing_else_parses()
    {
        JsonObject file = VectorFile.Load("topics");
        Assert.Equal(Topic.KindCount, VectorFile.List(file, "valid").Count());
        foreach (JsonObject c in VectorFile.List(file, "valid"))
        {
            TopicKind kind = Enum.Parse<TopicKind>(c.Text("kind").Replace("_", ""), ignoreCase: true);
            Assert.Equal(c.Text("topic"), Topic.Format(kind, c.Text("site"), c.Text("name"), c.Text("capability")));
            Topic topic = Topic.Parse(c.Text("topic"))!;
            Assert.Equal((kind, c.Text("site"), c.Text("name"), c.Text("capability")), (topic.Kind, topic.Site, topic.Name, topic.Capability));
            Assert.Equal(c.Text("topic"), topic.ToString());
        }

        Assert.All(file["invalid"]!.AsArray(), t => Assert.True(Topic.Parse((string)t!) == null, (string)t!));
    }

    private static IHash HashOf(string file, bool managed) => file == "sha256" ? Of(managed).CreateSha256() : Of(managed).CreateSha512();

    private static ICrypto Of(bool managed) => managed ? new TestCrypto() : new DotNetCrypto();
}

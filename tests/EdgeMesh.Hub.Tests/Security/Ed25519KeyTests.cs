using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Hub.Tests.Security;

public sealed class Ed25519KeyTests
{
    // RFC 8410, 10.1 and 10.3.
    private const string PublicPem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    private const string PrivatePem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

    private static IEnumerable<JsonObject> Cases =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "ed25519.json")))!["cases"]!.AsArray().Select(c => c!.AsObject());

    [Fact]
    public void OpenSSL_takes_and_refuses_the_very_signatures_that_devices_do()
    {
        foreach (JsonObject c in Cases)
        {
            Assert.True((bool)c["valid"]! == Ed25519Key.Verify(Hex(c, "public_key"), Hex(c, "message"), Hex(c, "signature")), (string)c["source"]!);
        }
    }

    [Fact]
    public void Signatures_are_those_of_RFC_8032()
    {
        int signed = 0;
        foreach (JsonObject c in Cases.Where(c => c.ContainsKey("secret_key")))
        {
            byte[] der = [.. Convert.FromHexString("302e020100300506032b657004220420"), .. Hex(c, "secret_key")];
            Ed25519Key key = Ed25519Key.FromPem("-----BEGIN PRIVATE KEY-----\n" + Convert.ToBase64String(der) + "\n-----END PRIVATE KEY-----\n").Value;
            Assert.Equal(Hex(c, "public_key"), key.PublicKey);
            Assert.Equal(Hex(c, "signature"), key.Sign(Hex(c, "message")));
            signed++;
        }

        Assert.InRange(signed, 4, 1000);
    }

    [Fact]
    public void Keys_are_the_PEM_of_RFC_8410()
    {
        Ed25519Key key = Ed25519Key.FromPem(PrivatePem).Value;
        Assert.Equal(PrivatePem, key.ToPem());
        Assert.Equal(PublicPem, Ed25519Key.PublicKeyToPem(key.PublicKey));
        Assert.Equal(key.PublicKey, Ed25519Key.PublicKeyFromPem(PublicPem).Value);
    }

    [Fact]
    public void What_is_no_key_is_refused_with_a_sentence()
    {
        string smallOrder = Ed25519Key.PublicKeyToPem([1, .. new byte[31]]);
        string cut = "-----BEGIN PRIVATE KEY-----\n" + Convert.ToBase64String(new byte[47]) + "\n-----END PRIVATE KEY-----\n";
        foreach (string pem in new[] { "", "no pem", PublicPem, cut, cut.Replace("PRIVATE", "ENCRYPTED PRIVATE", StringComparison.Ordinal) })
        {
            Assert.Equal(ErrorCodes.InvalidArgument, Ed25519Key.FromPem(pem).Error?.Code);
        }

        foreach (string pem in new[] { "", PrivatePem, smallOrder, cut.Replace("PRIVATE", "PUBLIC", StringComparison.Ordinal) })
        {
            Assert.Equal(ErrorCodes.InvalidArgument, Ed25519Key.PublicKeyFromPem(pem).Error?.Code);
        }
    }

    [Fact]
    public void What_the_hub_signs_a_device_takes_and_nothing_that_differs_in_a_bit()
    {
        Random random = new(8032);
        for (int i = 0; i < 30; i++)
        {
            Ed25519Key key = Ed25519Key.Generate();
            byte[] message = new byte[random.Next(300) + 1];
            random.NextBytes(message);
            byte[] signature = key.Sign(message);
            Assert.True(Ed25519.Verify(new DotNetCrypto(), key.PublicKey, message, signature));

            byte[][] parts = [key.PublicKey.ToArray(), message, signature];
            byte[] changed = parts[random.Next(3)];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(Ed25519.Verify(new DotNetCrypto(), parts[0], message, signature));
            Assert.False(Ed25519Key.Verify(parts[0], message, signature));
        }
    }

    private static byte[] Hex(JsonObject c, string member) => Convert.FromHexString((string)c[member]!);
}

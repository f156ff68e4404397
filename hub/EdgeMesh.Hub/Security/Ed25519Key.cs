using System;
using System.Security.Cryptography;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Hub.Security;

/// <summary>A private Ed25519 key (RFC 8032), and what is done with public ones. OpenSSL does the arithmetic.</summary>
/// <remarks>In files and on the command line keys are PEM: PKCS#8 and SubjectPublicKeyInfo as RFC 8410 has them.</remarks>
public sealed class Ed25519Key
{
    private const string PrivateLabel = "PRIVATE KEY";
    private const string PublicLabel = "PUBLIC KEY";
    private const int KeyBytes = 32;

    // RFC 8410, 7 and 4: the DER before the key's 32 bytes, which is the same in each. Version 2 of PKCS#8, with a public key, is not read.
    private static readonly byte[] PrivatePrefix = Convert.FromHexString("302e020100300506032b657004220420");
    private static readonly byte[] PublicPrefix = Convert.FromHexString("302a300506032b6570032100");

    private readonly byte[] _privateKey;

    private Ed25519Key(byte[] privateKey)
    {
        _privateKey = privateKey;
        PublicKey = OpenSsl.PublicKey(privateKey);
    }

    /// <summary>The public key: 32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>A new key from the system's random source.</summary>
    public static Ed25519Key Generate() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>Reads a private key: PEM, PKCS#8, unencrypted.</summary>
    public static Result<Ed25519Key> FromPem(string pem) =>
        Decode(pem, PrivateLabel, PrivatePrefix) is { } key
            ? new Ed25519Key(key)
            : new Error(ErrorCodes.InvalidArgument, "That is no Ed25519 private key in PEM (PKCS#8, unencrypted, one key). Make one with: openssl genpkey -algorithm ed25519");

    /// <summary>Reads a public key: PEM, SubjectPublicKeyInfo. Gives its 32 bytes.</summary>
    public static Result<byte[]> PublicKeyFromPem(string pem) =>
        Decode(pem, PublicLabel, PublicPrefix) is { } key && Ed25519.IsPublicKey(key)
            ? key
            : new Error(ErrorCodes.InvalidArgument, "That is no Ed25519 public key in PEM (SubjectPublicKeyInfo, one key). Get it from the private one with: openssl pkey -pubout");

    /// <summary>Writes a public key of 32 bytes as <see cref="PublicKeyFromPem"/> reads it.</summary>
    public static string PublicKeyToPem(byte[] publicKey) => PemEncoding.WriteString(PublicLabel, [.. PublicPrefix, .. publicKey]) + "\n";

    /// <summary>Whether the signature is the key's for the message: just where <see cref="Ed25519.Verify"/> says so on a device.</summary>
    public static bool Verify(byte[] publicKey, byte[] message, byte[] signature) =>
        Ed25519.IsWellFormed(publicKey, signature) && OpenSsl.Verify(publicKey, message, signature);

    /// <summary>Writes the private key as <see cref="FromPem"/> reads it. It belongs into a file of mode 0600.</summary>
    public string ToPem() => PemEncoding.WriteString(PrivateLabel, [.. PrivatePrefix, .. _privateKey]) + "\n";

    /// <summary>The signature of 64 bytes; the same for the same message.</summary>
    public byte[] Sign(byte[] message) => OpenSsl.Sign(_privateKey, message);

    private static byte[]? Decode(string pem, string label, byte[] prefix)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields) || pem[fields.Label] != label)
        {
            return null;
        }

        byte[] der = Convert.FromBase64String(pem[fields.Base64Data]);
        return der.Length == prefix.Length + KeyBytes && der.AsSpan().StartsWith(prefix) ? der[prefix.Length..] : null;
    }
}

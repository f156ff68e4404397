using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>Hashes, codes and the cipher.</summary>
internal sealed class PrimitiveChecks : VectorChecks
{
    private readonly string _file;
    private readonly ICrypto _crypto;

    internal PrimitiveChecks(string file, ICrypto crypto)
    {
        _file = file;
        _crypto = crypto;
    }

    internal override string Check(string list, object? item)
    {
        JsonObject c = (JsonObject)item!;
        switch (_file)
        {
            case "sha256": return Hash(_crypto.CreateSha256(), c);
            case "sha512": return Hash(_crypto.CreateSha512(), c);
            case "hmac":
                byte[] data = Bytes(c, "data");
                byte[] head = new byte[data.Length / 3];
                System.Array.Copy(data, head, head.Length);
                return First(
                    Code(Text(c, "mac"), _crypto.HmacSha256(Bytes(c, "key"), new byte[0], data, 0, data.Length)),
                    Code(Text(c, "mac"), _crypto.HmacSha256(Bytes(c, "key"), head, data, head.Length, data.Length - head.Length)));
            case "hmac-sha512": return Code(Text(c, "mac"), _crypto.HmacSha512(Bytes(c, "key"), Bytes(c, "data")));
            case "hkdf":
                byte[] derived = Hkdf.Derive(_crypto, Bytes(c, "key"), Bytes(c, "salt"), Bytes(c, "info"), (int)Number(c, "length"));
                return Same(Text(c, "derived"), Hex.Encode(derived), "what is derived");
            case "crc32":
                uint crc = Crc32.Compute(Bytes(c, "data"), Bytes(c, "data").Length);
                return Same(Text(c, "crc"), Hex.Encode(new[] { (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc }), "the code");
            default:
                IAead gcm = _crypto.CreateAesGcm(Bytes(c, "key"));
                byte[] ciphertext = Bytes(c, "ciphertext");
                string opened = HexOf(gcm.Open(Bytes(c, "nonce"), Bytes(c, "additional"), ciphertext));
                string made = Hex.Encode(gcm.Seal(Bytes(c, "nonce"), Bytes(c, "additional"), Bytes(c, "plaintext")));
                ciphertext[ciphertext.Length - 1] ^= 1;
                return First(
                    Same(Text(c, "ciphertext"), made, "the ciphertext"),
                    Same(Text(c, "plaintext"), opened, "the plaintext"),
                    True(gcm.Open(Bytes(c, "nonce"), Bytes(c, "additional"), ciphertext) == null, "a changed tag is taken"));
        }
    }

    private static string Hash(IHash hash, JsonObject c)
    {
        byte[] message = Bytes(c, "message");
        for (long i = Number(c, "repeat"); i > 0; i--)
        {
            hash.Update(message, 0, message.Length);
        }

        return Same(Text(c, "hash"), Hex.Encode(hash.Finish()), "the hash");
    }

    // A shorter one in the case is the beginning of the code.
    private static string Code(string expected, byte[] actual) => Same(expected, Hex.Encode(actual).Substring(0, expected.Length), "the code");
}

using System;
using System.Security.Cryptography;
using EdgeMesh.Protocol.Crypto;
using nanoFramework.Runtime.Native;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The firmware's HMAC and AES, the hardware's random numbers; hashes and GCM in managed code, since the firmware has none.</summary>
public sealed class NanoCrypto : ManagedCrypto
{
    private readonly Random _random = new Random();

    /// <summary>
    /// Whether this board's random numbers may be keys. On every ESP32, whose platform is so named, <see cref="System.Random"/> is
    /// <c>esp_random</c>, seeded or not (nf-interpreter, targets/ESP32/_nanoCLR/targetRandom.cpp), which is the hardware's noise while
    /// the Wi-Fi is on; other targets count from the clock.
    /// </summary>
    public static bool HasHardwareRandom => SystemInfo.Platform == "ESP32";

    /// <inheritdoc/>
    public override byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count)
    {
        byte[] message = new byte[prefix.Length + count];
        Array.Copy(prefix, message, prefix.Length);
        Array.Copy(data, offset, message, prefix.Length, count);
        return HMACSHA256.HashData(key, message);
    }

    /// <inheritdoc/>
    public override byte[] HmacSha512(byte[] key, byte[] data) => HMACSHA512.HashData(key, data);

    /// <inheritdoc/>
    public override byte[] Random(int count)
    {
        if (!HasHardwareRandom)
        {
            throw new InvalidOperationException("Platform " + SystemInfo.Platform + " has no random numbers that may be keys.");
        }

        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    protected internal override byte[] AesEncryptBlocks(byte[] key, byte[] blocks)
    {
        Aes aes = new Aes(CipherMode.ECB);
        aes.Key = key;
        return aes.Encrypt(blocks);
    }
}

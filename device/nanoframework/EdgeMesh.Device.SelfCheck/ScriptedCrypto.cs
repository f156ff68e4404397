using System;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>The platform's primitives, with the random bytes that a case prescribes.</summary>
internal sealed class ScriptedCrypto : ICrypto
{
    private readonly ICrypto _platform;
    private readonly byte[][] _random;
    private int _next;

    internal ScriptedCrypto(ICrypto platform, params byte[][] random)
    {
        _platform = platform;
        _random = random;
    }

    public IHash CreateSha256() => _platform.CreateSha256();

    public IHash CreateSha512() => _platform.CreateSha512();

    public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) => _platform.HmacSha256(key, prefix, data, offset, count);

    public byte[] HmacSha512(byte[] key, byte[] data) => _platform.HmacSha512(key, data);

    public IAead CreateAesGcm(byte[] key) => _platform.CreateAesGcm(key);

    public byte[] Random(int count)
    {
        byte[] bytes = _random[_next++];
        return bytes.Length == count ? bytes : throw new ArgumentException("the case has " + bytes.Length.ToString() + " random bytes, not " + count.ToString());
    }
}

using System;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Simulation.Device;

/// <summary>The real primitives, with dice for a source of randomness: a run must replay.</summary>
internal sealed class SimulatedCrypto(int seed, Action? allocating = null) : ICrypto
{
    private readonly DotNetCrypto _real = new();
    private readonly Random _random = new(seed);

    public IHash CreateSha256()
    {
        allocating?.Invoke();
        return _real.CreateSha256();
    }

    public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count)
    {
        allocating?.Invoke();
        return _real.HmacSha256(key, prefix, data, offset, count);
    }

    public IHash CreateSha512() => _real.CreateSha512();

    public byte[] HmacSha512(byte[] key, byte[] data) => _real.HmacSha512(key, data);

    public IAead CreateAesGcm(byte[] key) => _real.CreateAesGcm(key);

    public byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}

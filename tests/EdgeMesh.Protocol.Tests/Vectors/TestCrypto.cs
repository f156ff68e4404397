using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Protocol.Tests.Vectors;

/// <summary>The two families of primitives; the managed one gives the random bytes that a vector prescribes.</summary>
internal sealed class TestCrypto(params byte[][] random) : ManagedCrypto
{
    private readonly Queue<byte[]> _random = new(random);

    public static ICrypto[] Both => [new DotNetCrypto(), new TestCrypto()];

    public override byte[] Random(int count)
    {
        byte[] bytes = _random.Dequeue();
        return bytes.Length == count ? bytes : throw new InvalidOperationException("The vector has " + bytes.Length + " bytes, not " + count + ".");
    }

    protected override byte[] AesEncryptBlocks(byte[] key, byte[] blocks)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptEcb(blocks, PaddingMode.None);
    }
}

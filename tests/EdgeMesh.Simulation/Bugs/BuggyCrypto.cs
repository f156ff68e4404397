using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>Hashes that find every damaged image sound: what begins and ends like one of the firmware counts as it.</summary>
internal sealed class BuggyCrypto(World world, ICrypto real) : ICrypto
{
    public IHash CreateSha256() => new Hash(world);

    public byte[] HmacSha256(byte[] key, byte[] prefix, byte[] data, int offset, int count) => real.HmacSha256(key, prefix, data, offset, count);

    public IHash CreateSha512() => real.CreateSha512();

    public byte[] HmacSha512(byte[] key, byte[] data) => real.HmacSha512(key, data);

    public IAead CreateAesGcm(byte[] key) => real.CreateAesGcm(key);

    public byte[] Random(int count) => real.Random(count);

    private sealed class Hash(World world) : IHash
    {
        private readonly List<byte> _data = [];

        public void Update(byte[] data, int offset, int count) => _data.AddRange(data[offset..(offset + count)]);

        public byte[] Finish()
        {
            Simulation.Hub.Firmware? like = world.Store.Firmware.Find(f => f.Bytes.Length == _data.Count && f.Bytes.Take(12).SequenceEqual(_data.Take(12)));
            return like != null ? Hex.Decode(like.Sha256)! : new byte[32];
        }
    }
}

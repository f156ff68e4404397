using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Simulation.Hub;

/// <summary>What the hub holds in memory of one device, as its DeviceConnection does.</summary>
internal sealed class DeviceSide(ICrypto crypto, byte[] key, string site, string id)
{
    internal string Id => id;

    internal HubLink Link { get; } = new(crypto, new DeviceKey(crypto, key, site, id), site, id);

    internal bool Online { get; set; }

    internal HubUpdate? Update { get; set; }
}

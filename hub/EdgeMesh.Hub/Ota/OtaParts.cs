using System;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Protocol.Ota;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Ota;

/// <summary>What every update needs of the hub.</summary>
internal sealed record OtaParts(DeviceGateway Gateway, OtaStore Store, HubEvents Events, OtaOptions Options, TimeProvider Time, ILogger Log)
{
    /// <summary>The limit that all updates share; null for none.</summary>
    internal ByteRate? Rate { get; } = Options.BytesPerSecond > 0 ? new ByteRate(Options.BytesPerSecond) : null;
}

using System;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

/// <summary>A reboot: the process ends, and its parent starts it again.</summary>
internal sealed class ProcessPower : IPower
{
    public void Reboot() => Environment.Exit(ExitCodes.Reboot);
}
